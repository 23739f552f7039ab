"""Lifecycle: a customer's gaps between orders, the next expected order, and their state.

Pure. The usual gap is the customer's own, shrunk towards the business's by the weight of one gap,
so that two orders on consecutive days do not promise a third. Lapsed and left customers are
excluded from bands, averages, queue and celebrations. Onboarding customers are included but have no
band yet, because one order says nothing about whether they return.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

from pulse.scoring.lifecycle.lapse_chance import PRIOR, LapseChance, ReplacedChance
from pulse.scoring.metrics.attribute_kinds import days_since_epoch
from pulse.scoring.metrics.decay_kinds import shrunk_gap
from pulse.scoring.metrics.event_features import Bools, Facts, Floats, Objects, Past, Slice
from pulse.scoring.metrics.orders import (
    active_days,
    is_habit,
    is_leaving,
    is_taken_back,
    longest_gap,
    order_kinds,
    own_gap,
    standing_orders,
)
from pulse.tabular.guesses import leaving
from pulse.tabular.header_names import words_of

Lifecycle = Literal["onboarding", "active", "lapsed", "left"]
LIFECYCLES: tuple[Lifecycle, ...] = ("onboarding", "active", "lapsed", "left")
OUTSIDE: tuple[Lifecycle, ...] = ("lapsed", "left")
"""States excluded from bands, averages, queue and celebrations."""

USUAL_GAP, HORIZON = 60.0, 180.0
"""Defaults while there is too little data: usual gap, and silence until lapsed, in days."""
LEAST_GAPS, LEAST_REGULARS = 50, 20
NEARLY_ALL = 0.95
"""Share of repeat orders that arrive within the horizon."""
HORIZON_BOUNDS = (30.0, 730.0)
YOUNG = 180.0
"""Days. A history shorter than twice as long cannot show long gaps, so its horizon is at least
this."""
PATIENCE = 3.0
"""Own gaps of silence allowed to slow regular customers, up to twice the horizon."""
NEW_DAYS = (30.0, 90.0)
"""Minimum and maximum days of onboarding.

Onboarding lasts one usual gap after the first order (without orders, after the first contact),
within these bounds and at most PATIENCE usual gaps, or until the second occasion.
"""
OCCASION = 0.5
"""Usual gaps of the business after the first order from which an order is a second occasion."""
VALUE_DAYS = 365.0
MONTH, MANY_AT_ONCE = 30.0, 2.5
"""A first month with this many times the usual first orders: these customers existed before."""


class LeavingRule(msgspec.Struct, frozen=True):
    """An attribute that says who has left."""

    attribute: str
    words: tuple[str, ...] = ()
    """Values that mean left (lower case); empty: a date on which they leave."""


class Rhythm(msgspec.Struct, frozen=True):
    """How the customers of a business usually return; learned once, then fixed until renewed."""

    orders: tuple[str, ...] = ()
    """Kinds of events that are orders, or visits where nothing is sold."""
    taken_back: tuple[str, ...] = ()
    """Kinds of events that cancel or return an order."""
    leaving_events: tuple[str, ...] = ()
    usual_gap: float = USUAL_GAP
    """Days between two orders of a typical customer."""
    horizon: float = HORIZON
    """Days of silence after which a customer counts as lapsed."""
    gaps: int = 0
    """Number of repeat orders this was learned from."""
    leaving: tuple[LeavingRule, ...] = ()
    begins: float = 0.0
    """Customers first seen before this day (since epoch) may have come earlier: the history begins
    amid a running business. 0 where it does not."""
    known_from: float | None = None
    """Day (since epoch) on which the first customer became known.

    Customers loaded on that day without an order are not new.
    """
    chance: LapseChance = PRIOR
    """Probability of lapsing, learned for the scorecard with the id `chance_by`."""
    chance_by: str = ""
    replaced: tuple[ReplacedChance, ...] = ()
    """The chances used before, of the last 90 days, oldest first."""


@dataclass(frozen=True)
class LifecycleColumns:
    """N customers on one day; durations in days, moments in days since epoch, NaN = unknown."""

    orders: Floats
    """[N] number of valid orders."""
    cancelled_only: Bools
    """[N] whether they ordered, and each of their orders was fully cancelled."""
    active_days: Floats
    """[N] number of days with a valid order."""
    first_order: Floats
    last_order: Floats
    """[N] time of the last valid order; cancellations do not count."""
    own_gap: Floats
    """[N] the customer's own mean gap between active days; NaN below two active days."""
    usual_gap: Floats
    """[N] the same, shrunk towards the business's; NaN without an order."""
    longest_gap: Floats
    """[N] the customer's longest gap between active days; NaN below two active days."""
    habitual: Bools
    """[N] whether the usual gap is a habit of the customer, so that it may be called usual."""
    silent: Floats
    """[N] days since the last order or, without one, since the customer is known."""
    lateness: Floats
    """[N] days since the last order in usual gaps (1 = due today)."""
    expected: Floats
    """[N] when the next order is expected."""
    value_year: Floats
    """[N] orders of the last 365 days minus cancellations and returns, at least 0.

    NaN without orders or amounts.
    """
    state: Objects
    """[N] lifecycle state."""

    @property
    def outside(self) -> Bools:
        """[N] whether the customer has lapsed or left."""
        return np.isin(self.state.astype(str), OUTSIDE)

    @property
    def in_band(self) -> Bools:
        """[N] whether the strength has a band: not onboarding, lapsed or left."""
        return np.asarray(self.state == "active", dtype=bool)

    @property
    def in_rhythm(self) -> Bools:
        """[N] whether this customer is part of the reference: active, and not long overdue."""
        return ~self.outside & ~(self.lateness > PATIENCE)

    def habit_of(self, row: int) -> float | None:
        """Return the usual gap of this customer in days; None without a habit."""
        return float(self.usual_gap[row]) if self.habitual[row] else None


