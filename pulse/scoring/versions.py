"""Scorecard versions: draft, test on one customer, preview for all, publish, roll back.

Nothing here changes a score; `workflows.publish` rescores after a version is published.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from piccolo.columns import Column as PiccoloColumn

from pulse import clock
from pulse.auth.audit import record
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.engine import json_text
from pulse.db.prepared import columns_of
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid, NotFound
from pulse.i18n.sentences import Number, Sentence
from pulse.scoring import scorecard_store
from pulse.scoring.bands import BANDS, bands_of
from pulse.scoring.factors import Factor, factors_of
from pulse.scoring.lifecycle.rhythm_store import rhythm_of
from pulse.scoring.metrics.catalogue import measure
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.recalculation import Recalculated, present, score_at
from pulse.scoring.scorecard import Scorecard, score
from pulse.scoring.scorecard_store import Published
from pulse.tables.scorecard import Scorecard as ScorecardTable

PREVIEWED = 50_000  # maximum number of customers in a preview, drawn at random
BARS = 20  # of the distribution, 5 points each
MOVERS = 10


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version in the list of versions."""

    id: UUID
    version: int
    status: str
    origin: str
    note: str
    created_at: datetime
    published_at: datetime | None
    published_by: str


class Spread(msgspec.Struct, frozen=True):
    """Distribution of strengths: customers per band, per bar of 5 points, and the mean."""

    bands: dict[str, int]
    bars: list[int]
    mean: float


class Mover(msgspec.Struct, frozen=True):
    """A customer whose strength the draft would change strongly."""

    external_id: str
    name: str
    now: float
    then: float


class Preview(msgspec.Struct, frozen=True):
    """Current and new distribution, the largest changes, and the number of customers."""

    now: Spread
    then: Spread
    movers: list[Mover]
    customers: int
    band_changes: int


class Tried(msgspec.Struct, frozen=True):
    """One customer scored by a version."""

    strength: float
    base: float
    coverage: float
    factors: tuple[Factor, ...]


async def versions(scope: Scope) -> list[Version]:
    """Return all versions, newest first."""
    async with tenant(scope):
        rows = (
            await ScorecardTable.select(*_SHOWN)
            .where(ScorecardTable.business_id == scope.business_id)
            .order_by(ScorecardTable.version, ascending=False)
        )
    return [Version(**row) for row in rows]


async def version(scope: Scope, scorecard_id: UUID) -> Published:
    """Return one version with its definition; raises NotFound."""
    async with tenant(scope) as unit:
        return await scorecard_store.version_by_id(unit, scorecard_id)


async def published_version(scope: Scope) -> Published:
    """Return the published version; raises NotFound before the first."""
    async with tenant(scope) as unit:
        return await scorecard_store.published(unit)


async def publication(unit: Unit) -> Version | None:
    """Return the published version's list entry, None before the first."""
    row = (
        await ScorecardTable.select(*_SHOWN)
        .where(ScorecardTable.business_id == unit.business_id, ScorecardTable.status == "published")
        .first()
    )
    return Version(**row) if row else None


def rolled_back_since(replaced: Version | None, version: Version) -> datetime | None:
    """Return when the replaced version was published, if an older one replaced it."""
    if replaced is None or version.version > replaced.version:
        return None
    return replaced.published_at


async def save_draft(
    scope: Scope, card: Scorecard, *, why: str = "", report: dict[str, Any] | None = None
) -> Version:
    """Save a scorecard as a draft (managers and admins); scores do not change.

    Raises Invalid unless its weights sum to 100 and its metrics are in the catalogue.
    """
    async with tenant(scope) as unit:
        return await keep_draft(unit, scope, card, why=why, report=report)


async def keep_draft(
    unit: Unit,
    scope: Scope,
    card: Scorecard,
    *,
    why: str = "",
    report: dict[str, Any] | None = None,
) -> Version:
    """Do the work of `save_draft` inside a unit of work."""
    scope.require(Permission.edit_scorecard)
    _check(card, {metric.key for metric in await scorecard_store.catalogue(unit)})
    row = ScorecardTable(
        business_id=unit.business_id,
        version=await scorecard_store.next_version(unit),
        status="draft",
        origin=card.origin,
        definition=json_text(msgspec.to_builtins(card)),
        note=why,
        report=json_text(report or {}),
    )
    made = await ScorecardTable.insert(row).returning(*_SHOWN)
    await record(unit, scope, "scorecard.drafted", f"v{row.version}", reason=why)
    return Version(**made[0])


