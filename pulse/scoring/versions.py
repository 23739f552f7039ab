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
from pulse.errors import Conflict, Invalid
from pulse.i18n.sentences import Number, Sentence
from pulse.scoring import scorecard_store
from pulse.scoring.factors import Factor, factors_of
from pulse.scoring.lifecycle.rhythm_store import rhythm_of
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.named import store
from pulse.scoring.recalculation import Recalculated, score_at
from pulse.scoring.scorecard import Scorecard
from pulse.scoring.scorecard_store import Published
from pulse.tables.scorecard import Scorecard as ScorecardTable

RESCORE = "rescore"
"""The durable job that a publication enqueues; `pulse.workflows` runs it."""


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
    named_scorecard_id: UUID | None = None
    """Which scorecard it is a version of; None: the default one."""


class Tried(msgspec.Struct, frozen=True):
    """One customer scored by a version."""

    strength: float
    base: float
    coverage: float
    factors: tuple[Factor, ...]


async def versions(scope: Scope) -> list[Version]:
    """Return all versions of all scorecards, newest first."""
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


async def published_version(scope: Scope, named_id: UUID | None = None) -> Published:
    """Return the published version of the default scorecard, or of this one.

    Raises NotFound before the first.
    """
    async with tenant(scope) as unit:
        return await scorecard_store.published(unit, named_id)


async def publication(unit: Unit, scorecard_id: UUID) -> Version | None:
    """Return the published version of this version's scorecard, None before the first."""
    named_id = (await scorecard_store.version_by_id(unit, scorecard_id)).named_id
    current = await scorecard_store.published_or_none(unit, named_id)
    if current is None:
        return None
    row = (
        await ScorecardTable.select(*_SHOWN)
        .where(ScorecardTable.business_id == unit.business_id, ScorecardTable.id == current.id)
        .first()
    )
    return Version(**row) if row else None


def rolled_back_since(replaced: Version | None, version: Version) -> datetime | None:
    """Return when the replaced version was published, if an older one replaced it."""
    if replaced is None or version.version > replaced.version:
        return None
    return replaced.published_at


async def save_draft(
    scope: Scope,
    card: Scorecard,
    *,
    why: str = "",
    report: dict[str, Any] | None = None,
    named_id: UUID | None = None,
) -> Version:
    """Save a draft of the default scorecard or of this one (managers and admins).

    Nobody's score changes yet. Raises Invalid unless its weights sum to 100 and its metrics are in
    the catalogue.
    """
    async with tenant(scope) as unit:
        return await keep_draft(unit, scope, card, why=why, report=report, named_id=named_id)


async def keep_draft(
    unit: Unit,
    scope: Scope,
    card: Scorecard,
    *,
    why: str = "",
    report: dict[str, Any] | None = None,
    named_id: UUID | None = None,
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
        named_scorecard_id=named_id,
    )
    made = await ScorecardTable.insert(row).returning(*_SHOWN)
    named = (await scorecard_store.version_by_id(unit, row.id)).name
    after = {"scorecard": named} if named else None
    await record(unit, scope, "scorecard.drafted", f"v{row.version}", after=after, reason=why)
    return Version(**made[0])


async def publish_version(unit: Unit, scope: Scope, scorecard_id: UUID, why: str = "") -> Version:
    """Publish a draft or, for a roll-back, a retired version.

    Raises NotFound, also for a removed scorecard, or Conflict when it is already published.
    """
    scope.require(Permission.edit_scorecard)
    wanted = await scorecard_store.version_by_id(unit, scorecard_id)
    if wanted.named_id is not None:
        await store.named(unit, wanted.named_id)
    before = await scorecard_store.published_or_none(unit, wanted.named_id)
    if before is not None and before.id == scorecard_id:
        raise Conflict(
            Sentence("Version {version} is published already.", version=before.version),
            code="SCORECARD_IN_FORCE",
        )
    await scorecard_store.retire_published(unit, wanted.named_id)
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
    version = Version(**changed[0])
    of = {"scorecard": wanted.name} if wanted.name else {}
    await record(
        unit,
        scope,
        "scorecard.published",
        f"v{version.version}",
        before={"version": before.version} if before else None,
        after={"version": version.version, **of},
        reason=why,
    )
    return version


async def decline_draft(unit: Unit, scope: Scope, scorecard_id: UUID, why: str) -> None:
    """Retire a draft that is not to be published; audited with the reason (managers and admins).

    It stays among the versions. Raises NotFound, Invalid without a reason, or Conflict when it is
    no draft any more.
    """
    scope.require(Permission.edit_scorecard)
    if not why.strip():
        raise Invalid("Say in one sentence why it is declined.", code="REASON_MISSING")
    wanted = await scorecard_store.version_by_id(unit, scorecard_id)
    changed = (
        await ScorecardTable.update({ScorecardTable.status: "retired"})
        .where(
            ScorecardTable.business_id == unit.business_id,
            ScorecardTable.id == scorecard_id,
            ScorecardTable.status == "draft",
        )
        .returning(ScorecardTable.id)
    )
    if not changed:
        raise Conflict(
            Sentence("Version {version} is not a draft any more.", version=wanted.version),
            code="SCORECARD_NO_DRAFT",
        )
    after = {"scorecard": wanted.name} if wanted.name else None
    await record(
        unit, scope, "scorecard.declined", f"v{wanted.version}", after=after, reason=why.strip()
    )


async def score_one(scope: Scope, card: Scorecard, external_id: str) -> Tried:
    """Score one customer by this scorecard as of now, without storing anything."""
    async with tenant(scope) as unit:
        customer = await repository.id_of(unit, external_id, scope)
        done = await score_draft(unit, card, [customer])
    factors = factors_of(
        card,
        done.published.catalogue,
        _row(done.scores.metric_values[0]),
        done.scores.contributions[0].tolist(),
        habitual=bool(done.standing.habitual[0]),
    )
    strength, coverage = float(done.scores.strength[0]), float(done.scores.coverage[0])
    return Tried(strength, done.scores.base, coverage, factors)


async def score_draft(unit: Unit, card: Scorecard, customers: list[UUID]) -> Recalculated:
    """Score these customers by this scorecard as of now; stores nothing."""
    catalogue = await scorecard_store.catalogue(unit)
    imagined = Published(UUID(int=0), 0, card, catalogue)
    rhythm = await rhythm_of(unit)
    return score_at(await gather(unit, customers), imagined, clock.now(), rhythm)


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