def standing(past: Past, rhythm: Rhythm) -> LifecycleColumns:
    """Return the lifecycle of these customers at that moment. Pure."""
    orders = standing_orders(past, rhythm.orders, rhythm.taken_back)
    days = active_days(orders)
    span, gaps = own_gap(days)
    last = orders.last()
    usual = shrunk_gap(span, gaps, rhythm.usual_gap)
    usual[np.isnan(last)] = np.nan
    silent = past.as_of - np.where(np.isnan(last), past.since, last)
    own = np.full(past.size, np.nan)
    np.divide(span, gaps, out=own, where=gaps > 0)
    state = _states(past, rhythm, days, span, silent, usual)
    return LifecycleColumns(
        orders=orders.count(),
        cancelled_only=_cancelled_only(past, rhythm, orders),
        active_days=days.count(),
        first_order=orders.first(),
        last_order=last,
        own_gap=own,
        usual_gap=usual,
        longest_gap=longest_gap(days),
        habitual=is_habit(days, usual) & (state != "onboarding"),  # a burst is no habit
        silent=silent,
        lateness=(past.as_of - last) / np.maximum(usual, 1.0),
        expected=last + usual,
        value_year=_value_year(past, rhythm),
        state=state,
    )


def _cancelled_only(past: Past, rhythm: Rhythm, orders: Slice) -> Bools:
    placed = past.events((*rhythm.orders, *rhythm.taken_back)).count()
    return np.asarray((orders.count() == 0) & (placed > 0))


def learn_rhythm(facts: Facts, as_of: float, leaving: Iterable[LeavingRule] = ()) -> Rhythm:
    """Learn usual gaps and long silences from the business's orders up to then."""
    names = facts.events.names
    rhythm = Rhythm(
        orders=order_kinds(names),
        taken_back=tuple(name for name in names if is_taken_back(name)),
        leaving_events=tuple(name for name in names if is_leaving(name)),
        leaving=tuple(leaving),
    )
    past = Past(facts, as_of)
    days = active_days(standing_orders(past, rhythm.orders, rhythm.taken_back))
    since = past.since[past.present]
    rhythm = msgspec.structs.replace(
        rhythm,
        begins=_begins(days.first()),
        known_from=float(since.min()) if since.size else None,
    )
    day = np.floor(days.at)
    between = np.diff(day)[np.diff(days.customer) == 0]
    if between.size < LEAST_GAPS:
        return rhythm
    span, gaps = own_gap(days)
    regular = gaps >= 2
    usual = float(np.median(between))
    if regular.sum() >= LEAST_REGULARS:
        usual = float(np.median(span[regular] / gaps[regular]))
    horizon = float(np.quantile(between, NEARLY_ALL))
    observed = as_of - float(day.min())
    if observed < 2 * YOUNG:
        horizon = max(horizon, min(YOUNG, observed))
    return msgspec.structs.replace(
        rhythm,
        usual_gap=max(1.0, round(usual, 1)),
        horizon=float(np.clip(np.ceil(horizon), *HORIZON_BOUNDS)),
        gaps=int(between.size),
    )


