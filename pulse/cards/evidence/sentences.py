"""Sentences about a customer's orders, one per metric, as a CSM would say them.

"Ordered 3 times in the last 12 months, 9 times in the 12 months before": the figures are counted
from the orders themselves, at the moment of the score.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pulse.i18n.sentences import Amount, Number, Place, Sentence, Share, marked, plural_sentence
from pulse.scoring.formatting import FADING_KINDS, of_gap
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.decay_kinds import shrunk_gap
from pulse.scoring.metrics.event_features import Floats, Past, Slice
from pulse.scoring.metrics.orders import (
    HABIT_ORDERS,
    Kinds,
    active_days,
    is_order,
    own_gap,
    standing_orders,
)

YEAR, QUARTER = 365.0, 91.0
PLAIN_KINDS = (*FADING_KINDS, "order_lateness")
"""Kinds whose value is not what a CSM would count."""
LONG_HALF_LIFE = 120.0
"""Half-life in days from which a fading metric is described by year, else by quarter."""
_AMOUNT = "{amount}"
PERIODS = marked({YEAR: "12 months", QUARTER: "3 months"})


@dataclass(frozen=True)
class _Told:
    """One metric of the customer in this row."""

    definition: MetricDefinition
    value: float
    past: Past
    row: int
    habit: float | None
    """Their usual gap in days; None without a habit."""

    @property
    def orders(self) -> Slice:
        """The valid orders of all customers at one moment."""
        kinds = self.definition.parameters
        key = ("told", tuple(_many(kinds.get("event"))), tuple(_many(kinds.get("less"))))
        return self.past.once(
            key, lambda: standing_orders(self.past, kinds.get("event"), kinds.get("less"))
        )

    @property
    def did(self) -> str:
        return Sentence("Ordered" if self.ordered else "Been here")

    @property
    def ordered(self) -> bool:
        """Whether the metric is about orders, not visits."""
        return any(is_order(kind) for kind in self._kinds())

    def within(self, days: float, skip: float = 0.0) -> Slice:
        """Return this customer's orders in (as_of − skip − days, as_of − skip]."""
        orders, end = self.orders, self.past.as_of - skip
        first, last = np.searchsorted(orders.customer, [self.row, self.row + 1]).tolist()
        at, amount = orders.at[first:last], orders.amount[first:last]
        mine = (at <= end) & (at > end - days)
        return Slice(1, np.zeros(mine.sum(), np.int32), at[mine], amount[mine])

    def money(self, amount: float) -> str:
        """Return an amount in the unit of the metric."""
        return Sentence(_AMOUNT, amount=Amount(round(amount), self.definition.unit))

    def _kinds(self) -> list[str]:
        return _many(self.definition.parameters.get("event"))


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
    return tell(_Told(definition, value, past, row, gap))


def plain_figure(
    definition: MetricDefinition, value: float | str | None, past: Past, row: int, gap: float | None
) -> str:
    """What a CSM can count where the metric is not what it looks like; else ''.

    "twice in 3 months" where older orders weigh less; for a lateness that is remembered, that they
    are back. gap: as of `sentence`.
    """
    if definition.kind not in PLAIN_KINDS or not isinstance(value, float) or np.isnan(value):
        return ""
    told = _Told(definition, value, past, row, gap)
    if definition.kind == "order_lateness":
        return _lateness_of_today(told)
    days = _period(told)
    orders = told.within(days)
    spent, sums = _net(told, days), definition.kind == "fading_sum"
    if sums and spent < 1.0 <= value:  # what still counts is older than the period
        return ""
    amount = told.money(spent) if sums else _times(orders)
    return Sentence("{amount} in {period}", amount=amount, period=Sentence(PERIODS[days]))


def _lateness_of_today(told: _Told) -> str:
    """Return what the metric says if that is not the customer's own lateness of today, else ""."""
    mine = active_days(told.within(np.inf))
    if gap := _absence(told):
        return Sentence("back after {days} days", days=Number(gap))
    if told.habit is None:
        ago = round(told.past.as_of - mine.at[-1])
        return plural_sentence("last order {n} day ago", "last order {n} days ago", ago)
    today = _today(told, mine)
    return of_gap(today, habitual=True) if told.value > today + HELD_AGAINST else ""


