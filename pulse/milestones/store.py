"""Milestones in the database: store reached ones, choose which to celebrate.

Only what happened since the last score is written. A first score, and the first one after a
publication or a roll-back, writes nothing. The full list of a customer's milestones is computed on
demand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from piccolo.columns.combination import WhereRaw
from piccolo.custom_types import Combinable

from pulse.clock import days_of
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.i18n.identity_phrases import Words
from pulse.milestones.default_rules import default_rules, localize_by, risen, signal_shares
from pulse.milestones.milestones_sql import insert_new
from pulse.milestones.rules import CustomerFigures, Evaluated, MilestoneRule, Next, evaluate
from pulse.scoring.bands import rose
from pulse.scoring.lifecycle.standing import OUTSIDE
from pulse.scoring.metrics.event_features import Bools, Floats
from pulse.scoring.recalculation import Change, Recalculated
from pulse.tables.snapshot import CustomerMilestone

FRESH_DAYS = 1.0  # maximum age for a customer whose first event was just sent live


class JustReached(msgspec.Struct, frozen=True, kw_only=True):
    """A milestone that one customer has just reached."""

    customer_id: UUID
    external_id: str
    key: str
    title: str
    text: str
    reached_on: date
    notable: bool


class ShownMilestone(msgspec.Struct, frozen=True):
    """A milestone in the customer's list."""

    key: str
    title: str
    reached_on: date


async def save_milestones(
    unit: Unit, done: Recalculated, *, live: bool = False
) -> list[JustReached]:
    """Write newly reached milestones and band rises; returns the new ones.

    live: events arriving one by one caused this, so what a new customer did today counts. Lapsed
    and left customers get no milestones.
    """
    evaluated = _evaluated(done)
    outside = {change.customer_id for change in done.changes if change.lifecycle in OUTSIDE}
    fresh = [*_newly_reached(done, evaluated, live), *_band_rises(done)]
    fresh = [mark for mark in fresh if mark.customer_id not in outside]
    if not fresh:
        return []
    new = await insert_new(
        unit,
        [mark.customer_id for mark in fresh],
        [(mark.key, mark.title, mark.text, mark.reached_on) for mark in fresh],
    )
    return [mark for mark in fresh if (mark.customer_id, mark.key) in new]


class MilestoneBook:
    """Reached and next milestones of several customers, in each one's language.

    Computed from current scores and stored milestones; `known` are the customers whose strength is
    shown.
    """

    def __init__(
        self, done: Recalculated, kept: Mapping[UUID, list[dict[str, Any]]], known: Bools
    ) -> None:
        self._done = done
        self._kept = kept
        self._row = {customer: row for row, customer in enumerate(done.gathered.ids)}
        self._evaluated = _evaluated(done, known=known)
        self._rules: dict[Words, tuple[MilestoneRule, ...]] = {}

    def of(self, customer: UUID, words: Words) -> tuple[list[ShownMilestone], Next | None]:
        """Return the reached (newest first) and next milestones of one of them."""
        row, rules = self._row[customer], self._rules_for(words)
        evaluated = replace(self._evaluated, rules=rules)
        said = localize_by(rules, words)
        reached = {
            mark.key: ShownMilestone(mark.key, mark.title, _day(mark.reached_at))
            for mark in evaluated.reached_by(row)
        }
        undone = evaluated.undone_by(row)
        counted = [mark for mark in self._kept.get(customer, ()) if mark["key"] not in undone]
        for mark in sorted(counted, key=lambda mark: mark["reached_on"]):
            title, _ = said(mark["key"], mark["title"])
            reached[_merge_repeats(mark["key"])] = ShownMilestone(
                mark["key"], title, mark["reached_on"]
            )
        ordered = sorted(reached.values(), key=lambda mark: mark.reached_on, reverse=True)
        return ordered[:12], evaluated.next_of(row, words, reached)

    def _rules_for(self, words: Words) -> tuple[MilestoneRule, ...]:
        if words not in self._rules:
            self._rules[words] = default_rules(self._done.published.catalogue, words)
        return self._rules[words]