def _begins(first: Floats) -> float:
    """Return the end of the first month if several times as many customers start in it."""
    arrived = np.sort(first[~np.isnan(first)])
    if not arrived.size or arrived[-1] - arrived[0] < 3 * MONTH:
        return 0.0
    months = np.bincount(((arrived - arrived[0]) / MONTH).astype(np.int64))
    amid = months[0] >= MANY_AT_ONCE * max(1.0, float(np.median(months[1:])))
    return float(arrived[0] + MONTH) if amid and arrived.size >= LEAST_GAPS else 0.0


def leaving_rule(name: str, values: Objects) -> LeavingRule | None:
    """Return what an attribute of this name says about leaving: a status, a date, or None."""
    words = words_of(name)
    said = {str(value).strip().lower() for value in values if value is not None} - {""}
    if said and all(days_since_epoch(value) == days_since_epoch(value) for value in said):
        return LeavingRule(name) if leaving.is_leaving_date(words) else None
    left = leaving.leaving_values(words, tuple(sorted(said)), len(said))
    return LeavingRule(name, left) if left and not leaving.names_leaving(words) else None


def _states(
    past: Past, rhythm: Rhythm, days: Slice, span: Floats, silent: Floats, usual: Floats
) -> Objects:
    state = np.full(past.size, "active", dtype=object)
    gap = np.where(np.isnan(usual), rhythm.usual_gap, usual)
    fresh, first = newcomer_days(rhythm), days.first()
    loaded_by = np.inf if rhythm.known_from is None else rhythm.known_from + fresh
    begun = np.where(past.since > loaded_by, past.since, -np.inf)
    begun = np.where(np.isnan(first), begun, first)
    once = span < OCCASION * rhythm.usual_gap
    state[(past.as_of - begun <= fresh) & once] = "onboarding"
    if rhythm.orders:
        patience = np.clip(PATIENCE * gap, rhythm.horizon, 2 * rhythm.horizon)
        state[silent > patience] = "lapsed"
    state[_left(past, rhythm)] = "left"
    return state


def newcomer_days(rhythm: Rhythm) -> float:
    """Return for how many days a customer is onboarding unless they order again."""
    usual = float(np.clip(rhythm.usual_gap, *NEW_DAYS))
    return min(usual, PATIENCE * rhythm.usual_gap) if rhythm.orders else usual


def _left(past: Past, rhythm: Rhythm) -> Bools:
    left = np.zeros(past.size, dtype=bool)
    for rule in rhythm.leaving:
        values = past.attribute(rule.attribute)
        if rule.words:
            left |= np.isin([str(value).strip().lower() for value in values], rule.words)
        else:
            left |= np.array([days_since_epoch(value) for value in values]) <= past.as_of
    if rhythm.leaving_events:
        ended = past.events(rhythm.leaving_events).last()
        back = past.events(rhythm.orders).last()
        left |= ~np.isnan(ended) & ~(back > ended)
    return left


def _value_year(past: Past, rhythm: Rhythm) -> Floats:
    if not rhythm.orders:
        return np.full(past.size, np.nan)
    bought = past.events(rhythm.orders, VALUE_DAYS)
    sums = np.where(past.events(rhythm.orders).amounts() > 0, bought.total(), np.nan)
    if rhythm.taken_back:
        back = past.events(rhythm.taken_back, VALUE_DAYS)
        sums -= np.bincount(
            back.customer, weights=np.abs(np.nan_to_num(back.amount)), minlength=past.size
        )
    return np.maximum(sums, 0.0)
