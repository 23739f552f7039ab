"""Measure whether cards came before customers really lapsed; computed from events.

A card is right when the customer placed no order in the `lapse_days` after it. Three selections
with the same number of conversations in the same weeks are compared: the cards, customers drawn at
random (computed exactly as the base rate), and customers with the lowest scores. No selection
counts a customer twice within `lapse_days`: the second would be right because of the same lapse.

Customers who had lapsed before (silent for longer than `Observed.horizon`) are excluded, since
their absence is no forecast. For the others every selection is computed three times: among all
active customers, among those with at least two orders, and among regulars, who ordered on at least
REGULAR days and so have a habit that can break. Cards report broken habits; the lowest scores
belong mostly to customers with a single order, and most people order once. Lapses too close to the
last known day to be complete are not judged. Warning time runs from a right card to the day on
which the customer counts as lapsed.

Pure: arrays in, figures out.
"""

import math
from typing import Any, Literal

import msgspec
import numpy as np

from pulse.cards.bandit.uplift import wilson
from pulse.cards.evaluation.lapses import FAR, Bools, Days, Index, Orders

FEWEST = 30  # number of judged cards below which no result is given
RETURNED = 2  # orders: returned at least once
REGULAR = 4  # days with an order: three gaps, enough to know a habit

Among = Literal["active", "returning", "regular"]
Period = Literal["whole", "first", "second"]
AMONG: tuple[Among, ...] = ("active", "returning", "regular")
PERIODS: tuple[Period, ...] = ("whole", "first", "second")


class Week(msgspec.Struct, frozen=True):
    """Cards opened in the week that begins on `day` (days since 1970), and how many were right."""

    day: float
    cards: int
    judged: int
    lapsed: int


class Comparison(msgspec.Struct, frozen=True):
    """The three selections for one period and one group of customers.

    Shares (with the cards' 95 % interval) are 0–1, None with too little data. money: amount that
    lapsed customers had spent in the year before, per card; the other selections likewise.
    """

    period: Period
    among: Among
    judged: int
    lapsed: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    random_share: float | None = None
    lowest_share: float | None = None
    money: float | None = None
    random_money: float | None = None
    lowest_money: float | None = None
    warning: float | None = None
    """Median warning time of the right cards, in days."""
    lowest_warning: float | None = None


class CardEvaluation(msgspec.Struct, frozen=True):
    """The comparisons and the data they are based on.

    too_late: cards of customers who had lapsed before the card, excluded from all shares. horizon:
    days of silence after which a customer has lapsed. lapses: silences of all customers that lasted
    `lapse_days` or longer, begun at most so many days before the first card; a customer may have
    several. caught: those of them in whose first `lapse_days` a card was opened. middle: first day
    of the second half of the weeks, days since 1970; None without weeks.
    """

    lapse_days: int
    horizon: float
    weeks: list[Week]
    cards_a_week: float
    too_late: int
    lapses: int
    caught: int | None
    middle: float | None
    comparisons: list[Comparison]

    def of(self, period: Period, among: Among) -> Comparison:
        """Return one of the comparisons."""
        return next(c for c in self.comparisons if (c.period, c.among) == (period, among))


class Observed(msgspec.Struct, frozen=True):
    """The observed data. Customers are small integers; times are days since 1970, UTC.

    orders: (customer, time, amount). snapshots: (customer, day, strength). cards: (customer, time).
    today: the last known moment; later lapses cannot be judged. horizon: days of silence after
    which a customer of this business has lapsed (`standing`); at least `lapse_days` are used.
    """

    orders: tuple[Index, Days, Days]
    snapshots: tuple[Index, Days, Days]
    cards: tuple[Index, Days]
    today: float
    horizon: float = 0.0


