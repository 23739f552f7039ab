"""Recalculation of one customer or all: measure, score, store a snapshot, report changes.

Live events, imports and the replay of past weeks all use `recalculate`; only the moment and the
number of customers differ.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from pulse import clock, logs
from pulse.clock import days_of
from pulse.db.transaction import Unit
from pulse.scoring import snapshots
from pulse.scoring.bands import OUTSIDE_BANDS, Band, bands_of, places_of
from pulse.scoring.lifecycle.rhythm_store import rhythm_of
from pulse.scoring.lifecycle.standing import Lifecycle, LifecycleColumns, Rhythm, standing
from pulse.scoring.lifecycle.value_at_risk import values_at_risk, yearly_values
from pulse.scoring.metrics.catalogue import measure
from pulse.scoring.metrics.event_features import Bools, Facts, Floats, Objects, Past
from pulse.scoring.metrics.feature_loader import Gathered, gather
from pulse.scoring.scorecard import Scores, score
from pulse.scoring.scorecard_store import Published, published
from pulse.scoring.snapshots import Before, ScoreColumns

TOLD = 1000  # smaller recalculations are logged at debug level only
VISIBLE = 0.05  # points; screens show one decimal


class Change(msgspec.Struct, frozen=True, gc=False):
    """One recalculated customer."""

    customer_id: UUID
    external_id: str
    person: Any
    """The customer's record as read (name, locale, value, renewal_on, owner_id, …)."""
    strength: float
    band: Band | None
    """None for onboarding, lapsed and left customers, who have no band."""
    lifecycle: Lifecycle
    coverage: float
    before: Before
    row: int
    """Index into the scores' arrays."""
    high_before: float | None
    """Highest strength of the last 90 days without this one, by the same scorecard."""
    standing_differs: bool = False
    """Whether the stored band or lifecycle was another one."""
    amounts_differ: bool = False
    """Whether lists showed another value a year or value at risk."""

    @property
    def change_7d(self) -> float | None:
        """Change in points over seven days; None without a snapshot that old, or without a band."""
        return _difference(self, self.before.week_ago)

    @property
    def change_30d(self) -> float | None:
        """Change in points over thirty days, as `change_7d`."""
        return _difference(self, self.before.month_ago)

    @property
    def recent_high(self) -> float:
        """Highest strength of the last 90 days including this one."""
        return max(self.strength, self.high_before or 0.0)

    @property
    def is_new(self) -> bool:
        """Whether this is the customer's first score."""
        return self.before.last is None

    @property
    def is_shown(self) -> bool:
        """Whether open lists and pages show something else than before."""
        return self.differs or self.standing_differs or self.amounts_differ

    def is_comparable(self, scorecard_id: UUID) -> bool:
        """Whether the previous score was made by the same scorecard.

        False for a first score and for the first one after a publication or a roll-back.
        """
        return self.before.last is not None and self.before.last_scorecard == scorecard_id

    @property
    def differs(self) -> bool:
        """Whether the displayed strength differs from the previous one, which may be today's."""
        return self.is_new or abs(self.strength - (self.before.last or 0.0)) >= VISIBLE


@dataclass(frozen=True)
class Recalculated:
    """Result of a recalculation: the changes and the arrays they are based on."""

    changes: list[Change]
    scores: Scores
    published: Published
    gathered: Gathered
    past: Past
    moment: datetime
    standing: LifecycleColumns
    """[N] last orders, usual gaps, lifecycle states."""
    points_before: dict[UUID, list[float]] = field(default_factory=dict)
    """Earlier contributions of customers whose strength rose, by the same scorecard."""
    rhythm: Rhythm = field(default_factory=Rhythm)

    def is_baseline(self, change: Change) -> bool:
        """Whether there is nothing to compare with: a first score, or the first of a version."""
        return not change.is_comparable(self.published.id)

    @cached_property
    def yearly_value(self) -> Floats:
        """[N] the value a year; NaN where unknown."""
        imported = _column(person["value"] for person in self.gathered.people)
        return yearly_values(imported, self.standing.value_year)

    @cached_property
    def value_at_risk(self) -> Floats:
        """[N] value a year × chance to leave; NaN where unknown, and for lapsed or left ones."""
        return values_at_risk(
            self.yearly_value,
            self.scores.strength,
            self.standing,
            self.rhythm,
            self.published.card.calibration,
        )


async def recalculate(
    unit: Unit,
    customers: Sequence[UUID] | None = None,
    *,
    gathered: Gathered | None = None,
    current: Published | None = None,
) -> Recalculated:
    """Score these customers (None: all) as of the clock, and store a snapshot of the day.

    `gathered` and `current` avoid reading again when a replay steps through many weeks. Customers
    who did not exist yet at that moment are omitted. Raises NotFound without a scorecard.
    """
    started = time.perf_counter()
    moment, everybody = clock.now(), customers is None
    was_read = gathered is not None and everybody  # a replay; others read in this unit of work
    current = current or await published(unit)
    rhythm = await rhythm_of(unit)
    done = score_at(gathered or await gather(unit, customers, lock=True), current, moment, rhythm)
    gathered = done.gathered
    scored = [person["id"] for person in gathered.people if everybody or person["scored_on"]]
    earlier = (
        await snapshots.before(unit, scored, current.id, moment, everybody=everybody)
        if scored
        else {}
    )
    # a replay has read its customers once, before the preceding moments were stored
    changes = changes_of(done, earlier, stored=bool(scored) and not was_read)
    rose = [
        change.customer_id
        for change in changes
        if change.is_comparable(current.id) and change.strength > (change.before.last or 0.0)
    ]
    points_before = await snapshots.last_contributions(unit, rose, current.id, moment)
    first = not everybody and not scored
    scores = _score_columns(changes, done, was_read=was_read)
    await snapshots.write(unit, scores, current.id, moment, first=first)
    await snapshots.drop_superseded(unit, earlier, scores, current.id, moment)
    logs.event(
        "identity_score_calculated",
        level="info" if len(changes) > TOLD else "debug",
        business_id=str(unit.business_id),
        customers=len(changes),
        duration_ms=round((time.perf_counter() - started) * 1000, 1),
    )
    return replace(done, changes=changes, points_before=points_before)