async def publish_version(unit: Unit, scope: Scope, scorecard_id: UUID, why: str = "") -> Version:
    """Publish a draft or, for a roll-back, a retired version.

    Raises NotFound, or Conflict when it is already published.
    """
    scope.require(Permission.edit_scorecard)
    before = await scorecard_store.published_or_none(unit)
    if before is not None and before.id == scorecard_id:
        raise Conflict(
            Sentence("Version {version} is published already.", version=before.version),
            code="SCORECARD_IN_FORCE",
        )
    await scorecard_store.retire_published(unit)
    values: dict[PiccoloColumn | str, Any] = {
        ScorecardTable.status: "published",
        ScorecardTable.published_at: clock.now(),
        ScorecardTable.published_by: scope.actor.name,
    }
    if why:
        values[ScorecardTable.note] = why
    changed = (
        await ScorecardTable.update(values)
        .where(ScorecardTable.business_id == unit.business_id, ScorecardTable.id == scorecard_id)
        .returning(*_SHOWN)
    )
    if not changed:
        raise NotFound("There is no such scorecard version.", code="SCORECARD_MISSING")
    row = changed[0]
    was = {"version": before.version} if before else None
    await record(
        unit,
        scope,
        "scorecard.published",
        f"v{row['version']}",
        before=was,
        after={"version": row["version"]},
        reason=why,
    )
    return Version(**row)


async def score_one(scope: Scope, card: Scorecard, external_id: str) -> Tried:
    """Score one customer by this scorecard as of now, without storing anything."""
    async with tenant(scope) as unit:
        customer = await repository.id_of(unit, external_id, scope)
        done = await _looked_at(unit, card, [customer])
    factors = factors_of(
        card,
        done.published.catalogue,
        _row(done.scores.metric_values[0]),
        done.scores.contributions[0].tolist(),
    )
    strength, coverage = float(done.scores.strength[0]), float(done.scores.coverage[0])
    return Tried(strength, done.scores.base, coverage, factors)


async def preview(scope: Scope, card: Scorecard) -> Preview:
    """Return what publishing would change, for all customers or a random sample of 50,000."""
    async with tenant(scope) as unit:
        current = await scorecard_store.published(unit)
        done = await _looked_at(unit, card, await repository.sample(unit, PREVIEWED))
    here = present(done.gathered.facts, done.past)
    then = done.scores.strength[here]
    now = score_again(done, current)[here]
    moved = np.argsort(-np.abs(then - now), kind="stable")[:MOVERS]
    people = [done.gathered.people[row] for row in here]
    return Preview(
        now=_spread(now, current.card),
        then=_spread(then, card),
        movers=[
            Mover(people[i]["external_id"], people[i]["name"], float(now[i]), float(then[i]))
            for i in moved.tolist()
        ],
        customers=len(here),
        band_changes=int(
            (bands_of(now, current.card.band_edges) != bands_of(then, card.band_edges)).sum()
        ),
    )


def score_again(done: Recalculated, other: Published) -> Floats:
    """Return [N] strengths of the same customers at the same moment by another version."""
    measured = measure(done.gathered.facts, other.catalogue, done.past.as_of)
    return score(other.card, measured).strength


async def _looked_at(unit: Unit, card: Scorecard, customers: list[UUID]) -> Recalculated:
    catalogue = await scorecard_store.catalogue(unit)
    imagined = Published(UUID(int=0), 0, card, catalogue)
    rhythm = await rhythm_of(unit)
    return score_at(await gather(unit, customers), imagined, clock.now(), rhythm)


def _spread(strength: Floats, card: Scorecard) -> Spread:
    bands = bands_of(strength, card.band_edges)
    bars, _ = np.histogram(strength, bins=BARS, range=(0.0, 100.0))
    return Spread(
        {band: int((bands == band).sum()) for band in BANDS},
        bars.tolist(),
        float(strength.mean()) if strength.size else 0.0,
    )


def _check(card: Scorecard, known: set[str]) -> None:
    unknown = [metric for metric in card.metrics if metric not in known]
    if unknown:
        raise Invalid(
            Sentence(
                "These metrics are not in the catalogue: {unknown}.", unknown=", ".join(unknown)
            ),
            code="SCORECARD_METRIC",
            metrics=unknown,
        )
    total = sum(term.weight for term in card.terms) + sum(pair.weight for pair in card.pairs)
    if abs(total - 100.0) > WEIGHT_TOLERANCE:
        raise Invalid(
            Sentence("The weights sum to {total}, not to 100.", total=Number(total, 2)),
            code="SCORECARD_WEIGHT",
        )


WEIGHT_TOLERANCE = 1e-6
_SHOWN = columns_of(ScorecardTable, Version)


def _row(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]
