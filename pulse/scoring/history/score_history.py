"""One customer over time: the trend, the days that mark it, and why it changed since a day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotFound
from pulse.scoring import scorecard_store
from pulse.scoring.bands import DEFAULT_EDGES
from pulse.scoring.calibration import stay_probability
from pulse.scoring.history.changes import Explanation, Moment, explain
from pulse.scoring.history.trend import Point, history
from pulse.scoring.queries import Picture, picture

WEEKS = 52


class Mark(msgspec.Struct, frozen=True):
    """A day on the trend: kind is scorecard, card or context; what says which."""

    day: date
    kind: str
    what: str


class Story(msgspec.Struct, frozen=True):
    """The trend of a customer, oldest first, and its marks."""

    points: list[Point]
    marks: list[Mark]
    edges: tuple[float, float] = DEFAULT_EDGES
    """Where the bands of the scorecard in force begin."""


class Changed(msgspec.Struct, frozen=True):
    """Why the strength changed between two days; `since` is the day of the earlier snapshot."""

    since: date
    until: date
    explanation: Explanation


async def story(scope: Scope, external_id: str, weeks: int = WEEKS) -> Story:
    """The trend with its marks; raises NotFound."""
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        points = await history(unit, customer_id, weeks)
        if not points:
            return Story([], [])
        rows = await unit.fetch(MARKS, unit.business_id, customer_id, points[0].date)
        in_force = await scorecard_store.published_or_none(unit)
    marks = [Mark(row["day"], row["kind"], row["what"]) for row in rows]
    return Story(points, marks, in_force.card.band_edges if in_force else DEFAULT_EDGES)


async def full_picture(scope: Scope, external_id: str) -> Picture:
    """The identity of a customer with all factors, for staff; raises NotFound."""
    async with tenant(scope) as unit:
        return await picture(unit, scope, external_id)


async def chance_to_stay(scope: Scope, seen: Picture) -> float | None:
    """The share (0–1) of customers like this who stayed, for staff.

    None while nobody knows: without a score, or by a scorecard that was never calibrated.
    """
    strength = seen.identity.identity_strength
    if strength is None or scope.is_customer:
        return None
    async with tenant(scope) as unit:
        version = await scorecard_store.version_by_id(unit, seen.person["scorecard_id"])
    calibration = version.card.calibration
    return None if calibration is None else stay_probability(calibration, strength)


async def what_changed(scope: Scope, external_id: str, days: int) -> Changed | None:
    """The change against the last snapshot at least `days` old; None without one that old."""
    async with tenant(scope) as unit:
        customer_id = await repository.id_of(unit, external_id, scope)
        rows = await _ends(unit, customer_id, clock.today() - timedelta(days=days))
        if len(rows) < 2:
            return None
        before, after = rows
        known = await scorecard_store.version_by_id(unit, after["scorecard_id"])
        explanation = explain(
            await _moment(unit, before), await _moment(unit, after), known.catalogue
        )
    return Changed(before["snapshot_date"], after["snapshot_date"], explanation)


async def _ends(unit: Unit, customer_id: UUID, since: date) -> Sequence[Any]:
    """The snapshot in force on that day and the newest one; one or none if there are no two."""
    return await unit.fetch(ENDS, unit.business_id, customer_id, since)


async def _moment(unit: Unit, row: Any) -> Moment:
    try:
        version = await scorecard_store.version_by_id(unit, row["scorecard_id"])
    except NotFound as gone:
        raise NotFound("The scorecard of that day is no longer kept.") from gone
    return Moment(
        version.card, row["identity_strength"], row["metric_values"], row["contributions"]
    )


ENDS = """
(SELECT snapshot_date, identity_strength, scorecard_id, metric_values, contributions
 FROM identity_snapshots WHERE business_id = $1 AND customer_id = $2 AND snapshot_date <= $3
 ORDER BY snapshot_date DESC LIMIT 1)
UNION ALL
(SELECT snapshot_date, identity_strength, scorecard_id, metric_values, contributions
 FROM identity_snapshots WHERE business_id = $1 AND customer_id = $2 AND snapshot_date > $3
 ORDER BY snapshot_date DESC LIMIT 1)
"""

MARKS = """
SELECT created_at::date AS day, 'scorecard' AS kind,
  'scorecard ' || string_agg(subject, ', ' ORDER BY id) AS what
FROM audit_entries WHERE business_id = $1 AND action = 'scorecard.published'
  AND created_at >= $3::date GROUP BY created_at::date
UNION ALL
SELECT coalesce(actioned_at, created_at)::date, 'card', 'card'
FROM conversation_cards WHERE business_id = $1 AND customer_id = $2 AND created_at >= $3::date
UNION ALL
SELECT shared_at::date, 'context', replace(context_type, '_', ' ')
FROM customer_contexts WHERE business_id = $1 AND customer_id = $2 AND shared_at >= $3::date
ORDER BY 1
"""
