"""The catalogue and the scorecard versions of a business in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from pulse import clock
from pulse.db.engine import json_text
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit
from pulse.errors import NotFound
from pulse.scoring.factors import Column, columns_of
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.scorecard import Scorecard
from pulse.tables.scorecard import Metric, NamedScorecard
from pulse.tables.scorecard import Scorecard as ScorecardTable

NOT_PUBLISHED = "This business has no published scorecard yet: import customers or publish one."
DEFAULT_NAME = "Default"
"""The name of the default scorecard where there are others."""


@dataclass(frozen=True)
class Published:
    """The published scorecard with the definitions of its metrics."""

    id: UUID
    version: int
    card: Scorecard
    catalogue: tuple[MetricDefinition, ...]
    named_id: UUID | None = None
    """Which scorecard this is a version of; None: the default one."""
    name: str = ""
    """That scorecard's name; empty where the business has only one."""

    @cached_property
    def base(self) -> float:
        """The strength of an average customer, in points."""
        return self.card.base

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns of a customer's stored row."""
        return columns_of(self.card, self.catalogue)

    @property
    def definitions(self) -> dict[str, MetricDefinition]:
        """The catalogue by metric key."""
        return {definition.key: definition for definition in self.catalogue}


async def catalogue(unit: Unit) -> tuple[MetricDefinition, ...]:
    """Return what this business measures, in its own order."""
    rows = await _CATALOGUE.rows(unit, business_id=unit.business_id)
    return tuple(msgspec.convert(row["definition"], MetricDefinition) for row in rows)


async def save_catalogue(unit: Unit, definitions: Sequence[MetricDefinition]) -> None:
    """Add these metrics, or update those with the same key."""
    rows = [_metric(unit, one, position) for position, one in enumerate(definitions)]
    if rows:
        await Metric.insert(*rows).on_conflict(
            target=(Metric.business_id, Metric.key),
            action="DO UPDATE",
            values=[Metric.definition, Metric.updated_at],
        )


async def add_to_catalogue(unit: Unit, definitions: Sequence[MetricDefinition]) -> None:
    """Add these metrics after the existing ones; existing keys are not changed."""
    last = (
        await Metric.select(Metric.position)
        .where(Metric.business_id == unit.business_id)
        .order_by(Metric.position, ascending=False)
        .first()
    )
    behind = last["position"] + 1 if last else 0
    rows = [_metric(unit, one, behind + place) for place, one in enumerate(definitions)]
    if rows:
        await Metric.insert(*rows).on_conflict(
            target=(Metric.business_id, Metric.key), action="DO NOTHING"
        )


def _metric(unit: Unit, definition: MetricDefinition, position: int) -> Metric:
    """Return a row; updated_at is the database's time, by which `published` detects changes."""
    return Metric(
        business_id=unit.business_id,
        key=definition.key,
        position=position,
        definition=json_text(msgspec.to_builtins(definition)),
        updated_at=QueryString("now()"),
    )


async def forget_names(unit: Unit) -> None:
    """Invalidate cached scorecard names in every process by a new time stamp of the catalogue."""
    await Metric.update(
        {Metric.updated_at: QueryString("clock_timestamp()")}, use_auto_update=False
    ).where(Metric.business_id == unit.business_id)


async def published(unit: Unit, named_id: UUID | None = None) -> Published:
    """Return the published version of the default scorecard, or of this one.

    Raises NotFound (SCORECARD_MISSING) without one.
    """
    found = await published_or_none(unit, named_id)
    if found is None:
        raise NotFound(NOT_PUBLISHED, code="SCORECARD_MISSING")
    return found


async def published_or_none(unit: Unit, named_id: UUID | None = None) -> Published | None:
    """Return the published version of the default scorecard, or of this one, or None."""
    of = {"business_id": unit.business_id}
    if named_id is None:
        row = await _PUBLISHED.row(unit, **of)
    else:
        row = await _PUBLISHED_OF.row(unit, **of, named_id=named_id)
    return None if row is None else await _converted(unit, row)


async def each_published(unit: Unit) -> list[Published]:
    """Return the published version of every scorecard, default first; empty before the first."""
    rows = await _EACH_PUBLISHED.rows(unit, business_id=unit.business_id)
    rows.sort(key=lambda row: row["named_scorecard_id"] is not None)
    return [await _converted(unit, row) for row in rows]


async def version_by_id(unit: Unit, scorecard_id: UUID) -> Published:
    """Return any version, e.g. that of an old snapshot; raises NotFound."""
    return await _read(unit, scorecard_id)


