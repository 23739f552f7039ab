"""The cards of lantern's replayed year, compared with random choice and lowest score first.

Replays the whole year in a separate database, with the steps of the demo. The rule of the trigger
`overdue` was chosen on the first half; `second` is held out. Each replay holds out other customers
at random, so that the shares vary by some .03.
"""

import asyncio
import json
from typing import Any

from bench.stage import new_database
from pulse.auth.business_lifecycle import create_business
from pulse.auth.scope import Scope
from pulse.cards.evaluation.evaluation import AMONG, CardEvaluation, Comparison
from pulse.cards.evaluation.evaluation_data import card_evaluation_report
from pulse.demo import people, replay

BEFORE = {
    "second": {
        "returning": {
            "judged": 199,
            "cards": {"precision": 0.462, "lost": 254.0, "warning": 29.9},
            "lowest_first": {"precision": 0.503, "lost": 206.0, "warning": 29.5},
        },
        "regular": {"judged": 2, "cards": {"precision": 0.5, "warning": 0.4}},
    },
    "too_late": 0.187,
}
"""The same year with cards for falls only, before cards for overdue orders existed: falls of more
than ten points. The evaluation then called everybody lapsed after 90 days."""


def figures() -> dict[str, Any]:
    """The evaluation of the replayed year's cards; see `_as_numbers`."""
    return asyncio.run(_figures())


async def _figures() -> dict[str, Any]:
    async with new_database(demo=True):
        return {**await _replayed(), "before": BEFORE}


async def _replayed() -> dict[str, Any]:
    business, _ = await create_business("lantern", "Lantern & Co", currency="GBP", is_demo=True)
    scope = Scope.for_pulse(business.id)
    await people.add_demo_staff(scope, "lantern", "pulse-demo")
    await replay.fill(scope, lambda *_: None)
    return _as_numbers(await card_evaluation_report(scope))


def _as_numbers(found: CardEvaluation) -> dict[str, Any]:
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


if __name__ == "__main__":
    print(json.dumps(figures()))