async def milestones_of(unit: Unit, customers: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return these customers' stored milestones (key, title, reached_on); only those with any."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in await _KEPT.rows(unit, business_id=unit.business_id, ids=list(customers)):
        found.setdefault(row.pop("who"), []).append(row)
    return found


def _merge_repeats(key: str) -> str:
    """Reduce repeatable milestones (band rises of several months) to one entry."""
    if not key.startswith("rose_"):
        return key
    band = key.split("_")[1]
    return "band_strong" if band == "strong" else f"rose_{band}"


_KEPT = prepared(
    CustomerMilestone.select(
        CustomerMilestone.customer_id.as_alias("who"),
        CustomerMilestone.key,
        CustomerMilestone.title,
        CustomerMilestone.reached_on,
    ).where(
        CustomerMilestone.business_id == Param("business_id"),
        any_of(CustomerMilestone.customer_id, Param("ids")),
    )
)


def _evaluated(done: Recalculated, *, known: Bools | None = None) -> Evaluated:
    """Evaluate all rules for all of them; customers not in `known` have no level yet."""
    card, catalogue = done.published.card, done.published.catalogue
    shares = signal_shares(card, catalogue, done.scores.contributions)
    strength = done.scores.strength
    if known is not None:
        strength = np.where(known, strength, np.nan)
        shares = {signal: np.where(known, share, np.nan) for signal, share in shares.items()}
    standing = CustomerFigures(done.past, strength, shares, card.band_edges, done.rhythm.begins)
    return evaluate(default_rules(catalogue), standing)


async def take_back_levels(unit: Unit, since: datetime, *whose: Combinable) -> int:
    """Remove bands and signals reached since a moment, celebrated or not; returns how many.

    `whose`: further conditions on the customers.

    For a roll-back, when their scorecard version is no longer published. Milestones of behaviour,
    such as a tenth order, stay.
    """
    levels = WhereRaw("split_part(key, '_', 1) = ANY({})", [*LEVELS, "rose"])
    gone = (
        await CustomerMilestone.delete()
        .where(
            CustomerMilestone.business_id == unit.business_id,
            CustomerMilestone.created_at >= since,
            levels,
            *whose,
        )
        .returning(CustomerMilestone.id)
    )
    return len(gone)


def _newly_reached(done: Recalculated, evaluated: Evaluated, live: bool) -> Iterator[JustReached]:
    since = _last_checked(done, live)
    before = _shares_before(done)
    change_at = {change.row: change for change in done.changes}
    for rule, progress in zip(evaluated.rules, evaluated.progress, strict=True):
        recent = progress.reached & (progress.reached_at > since)
        for row in np.flatnonzero(recent).tolist():
            change = change_at.get(row)
            if change and (rule.kind not in LEVELS or _has_crossed(rule, change, done, before)):
                day = _day(float(progress.reached_at[row]))
                yield _just_reached(change, rule.key, rule.title, rule.text, day, rule.notable)


LEVELS = ("band", "signal")


def _has_crossed(
    rule: MilestoneRule,
    change: Change,
    done: Recalculated,
    before: dict[UUID, dict[str, float]],
) -> bool:
    """Return whether they were below this level at the previous score by the same scorecard.

    A level has no date: without that score it is unknown when it was reached.
    """
    if done.is_baseline(change) or not change.differs:
        return False
    if rule.kind == "band":
        before_it = change.before.last_band
        return before_it is not None and rose(before_it, rule.parameters["band"])
    shares = before.get(change.customer_id, {})
    signal, share = rule.parameters["signal"], float(rule.parameters["share"])
    return shares.get(signal, share) < share


def _shares_before(done: Recalculated) -> dict[UUID, dict[str, float]]:
    """Return the signal shares at the previous score, of customers whose strength rose."""
    known = done.points_before
    if not known:
        return {}
    points = np.array([*known.values()], dtype=np.float64)
    shares = signal_shares(done.published.card, done.published.catalogue, points)
    return {
        customer: {signal: float(share[row]) for signal, share in shares.items()}
        for row, customer in enumerate(known)
    }


def _last_checked(done: Recalculated, live: bool) -> Floats:
    """Return [N] when each customer was last checked for milestones, in days since epoch.

    Infinite at a baseline, where nothing counts as new, unless a new customer sends live events.
    """
    first = done.past.as_of - FRESH_DAYS if live else np.inf
    since = np.full(len(done.gathered), np.inf)
    for change in done.changes:
        if change.is_new:
            since[change.row] = first
        elif not done.is_baseline(change):
            since[change.row] = _midnight(_last_checked_on(change, done))
    return since


def _last_checked_on(change: Change, done: Recalculated) -> date:
    """Return the day of the previous score, or the one before if that followed a publication.

    The score after a publication wrote nothing, so events between the two are still to be
    processed.
    """
    before = change.before
    switched = before.earlier_scorecard not in (None, done.published.id)
    day = before.earlier_date if switched else before.last_date
    return day or done.moment.date()


def _midnight(day: date) -> float:
    return days_of(datetime.combine(day, datetime.min.time(), UTC))


def _band_rises(done: Recalculated) -> Iterator[JustReached]:
    """Return customers who rose a band by the same scorecard; once per band and month."""
    for change in done.changes:
        before = change.before.last_band
        if change.band is None or before is None or done.is_baseline(change):
            continue
        if rose(before, change.band):
            key = f"rose_{change.band}_{done.moment:%Y_%m}"
            yield _just_reached(change, key, *risen(change.band), done.moment.date(), False)


def _just_reached(
    change: Change, key: str, title: str, text: str, day: date, notable: bool
) -> JustReached:
    return JustReached(
        customer_id=change.customer_id,
        external_id=change.external_id,
        key=key,
        title=title,
        text=text,
        reached_on=day,
        notable=notable,
    )


def _day(moment: float) -> date:
    return datetime.fromtimestamp(moment * 86_400, UTC).date()