def _often(told: _Told) -> str:
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


def _in_all(told: _Told) -> str:
    if told.ordered and not round(told.value):
        return Sentence("No valid order so far")
    return Sentence("{did} {times} in all", did=told.did, times=_spoken(round(told.value)))


def _spent(told: _Told) -> str:
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


def _late(told: _Told) -> str:
    mine = active_days(told.within(np.inf))
    if not mine.at.size:
        return ""
    if gap := _absence(told):
        return Sentence("Back after {days} days without an order", days=Number(gap))
    ago = round(told.past.as_of - mine.at[-1])
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


def _absence(told: _Told) -> float | None:
    """Days without an order that are still held against somebody who has ordered since.

    None where the lateness is that of today.
    """
    recovery = float(told.definition.parameters.get("recovery", 0.0))
    mine = active_days(told.within(np.inf))
    if told.definition.kind != "order_lateness" or not recovery or mine.at.size < 2:
        return None
    if told.value <= max(_today(told, mine) + HELD_AGAINST, HELD_FROM):
        return None
    gaps = np.diff(np.floor(mine.at))
    weighed = gaps * recovery ** np.arange(gaps.size, 0, -1)
    return float(gaps[int(np.argmax(weighed))])


def _today(told: _Told, mine: Slice) -> float:
    """Return the days since the last order in usual gaps."""
    usual = shrunk_gap(*own_gap(mine), float(told.definition.parameters["usual_gap"]))
    return (told.past.as_of - float(mine.at[-1])) / max(1.0, float(usual[0]))


HELD_AGAINST, HELD_FROM = 0.05, 1.5
"""Usual gaps beyond today's lateness from which an earlier one is what the metric says; below
HELD_FROM it costs next to nothing."""


def _basket(told: _Told) -> str:
    return Sentence("Spends {amount} an order on average", amount=told.money(told.value))


def _span(told: _Told) -> str:
    days = round(told.value)
    if days < 1:
        return Sentence("All orders on one day")
    return plural_sentence(
        "First and last order {n} day apart", "First and last order {n} days apart", days
    )


def _returned(told: _Told) -> str:
    return Sentence("Sent back {share} of what they bought", share=Share(told.value))


_TELL: dict[str, Callable[[_Told], str]] = {
    "fading_days": _often,
    "fading_sum": _spent,
    "order_count": _in_all,
    "order_recency": _late,
    "order_lateness": _late,
    "order_mean": _basket,
    "order_span": _span,
    "taken_back_share": _returned,
}


def _period(told: _Told) -> float:
    return YEAR if told.definition.parameters["half_life"] >= LONG_HALF_LIFE else QUARTER


def _began(told: _Told) -> float:
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


def _net(told: _Told, days: float, skip: float = 0.0) -> float:
    """Return what the customer bought in this time, less what was taken back."""
    kinds = told.definition.parameters
    bought = float(_amounts(told, kinds.get("event"), days, skip).sum())
    if not kinds.get("less"):
        return bought
    return max(0.0, bought - float(np.abs(_amounts(told, kinds["less"], days, skip)).sum()))


def _amounts(told: _Told, kinds: Kinds, days: float, skip: float) -> Floats:
    events, end = told.past.events(kinds), told.past.as_of - skip
    first, last = np.searchsorted(events.customer, [told.row, told.row + 1]).tolist()
    at = events.at[first:last]
    within = (at <= end) & (at > end - days)
    return np.asarray(np.nan_to_num(events.amount[first:last][within]))


def _many(kinds: object) -> list[str]:
    if kinds is None or isinstance(kinds, str):
        return [kinds] if isinstance(kinds, str) else []
    return [str(kind) for kind in kinds] if isinstance(kinds, (list, tuple)) else []
