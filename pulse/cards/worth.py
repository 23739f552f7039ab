"""What the cards were worth: did they come before customers really left? Computed from events.

A card is right when the customer, who had ordered within the last 90 days, ordered no more in the
90 days after it: a real lapse, not one that had long happened. Two other ways to spend the same
number of conversations in the same weeks stand beside it: customers drawn at random (exactly: the
base rate), and the lowest scores first, nobody twice within a month. Pure arrays in, figures out.
"""

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from pulse.cards.uplift import wilson

Days = NDArray[np.float64]
Index = NDArray[np.int64]
YEAR_DAYS = 365
REST_DAYS = 30  # the lowest-first list names nobody twice within this, as cards do not either
FEWEST = 30  # judged cards below which nothing is claimed
_FAR = 1_000_000.0  # days: farther than any date, keeps customers apart in one sorted array


class Week(msgspec.Struct, frozen=True):
    """Cards opened in the week that begins on `day` (days since 1970), and how many were right."""

    day: float
    cards: int
    judged: int
    lapsed: int


class Worth(msgspec.Struct, frozen=True):
    """The comparison. Shares are 0–1, None where there is too little to judge.

    too_late: cards of customers who had lapsed before the card came, counted in none of the shares.
    money: what those who lapsed had spent in the year before, per card (and for the others).
    caught: share of all real lapses that a card came before, by at most `lapse_days`.
    """

    lapse_days: int
    weeks: list[Week]
    cards_a_week: float
    judged: int
    lapsed: int
    too_late: int
    share: float | None
    low: float | None
    high: float | None
    random_share: float | None
    lowest_share: float | None
    money: float | None
    random_money: float | None
    lowest_money: float | None
    lapses: int
    caught: float | None


class Seen(msgspec.Struct, frozen=True):
    """What happened. Customers are small numbers; times are days since 1970, UTC.

    orders: (customer, time, amount). snapshots: (customer, day, strength). cards: (customer, time).
    today: the last moment that is known; later lapses cannot be judged.
    """

    orders: tuple[Index, Days, Days]
    snapshots: tuple[Index, Days, Days]
    cards: tuple[Index, Days]
    today: float


def worth(seen: Seen, lapse_days: int = 90) -> Worth:
    """Compare the cards with chance and with the lowest scores, week by week."""
    orders = _Orders(*seen.orders)
    weeks = np.unique(seen.snapshots[1])
    told = [_week(seen, orders, day, until, lapse_days) for day, until in _spans(weeks)]
    told = _with_lowest(seen, orders, told, lapse_days)
    judged, lapsed = (sum(getattr(week, name) for week in told) for name in ("judged", "lapsed"))
    enough = judged >= FEWEST
    low, high = wilson(lapsed, judged)
    lapses, caught = _caught(seen, orders, lapse_days)
    return Worth(
        lapse_days=lapse_days,
        weeks=[Week(week.day, week.cards, week.judged, week.lapsed) for week in told],
        cards_a_week=_a_week(seen.cards[1]),
        judged=judged,
        lapsed=lapsed,
        too_late=sum(week.too_late for week in told),
        share=lapsed / judged if enough else None,
        low=low if enough else None,
        high=high if enough else None,
        random_share=sum(w.judged * w.base for w in told) / judged if enough else None,
        lowest_share=sum(w.lowest for w in told) / judged if enough else None,
        money=sum(w.money for w in told) / judged if enough else None,
        random_money=sum(w.judged * w.base_money for w in told) / judged if enough else None,
        lowest_money=sum(w.lowest_money for w in told) / judged if enough else None,
        lapses=lapses,
        caught=caught if lapses >= FEWEST else None,
    )


class _Told(msgspec.Struct):
    day: float
    cards: int
    judged: int
    lapsed: int
    too_late: int
    money: float
    base: float = 0.0
    base_money: float = 0.0
    lowest: float = 0.0
    lowest_money: float = 0.0


