"""The evaluation of cards as plain numbers, for `python -m bench truth`."""

from typing import Any

from pulse.cards.evaluation.evaluation import AMONG, CardEvaluation, Comparison


def figures(found: CardEvaluation) -> dict[str, Any]:
    """Return the evaluation as one JSON object: by period, then by group of customers.

    precision and lost are per judged card; lost in money, warning in days.
    """
    judged = sum(week.judged for week in found.weeks)
    return {
        "cards_a_week": round(found.cards_a_week, 1),
        "too_late": round(found.too_late / max(1, judged + found.too_late), 4),
        **{
            period: {among: _plain(found.of(period, among)) for among in AMONG}
            for period in ("first", "second")
        },
    }


def _plain(one: Comparison) -> dict[str, Any]:
    columns = {
        "cards": (one.share, one.money, one.warning),
        "lowest_first": (one.lowest_share, one.lowest_money, one.lowest_warning),
        "random": (one.random_share, one.random_money, None),
    }
    names = ("precision", "lost", "warning")
    return {"judged": one.judged} | {
        column: {
            name: None if value is None else round(value, 3)
            for name, value in zip(names, values, strict=True)
        }
        for column, values in columns.items()
    }
