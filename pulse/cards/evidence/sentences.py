"""Sentences about a customer's orders, one per metric, as a CSM would say them.

"Ordered 3 times in the last 12 months, 9 times in the 12 months before": the figures are counted
from the orders themselves, at the moment of the score.
"""

from collections.abc import Callable

import numpy as np

from pulse.cards.evidence.lateness import late_figure, late_sentence
from pulse.cards.evidence.told_metric import ToldMetric
from pulse.i18n.sentences import Place, Sentence, Share, marked, plural_sentence
from pulse.scoring.formatting import FADING_KINDS
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Floats, Past, Slice
from pulse.scoring.metrics.orders import (
    Kinds,
)

YEAR, QUARTER = 365.0, 91.0
PLAIN_KINDS = (*FADING_KINDS, "order_lateness")
"""Kinds whose value is not what a CSM would count."""
LONG_HALF_LIFE = 120.0
"""Half-life in days from which a fading metric is described by year, else by quarter."""
PERIODS = marked({YEAR: "12 months", QUARTER: "3 months"})


def sentence(
    definition: MetricDefinition, value: float | str | None, past: Past, row: int, gap: float | None
) -> str:
    """Return the sentence without a full stop; "" for a metric that is not based on orders.

    row: the customer's place in `past`. gap: their usual gap in days, None without a habit
    (`LifecycleColumns.habit_of`).
    """
    tell = _TELL.get(definition.kind)
    if tell is None or not isinstance(value, float) or np.isnan(value):
        return ""
    return tell(ToldMetric(definition, value, past, row, gap))


def plain_figure(
    definition: MetricDefinition, value: float | str | None, past: Past, row: int, gap: float | None
) -> str:
    """What a CSM can count where the metric is not what it looks like; else ''.

    "twice in 3 months" where older orders weigh less; for a lateness see `late_figure`. gap: as of
    `sentence`.
    """
    if definition.kind not in PLAIN_KINDS or not isinstance(value, float) or np.isnan(value):
        return ""
    told = ToldMetric(definition, value, past, row, gap)
    if definition.kind == "order_lateness":
        return late_figure(told)
    days = _period(told)
    orders = told.within(days)
    spent, sums = _net(told, days), definition.kind == "fading_sum"
    if sums and spent < 1.0 <= value:  # what still counts is older than the period
        return ""
    amount = told.money(spent) if sums else _times(orders)
    return Sentence("{amount} in {period}", amount=amount, period=Sentence(PERIODS[days]))


def _often(told: ToldMetric) -> str:
    days = _period(told)
    now = told.within(days)
    places: dict[str, Place] = {
        "did": told.did,
        "times": _times(now),
        "period": Sentence(PERIODS[days]),
    }
    if _began(told) > told.past.as_of - 2 * days:  # the orders on record do not go back that far
        if told.ordered and not now.at.size:
            return Sentence("No valid order in the last {period}", period=places["period"])
        return Sentence("{did} {times} in the last {period}", **places)
    return Sentence(
        "{did} {times} in the last {period}, {before} in the {period} before",
        before=_times(told.within(days, days)),
        **places,
    )


def _in_all(told: ToldMetric) -> str:
    if told.ordered and not round(told.value):
        return Sentence("No valid order so far")
    return Sentence("{did} {times} in all", did=told.did, times=_spoken(round(told.value)))


def _spent(told: ToldMetric) -> str:
    days = _period(told)
    now = told.money(_net(told, days))
    places: dict[str, Place] = {"amount": now, "period": Sentence(PERIODS[days])}
    if _began(told) > told.past.as_of - 2 * days:
        return Sentence("Spent {amount} in the last {period}", **places)
    return Sentence(
        "Spent {amount} in the last {period}, {before} in the {period} before",
        before=told.money(_net(told, days, days)),
        **places,
    )


def _basket(told: ToldMetric) -> str:
    return Sentence("Spends {amount} an order on average", amount=told.money(told.value))


def _span(told: ToldMetric) -> str:
    days = round(told.value)
    if days < 1:
        return Sentence("All orders on one day")
    return plural_sentence(
        "First and last order {n} day apart", "First and last order {n} days apart", days
    )


def _returned(told: ToldMetric) -> str:
    return Sentence("Sent back {share} of what they bought", share=Share(told.value))


_TELL: dict[str, Callable[[ToldMetric], str]] = {
    "fading_days": _often,
    "fading_sum": _spent,
    "order_count": _in_all,
    "order_recency": late_sentence,
    "order_lateness": late_sentence,
    "order_mean": _basket,
    "order_span": _span,
    "taken_back_share": _returned,
}


def _period(told: ToldMetric) -> float:
    return YEAR if told.definition.parameters["half_life"] >= LONG_HALF_LIFE else QUARTER


def _began(told: ToldMetric) -> float:
    """Return the day of the first order of anybody; infinite without orders."""
    at = told.orders.at
    return float(at.min()) if at.size else np.inf


def _times(orders: Slice) -> str:
    return _spoken(orders.at.size)


def _spoken(count: int) -> str:
    if count in _FEW:
        return Sentence(_FEW[count])
    return plural_sentence("{n} time", "{n} times", count)


_FEW = marked({0: "not once", 1: "once", 2: "twice"})


def _net(told: ToldMetric, days: float, skip: float = 0.0) -> float:
    """Return what the customer bought in this time, less what was taken back."""
    kinds = told.definition.parameters
    bought = float(_amounts(told, kinds.get("event"), days, skip).sum())
    if not kinds.get("less"):
        return bought
    return max(0.0, bought - float(np.abs(_amounts(told, kinds["less"], days, skip)).sum()))


def _amounts(told: ToldMetric, kinds: Kinds, days: float, skip: float) -> Floats:
    events, end = told.past.events(kinds), told.past.as_of - skip
    first, last = np.searchsorted(events.customer, [told.row, told.row + 1]).tolist()
    at = events.at[first:last]
    within = (at <= end) & (at > end - days)
    return np.asarray(np.nan_to_num(events.amount[first:last][within]))