def worth(seen: Observed, lapse_days: int = 90) -> CardEvaluation:
    """Compare the cards with chance and with the lowest scores, week by week."""
    orders = Orders(*seen.orders)
    days = _week_days(np.unique(seen.snapshots[1]))
    middle = days[len(days) // 2] if days else None
    told = {among: _Column(seen, orders, among, lapse_days).weeks(days) for among in AMONG}
    lapses, caught = _caught(seen, orders, lapse_days)
    return CardEvaluation(
        lapse_days=lapse_days,
        horizon=max(seen.horizon, lapse_days),
        weeks=[Week(w.day, w.cards, w.judged, w.lapsed) for w in told["active"]],
        cards_a_week=_a_week(seen.cards[1]),
        too_late=sum(week.too_late for week in told["active"]),
        lapses=lapses,
        caught=caught if lapses >= FEWEST else None,
        middle=middle,
        comparisons=[
            _compared(period, among, _within(period, told[among], middle))
            for period in PERIODS
            for among in AMONG
        ],
    )


class _Told(msgspec.Struct):
    """One week: sums over the judged cards, and over equally many of the other selections."""

    day: float
    cards: int
    judged: int
    lapsed: int
    too_late: int
    money: float
    random: float = 0.0
    random_money: float = 0.0
    lowest: float = 0.0
    lowest_money: float = 0.0
    warnings: list[float] = []
    lowest_warnings: list[float] = []


class _Column:
    """The comparison week by week for one group of customers: one column of the report."""

    def __init__(self, seen: Observed, orders: Orders, among: Among, lapse_days: int) -> None:
        self._seen, self._orders, self._lapse = seen, orders, lapse_days
        self._horizon = max(seen.horizon, lapse_days)
        self._counting = _by_days(seen) if among == "regular" else orders
        self._fewest = {"active": 1, "returning": RETURNED, "regular": REGULAR}[among]
        customers = np.r_[seen.snapshots[0], seen.cards[0]]
        never = np.full(int(customers.max()) + 1 if len(customers) else 0, -np.inf)
        self._carded_at, self._picked_at = never, never.copy()

    def weeks(self, days: list[float]) -> list[_Told]:
        """Return all weeks in order."""
        told = [self._cards(day) for day in days]
        for week in told:
            if week.judged:
                self._add_baselines(week)
        return told

    def _cards(self, day: float) -> _Told:
        who, at = self._seen.cards
        mine = (at >= day) & (at < day + 7)
        who, at = who[mine], at[mine]
        due = at <= self._seen.today - self._lapse
        active = self._orders.active(who, at, self._horizon)
        judged = due & self._counted(who, at) & self._first_in_a_while(who, at)
        self._carded_at[who[judged]] = at[judged]
        lapsed = judged & self._orders.lapsed(who, at, self._lapse)
        money = float(self._orders.spent(who, at)[lapsed].sum())
        late = int((due & ~active).sum())
        told = _Told(day, len(who), int(judged.sum()), int(lapsed.sum()), late, money)
        told.warnings = self._warnings(who[lapsed], at[lapsed])
        return told

    def _warnings(self, who: Index, at: Any) -> list[float]:
        """Return the days until each of them counts as lapsed."""
        found: list[float] = (self._orders.last(who, at) + self._horizon - at).tolist()
        return found

    def _first_in_a_while(self, who: Index, at: Days) -> Bools:
        """Return whether it is the customer's only card of `lapse_days`, or the first of them."""
        first = np.zeros(len(who), dtype=bool)
        by_time = np.argsort(at, kind="stable")
        first[by_time[np.unique(who[by_time], return_index=True)[1]]] = True
        return np.asarray(first & (self._carded_at[who] <= at - self._lapse))

    def _add_baselines(self, week: _Told) -> None:
        """Add to `week` what random choice and the lowest scores would have found that day."""
        customers, days, strengths = self._seen.snapshots
        here = days == week.day
        who, strength = customers[here], strengths[here]
        pool = self._counted(who, week.day)
        who, strength = who[pool], strength[pool]
        if not len(who):
            return
        gone = self._orders.lapsed(who, week.day, self._lapse)
        lost = gone * self._orders.spent(who, week.day)
        week.random, week.random_money = gone.mean() * week.judged, lost.mean() * week.judged
        rested = np.flatnonzero(self._picked_at[who] <= week.day - self._lapse)
        chosen = rested[np.argsort(strength[rested], kind="stable")[: week.judged]]
        self._picked_at[who[chosen]] = week.day
        if len(chosen):
            week.lowest = gone[chosen].mean() * week.judged
            week.lowest_money = lost[chosen].mean() * week.judged
            week.lowest_warnings = self._warnings(who[chosen][gone[chosen]], week.day)

    def _counted(self, who: Index, at: Any) -> Bools:
        often = self._counting.count(who, at) >= self._fewest
        return np.asarray(often & self._orders.active(who, at, self._horizon))


def _week_days(snapshots: Days) -> list[float]:
    """Return the first day of each week, starting on snapshot days; days between are skipped."""
    found: list[float] = []
    for day in snapshots.tolist():
        if not found or day >= found[-1] + 7:
            found.append(day)
    return found


def _within(period: Period, weeks: list[_Told], middle: float | None) -> list[_Told]:
    if period == "whole" or middle is None:
        return weeks
    return [week for week in weeks if (week.day >= middle) == (period == "second")]


def _compared(period: Period, among: Among, weeks: list[_Told]) -> Comparison:
    judged, lapsed = sum(week.judged for week in weeks), sum(week.lapsed for week in weeks)
    if judged < FEWEST:
        return Comparison(period, among, judged, lapsed)
    low, high = wilson(lapsed, judged)

    def each(name: str) -> float:
        return float(sum(getattr(week, name) for week in weeks)) / judged

    return Comparison(
        period,
        among,
        judged,
        lapsed,
        share=lapsed / judged,
        low=low,
        high=high,
        random_share=each("random"),
        lowest_share=each("lowest"),
        money=each("money"),
        random_money=each("random_money"),
        lowest_money=each("lowest_money"),
        warning=_median([days for week in weeks for days in week.warnings]),
        lowest_warning=_median([days for week in weeks for days in week.lowest_warnings]),
    )


def _median(days: list[float]) -> float | None:
    return float(np.median(days)) if days else None


def _by_days(seen: Observed) -> Orders:
    """Reduce orders to one per customer and day."""
    customers, times, amounts = seen.orders
    _, first = np.unique(customers * FAR + np.floor(times), return_index=True)
    return Orders(customers[first], times[first], amounts[first])


def _caught(seen: Observed, orders: Orders, lapse_days: int) -> tuple[int, int]:
    """Return the number of lapses, and of those with a card after the last order."""
    who, at = seen.cards
    if not len(at):
        return 0, 0
    customers, last = orders.lapses(seen.today, lapse_days)
    recent = last >= at.min() - lapse_days
    customers, last = customers[recent], last[recent]
    cards = np.sort(who * FAR + at)
    place = customers * FAR + last
    found = np.searchsorted(cards, place, side="left")
    end = np.minimum(found, len(cards) - 1)
    hit = (found < len(cards)) & (cards[end] <= place + lapse_days)
    return len(last), int(hit.sum())


def _a_week(times: Days) -> float:
    if not len(times):
        return 0.0
    weeks = math.ceil((float(times.max()) - float(times.min()) + 1) / 7)
    return len(times) / max(1, weeks)