def remembered(scorecard_id: UUID, metrics_at: Any) -> Published | None:
    """Return a cached version with its catalogue; None when it must be read."""
    return _known.get((scorecard_id, metrics_at))


async def publish(unit: Unit, card: Scorecard, *, by: str, note: str = "") -> Published:
    """Publish a scorecard as the next version and retire the one before.

    Writes only the record; the caller rescores everybody (`workflows.publish`).
    """
    await retire_published(unit)
    row = ScorecardTable(
        business_id=unit.business_id,
        version=await next_version(unit),
        status="published",
        origin=card.origin,
        definition=json_text(msgspec.to_builtins(card)),
        note=note,
        published_at=clock.now(),
        published_by=by,
    )
    await ScorecardTable.insert(row)
    return await _read(unit, row.id)


async def retire_published(unit: Unit, named_id: UUID | None = None) -> None:
    """Retire the published version of this scorecard, if there is one."""
    whose = ScorecardTable.named_scorecard_id
    await ScorecardTable.update({ScorecardTable.status: "retired"}).where(
        ScorecardTable.business_id == unit.business_id,
        ScorecardTable.status == "published",
        whose.is_null() if named_id is None else whose == named_id,
    )


async def next_version(unit: Unit) -> int:
    """Return the number of the next version."""
    last = (
        await ScorecardTable.select(ScorecardTable.version)
        .where(ScorecardTable.business_id == unit.business_id)
        .order_by(ScorecardTable.version, ascending=False)
        .first()
    )
    return int(last["version"]) + 1 if last else 1


async def _read(unit: Unit, scorecard_id: UUID) -> Published:
    row = await _BY_ID.row(unit, business_id=unit.business_id, id=scorecard_id)
    if row is None:
        raise NotFound("There is no such scorecard version.", code="SCORECARD_MISSING")
    return await _converted(unit, row)


async def _converted(unit: Unit, row: Any) -> Published:
    """Return the version with this stamp; its large definition is read only if not cached."""
    key = (row["id"], row["metrics_at"])
    if key not in _known:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        definition = await _DEFINITION.value(unit, business_id=unit.business_id, id=row["id"])
        card = msgspec.convert(definition, Scorecard)
        named_id = row["named_scorecard_id"]
        name = await _name(unit, named_id)
        metrics = await catalogue(unit)
        _known[key] = Published(row["id"], row["version"], card, metrics, named_id, name)
    return _known[key]


async def _name(unit: Unit, named_id: UUID | None) -> str:
    rows = await _NAMES.rows(unit, business_id=unit.business_id)
    if named_id is not None:
        return next((str(row["name"]) for row in rows if row["id"] == named_id), "")
    return DEFAULT_NAME if any(row["removed_at"] is None for row in rows) else ""


_STAMP = (
    ScorecardTable.id,
    ScorecardTable.version,
    ScorecardTable.named_scorecard_id,
    QueryString(
        "(SELECT max(updated_at) FROM metrics WHERE business_id = {})",
        Param("business_id"),
        alias="metrics_at",
    ),
)
_EACH_PUBLISHED = prepared(
    ScorecardTable.select(*_STAMP).where(
        ScorecardTable.business_id == Param("business_id"), ScorecardTable.status == "published"
    )
)
_PUBLISHED = prepared(
    ScorecardTable.select(*_STAMP).where(
        ScorecardTable.business_id == Param("business_id"),
        ScorecardTable.status == "published",
        ScorecardTable.named_scorecard_id.is_null(),
    )
)
_PUBLISHED_OF = prepared(
    ScorecardTable.select(*_STAMP).where(
        ScorecardTable.business_id == Param("business_id"),
        ScorecardTable.status == "published",
        ScorecardTable.named_scorecard_id == Param("named_id"),
    )
)
_NAMES = prepared(
    NamedScorecard.select(NamedScorecard.id, NamedScorecard.name, NamedScorecard.removed_at).where(
        NamedScorecard.business_id == Param("business_id")
    )
)
_BY_ID = prepared(
    ScorecardTable.select(*_STAMP).where(
        ScorecardTable.business_id == Param("business_id"), ScorecardTable.id == Param("id")
    )
)
_DEFINITION = prepared(
    ScorecardTable.select(ScorecardTable.definition).where(
        ScorecardTable.business_id == Param("business_id"), ScorecardTable.id == Param("id")
    )
)
_CATALOGUE = prepared(
    Metric.select(Metric.definition)
    .where(Metric.business_id == Param("business_id"))
    .order_by(Metric.position, Metric.key)
)


MOST_KNOWN = 1000
_known: dict[tuple[UUID, Any], Published] = {}
"""Cache of versions. They are immutable; only changed metric texts make one stale."""