def score_at(
    gathered: Gathered, current: Published, moment: datetime, rhythm: Rhythm
) -> Recalculated:
    """Return the scores of these customers at a moment, without comparing or storing."""
    past = Past(gathered.facts, days_of(moment))
    measured = measure(gathered.facts, current.catalogue, past.as_of)
    scores = score(current.card, _without_disputed(measured, gathered.people))
    stand = standing(past, rhythm)
    return Recalculated([], scores, current, gathered, past, moment, stand, rhythm=rhythm)


def _without_disputed(
    measured: dict[str, Floats | Objects], people: Sequence[Any]
) -> dict[str, Floats | Objects]:
    """Set the values a customer disputes to unknown, which is neutral."""
    for row, person in enumerate(people):
        for metric in person.get("disputed") or ():
            values = measured.get(metric)
            if values is not None:
                blank: Any = None if values.dtype == object else np.nan
                measured[metric] = values = values.copy()
                values[row] = blank
    return measured


def present(facts: Facts, past: Past) -> NDArray[np.int64]:
    """Return the indexes of customers who existed by then; those without any date count."""
    dated = np.bincount(facts.events.customer, minlength=facts.size) > 0
    if facts.first_seen.size == facts.size:
        dated |= ~np.isnan(facts.first_seen)
    return np.flatnonzero(past.present | ~dated)


def changes_of(
    done: Recalculated, earlier: dict[UUID, Before], *, stored: bool = False
) -> list[Change]:
    """Return the changes of the customers present; stored: also of their stored figures."""
    gathered, scores = done.gathered, done.scores
    bands = bands_of(scores.strength, done.published.card.band_edges)
    bands[~done.standing.in_band] = None
    states = done.standing.state
    never = Before()
    standing_differs = amounts_differ = np.zeros(len(gathered), dtype=bool)
    if stored:
        standing_differs = snapshots.standing_differs(gathered.people, bands, states)
        amounts = done.yearly_value, done.value_at_risk
        amounts_differ = snapshots.amounts_differ(gathered.people, *amounts)
    return [
        Change(
            customer_id=gathered.ids[row],
            external_id=gathered.people[row]["external_id"],
            person=gathered.people[row],
            strength=float(scores.strength[row]),
            band=bands[row],
            lifecycle=states[row],
            coverage=float(scores.coverage[row]),
            before=(was := earlier.get(gathered.ids[row], never)),
            row=row,
            high_before=_high(was, gathered.people[row], done),
            standing_differs=bool(standing_differs[row]),
            amounts_differ=bool(amounts_differ[row]),
        )
        for row in present(gathered.facts, done.past).tolist()
    ]


def _high(was: Before, person: Any, done: Recalculated) -> float | None:
    """Return the maximum of the snapshots and today's scores (a day keeps only its last one)."""
    today = person["scored_on"] == done.moment.date()
    if today and person["scorecard_id"] == done.published.id and person["band"] is not None:
        return max(was.high or 0.0, float(person["recent_high"]))
    return was.high


def _score_columns(changes: list[Change], done: Recalculated, *, was_read: bool) -> ScoreColumns:
    """Return what is stored; was_read: the customers may have been written since they were read."""
    rows, scores, stand = [change.row for change in changes], done.scores, done.standing
    strength = scores.strength[rows]
    bands = places_of(strength, done.published.card.band_edges)
    bands[~stand.in_band[rows]] = OUTSIDE_BANDS
    return ScoreColumns(
        customer_id=[change.customer_id for change in changes],
        identity_strength=strength,
        band=bands,
        coverage=scores.coverage[rows],
        change_7d=_column(change.change_7d for change in changes),
        change_30d=_column(change.change_30d for change in changes),
        recent_high=np.fmax(strength, _column(change.high_before for change in changes)),
        metric_values=scores.metric_values[rows],
        contributions=scores.contributions[rows],
        lifecycle=stand.state[rows],
        orders=stand.orders[rows],
        last_order_at=stand.last_order[rows],
        usual_gap_days=stand.usual_gap[rows],
        habitual=stand.habitual[rows],
        value_year=stand.value_year[rows],
        value_at_risk=done.value_at_risk[rows],
        yearly_value=(yearly := done.yearly_value[rows]),
        yearly_value_stale=(
            np.ones(len(rows), dtype=bool)
            if was_read
            else _differs(yearly, _column(change.person["yearly_value"] for change in changes))
        ),
    )


def _column(values: Iterable[float | None]) -> Floats:
    return np.array(list(values), dtype=np.float64)  # None becomes NaN


def _differs(now: Floats, before: Floats) -> Bools:
    """Return [N] whether the values differ; unknown (NaN) is equal to unknown."""
    return np.asarray((now != before) & ~(np.isnan(now) & np.isnan(before)))


def _difference(now: Change, then: float | None) -> float | None:
    return None if then is None or now.band is None else now.strength - then
