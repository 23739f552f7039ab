"""The lateness of a customer's next order as a sentence and as a figure.

An absence is held against a customer for some time after the order that ended it
(`decay_kinds.order_lateness`), so the metric's value is not always the lateness of today.
"""

import numpy as np

from pulse.cards.evidence.told_metric import ToldMetric
from pulse.i18n.sentences import Number, Sentence, plural_sentence
from pulse.scoring.formatting import of_gap
from pulse.scoring.metrics.decay_kinds import shrunk_gap
from pulse.scoring.metrics.event_features import Slice
from pulse.scoring.metrics.orders import HABIT_ORDERS, own_gap


def late_sentence(told: ToldMetric) -> str:
    """Return when they ordered last, and how often before; "" without orders."""
    mine = told.days
    if not mine.at.size:
        return ""
    ago = round(told.past.as_of - mine.at[-1])
    if gap := _absence(told, mine):
        if _today(told, mine) < DUE:
            return Sentence("Back after {days} days without an order", days=Number(gap))
        return plural_sentence(
            "Last order {n} day ago, after a pause of {gap} days",
            "Last order {n} days ago, after a pause of {gap} days",
            ago,
            gap=Number(gap),
        )
    if told.definition.kind == "order_recency" or mine.at.size < HABIT_ORDERS:
        return plural_sentence("Last order {n} day ago", "Last order {n} days ago", ago)
    if told.habit is not None:
        return plural_sentence(
            "Last order {n} day ago, usually one every {usual} days",
            "Last order {n} days ago, usually one every {usual} days",
            ago,
            usual=max(1, round(told.habit)),
        )
    gaps = np.diff(np.floor(mine.at))
    least, most = round(float(gaps.min())), round(float(gaps.max()))
    if least == most:
        return plural_sentence(
            "Last order {n} day ago, before that one every {gap} days",
            "Last order {n} days ago, before that one every {gap} days",
            ago,
            gap=most,
        )
    return plural_sentence(
        "Last order {n} day ago, before that {least} to {most} days between orders",
        "Last order {n} days ago, before that {least} to {most} days between orders",
        ago,
        least=least,
        most=most,
    )


def late_figure(told: ToldMetric) -> str:
    """Return what the metric says if that is not the lateness of today, else "".

    Without a habit, the days since the last order while it is recent, or the only gap there is.
    Without orders "": the value may be older than a cancellation or an undone import.
    """
    mine = told.days
    if not mine.at.size:
        return ""
    today = _today(told, mine)
    if gap := _absence(told, mine):
        back = Sentence("back after {days} days", days=Number(gap))
        return back if today < DUE else Sentence("earlier pause of {days} days", days=Number(gap))
    if told.habit is None and (today < DUE or mine.at.size < HABIT_ORDERS):
        ago = round(told.past.as_of - mine.at[-1])
        return plural_sentence("last order {n} day ago", "last order {n} days ago", ago)
    held = told.value > today + HELD_AGAINST
    if not held:
        return ""
    return Sentence("{gap} today", gap=of_gap(today, habitual=told.habit is not None))


def _absence(told: ToldMetric, mine: Slice) -> float | None:
    """Days without an order that are still held against somebody who has ordered since.

    None where the lateness is that of today. mine: their days with an order.
    """
    recovery = float(told.definition.parameters.get("recovery", 0.0))
    if told.definition.kind != "order_lateness" or not recovery or mine.at.size < 2:
        return None
    if told.value <= max(_today(told, mine) + HELD_AGAINST, HELD_FROM):
        return None
    gaps = np.diff(np.floor(mine.at))
    weighed = gaps * recovery ** np.arange(gaps.size, 0, -1)
    return float(gaps[int(np.argmax(weighed))])


def _today(told: ToldMetric, mine: Slice) -> float:
    """Return the days since the last order in usual or, without a habit, average gaps."""
    gap = shrunk_gap(*own_gap(mine), float(told.definition.parameters["usual_gap"]))
    return (told.past.as_of - float(mine.at[-1])) / max(1.0, float(gap[0]))


DUE = 1.0
"""Gaps since the last order from which nobody is called back."""
HELD_AGAINST, HELD_FROM = 0.05, 1.5
"""Gaps beyond today's lateness from which an earlier one is what the metric says; below
HELD_FROM it costs next to nothing."""
