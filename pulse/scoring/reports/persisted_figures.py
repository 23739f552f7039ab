"""The last statistics of large businesses, stored for later processes.

A scan of a million customers takes one to two seconds. A process that has just started shows the
stored figures with their date and scans in the background.
"""

from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.tables.snapshot import LastFigures

OLDEST = timedelta(days=2)
"""Maximum age of figures that are shown."""

Figures = TypeVar("Figures")


async def remember(scope: Scope, key: object, figures: Any, taken_at: datetime) -> None:
    """Store figures under a key of texts and filters; replaces older ones, never newer ones."""
    row = LastFigures(
        business_id=scope.business_id,
        key=_written(key),
        figures=msgspec.json.encode(figures).decode(),
        taken_at=taken_at,
    )
    async with tenant(scope):
        await LastFigures.insert(row).on_conflict(
            target=(LastFigures.business_id, LastFigures.key),
            action="DO UPDATE",
            values=[LastFigures.figures, LastFigures.taken_at],
            where=LastFigures.taken_at < taken_at,
        )


async def remembered(
    scope: Scope, key: object, kind: type[Figures]
) -> tuple[Figures, datetime] | None:
    """Return the figures and their date; None if missing, too old, or of another structure."""
    async with tenant(scope):
        row = (
            await LastFigures.select(LastFigures.figures, LastFigures.taken_at)
            .where(
                LastFigures.business_id == scope.business_id,
                LastFigures.key == _written(key),
                LastFigures.taken_at > clock.now() - OLDEST,
            )
            .first()
        )
    if row is None:
        return None
    try:
        return msgspec.convert(row["figures"], kind), row["taken_at"]
    except msgspec.ValidationError:
        return None


async def forgotten(scope: Scope, key: object) -> None:
    """Delete the figures after somebody changed the underlying data by hand."""
    async with tenant(scope):
        await LastFigures.delete().where(
            LastFigures.business_id == scope.business_id, LastFigures.key == _written(key)
        )


def _written(key: object) -> str:
    return msgspec.json.encode(key).decode()
