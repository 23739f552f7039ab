"""The catalogue and the scorecard versions of a business, as they stand in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.db.transaction import Unit
from pulse.errors import NotFound
from pulse.scoring.factors import Column, columns_of
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.scorecard import Scorecard

NOT_PUBLISHED = "This business has no published scorecard yet: import customers or publish one."


@dataclass(frozen=True)
class Published:
    """The scorecard in force, with what its metrics mean."""

    id: UUID
    version: int
    card: Scorecard
    catalogue: tuple[MetricDefinition, ...]

    @cached_property
    def base(self) -> float:
        """The strength of somebody average, in points."""
        return self.card.base

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The places of a customer's stored row."""
        return columns_of(self.card, self.catalogue)

    @property
    def definitions(self) -> dict[str, MetricDefinition]:
        """The catalogue by metric key."""
        return {definition.key: definition for definition in self.catalogue}


async def catalogue(unit: Unit) -> tuple[MetricDefinition, ...]:
    """What this business measures, in its own order."""
    rows = await unit.fetch(
        "SELECT definition FROM metrics WHERE business_id = $1 ORDER BY position, key",
        unit.business_id,
    )
    return tuple(msgspec.convert(row["definition"], MetricDefinition) for row in rows)


async def save_catalogue(unit: Unit, definitions: Sequence[MetricDefinition]) -> None:
    """Add these metrics, or change the ones with the same key."""
    await unit.executemany(
        "INSERT INTO metrics (business_id, key, position, definition) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (business_id, key) DO UPDATE "
        "SET definition = excluded.definition, updated_at = now()",
        [
            (unit.business_id, definition.key, position, msgspec.to_builtins(definition))
            for position, definition in enumerate(definitions)
        ],
    )


async def add_to_catalogue(unit: Unit, definitions: Sequence[MetricDefinition]) -> None:
    """Add these metrics behind those there are; one that is there already stays as it is."""
    for definition in definitions:
        await unit.execute(
            "INSERT INTO metrics (business_id, key, position, definition) "
            "SELECT $1, $2, coalesce(max(position) + 1, 0), $3 FROM metrics "
            "WHERE business_id = $1 ON CONFLICT (business_id, key) DO NOTHING",
            unit.business_id,
            definition.key,
            msgspec.to_builtins(definition),
        )


async def published(unit: Unit) -> Published:
    """The scorecard in force; raises NotFound (SCORECARD_MISSING) when there is none."""
    found = await published_or_none(unit)
    if found is None:
        raise NotFound(NOT_PUBLISHED, code="SCORECARD_MISSING")
    return found


async def published_or_none(unit: Unit) -> Published | None:
    """The scorecard in force, if any."""
    row = await unit.fetchrow(f"{_STAMP} AND status = 'published'", unit.business_id)
    return None if row is None else await _converted(unit, row)


async def version_by_id(unit: Unit, scorecard_id: UUID) -> Published:
    """Any version, e.g. the one an old snapshot was made with; raises NotFound."""
    return await _read(unit, scorecard_id)


def remembered(scorecard_id: UUID, metrics_at: Any) -> Published | None:
    """A version that was read before with the catalogue as of then; None: read it."""
    return _known.get((scorecard_id, metrics_at))


async def publish(unit: Unit, card: Scorecard, *, by: str, note: str = "") -> Published:
    """Put a scorecard into force as the next version; the one before retires.

    Only the record: rescoring everybody is the caller's next step (`loop.publish`).
    """
    await unit.execute(
        "UPDATE scorecards SET status = 'retired', updated_at = now() "
        "WHERE business_id = $1 AND status = 'published'",
        unit.business_id,
    )
    made = await unit.fetchval(
        "INSERT INTO scorecards (business_id, version, status, origin, definition, note, "
        "published_at, published_by) SELECT $1, coalesce(max(version), 0) + 1, 'published', "
        "$2, $3, $4, $5, $6 FROM scorecards WHERE business_id = $1 RETURNING id",
        unit.business_id,
        card.origin,
        msgspec.to_builtins(card),
        note,
        clock.now(),
        by,
    )
    return await _read(unit, made)


async def _read(unit: Unit, scorecard_id: UUID) -> Published:
    row = await unit.fetchrow(f"{_STAMP} AND id = $2", unit.business_id, scorecard_id)
    if row is None:
        raise NotFound("There is no such scorecard version.", code="SCORECARD_MISSING")
    return await _converted(unit, row)


async def _converted(unit: Unit, row: Any) -> Published:
    """The version of this stamp; its definition, a large document, is read only when unknown."""
    key = (row["id"], row["metrics_at"])
    if key not in _known:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        definition = await unit.fetchval(_DEFINITION, unit.business_id, row["id"])
        card = msgspec.convert(definition, Scorecard)
        _known[key] = Published(row["id"], row["version"], card, await catalogue(unit))
    return _known[key]


_STAMP = """
SELECT id, version, (SELECT max(updated_at) FROM metrics WHERE business_id = $1) AS metrics_at
FROM scorecards WHERE business_id = $1"""
_DEFINITION = "SELECT definition FROM scorecards WHERE business_id = $1 AND id = $2"


MOST_KNOWN = 1000
_known: dict[tuple[UUID, Any], Published] = {}
"""Converted versions: immutable, so only their metrics' wording can make one stale."""