class _Orders:
    """All orders in one sorted array, so that thousands of questions are two binary searches."""

    def __init__(self, customers: Index, times: Days, amounts: Days) -> None:
        keys = customers * _FAR + times
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        self._summed = np.r_[0.0, np.cumsum(amounts[order])]

    def spent(self, customers: Index, at: Any) -> Days:
        """What they spent in the year before (or at) a moment."""
        place = customers * _FAR + at
        end = np.searchsorted(self._keys, place, side="right")
        begin = np.searchsorted(self._keys, place - YEAR_DAYS, side="right")
        return np.asarray(self._summed[end] - self._summed[begin])

    def active(self, customers: Index, at: Any, days: int) -> NDArray[np.bool_]:
        """Whether they ordered within the `days` before (or at) a moment."""
        place = customers * _FAR + at
        found = np.searchsorted(self._keys, place, side="right")
        return np.asarray((found > 0) & (self._keys[np.maximum(found - 1, 0)] >= place - days))

    def lapsed(self, customers: Index, at: Any, days: int) -> NDArray[np.bool_]:
        """Whether they ordered nothing in the `days` after a moment."""
        place = customers * _FAR + at
        found = np.searchsorted(self._keys, place, side="right")
        last = len(self._keys) - 1
        after = (found <= last) & (self._keys[np.minimum(found, last)] <= place + days)
        return np.asarray(~after)

    def lapses(self, until: float, days: int) -> tuple[Index, Days]:
        """(customer, last order) of every lapse that is complete at `until`."""
        customers = np.floor_divide(self._keys, _FAR).astype(np.int64)
        times = self._keys - customers * _FAR
        gap = np.r_[np.diff(self._keys), np.inf] > days
        ended = gap & (times <= until - days)
        return customers[ended], times[ended]


def _spans(weeks: Days) -> list[tuple[float, float]]:
    """(first day, end) of each week that begins with a snapshot; days in between are left out."""
    spans: list[tuple[float, float]] = []
    for day in weeks.tolist():
        if not spans or day >= spans[-1][0] + 7:
            spans.append((day, day + 7))
    return spans


def _week(seen: Seen, orders: _Orders, day: float, until: float, lapse_days: int) -> _Told:
    who, at = seen.cards
    mine = (at >= day) & (at < until)
    who, at = who[mine], at[mine]
    due = at <= seen.today - lapse_days
    active = orders.active(who, at, lapse_days)
    judged = due & active
    lapsed = judged & orders.lapsed(who, at, lapse_days)
    late = int((due & ~active).sum())
    money = float(orders.spent(who, at)[lapsed].sum())
    return _Told(day, len(who), int(judged.sum()), int(lapsed.sum()), late, money)


def _with_lowest(seen: Seen, orders: _Orders, told: list[_Told], lapse_days: int) -> list[_Told]:
    """Add chance and lowest-first to each week, from everybody active who had a score that day."""
    customers, days, strengths = seen.snapshots
    picked_at = np.full(int(customers.max()) + 1 if len(customers) else 0, -np.inf)
    for week in told:
        here = days == week.day
        who, strength = customers[here], strengths[here]
        pool = orders.active(who, week.day, lapse_days)
        who, strength = who[pool], strength[pool]
        if not week.judged or not len(who):
            continue
        gone = orders.lapsed(who, week.day, lapse_days)
        lost = gone * orders.spent(who, week.day)
        week.base, week.base_money = float(gone.mean()), float(lost.mean())
        rested = picked_at[who] <= week.day - REST_DAYS
        order = np.argsort(strength[rested], kind="stable")[: week.judged]
        chosen = np.flatnonzero(rested)[order]
        picked_at[who[chosen]] = week.day
        if len(chosen):
            week.lowest = float(gone[chosen].mean()) * week.judged
            week.lowest_money = float(lost[chosen].mean()) * week.judged
    return told


def _caught(seen: Seen, orders: _Orders, lapse_days: int) -> tuple[int, float | None]:
    """Real lapses a card could have come before, and the share that it did."""
    who, at = seen.cards
    if not len(at):
        return 0, None
    customers, last = orders.lapses(seen.today, lapse_days)
    recent = last >= at.min() - lapse_days
    customers, last = customers[recent], last[recent]
    cards = np.sort(who * _FAR + at)
    place = customers * _FAR + last
    found = np.searchsorted(cards, place - lapse_days, side="left")
    end = np.minimum(found, len(cards) - 1)
    hit = (found < len(cards)) & (cards[end] <= place + lapse_days)
    return len(last), float(hit.mean()) if len(last) else None


def _a_week(times: Days) -> float:
    if not len(times):
        return 0.0
    weeks = math.ceil((float(times.max()) - float(times.min()) + 1) / 7)
    return len(times) / max(1, weeks)
