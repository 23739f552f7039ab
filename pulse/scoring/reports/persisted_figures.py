"""The last figures of large books, kept for the process that comes after this one.

A scan of a million customers takes a second or two. A process that has just started shows what the
one before it knew last, says of when that is, and scans behind the page.
"""

from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.tables.snapshot import LastFigures

OLDEST = timedelta(days=2)
"""What is older is not shown, not even for the moment of a scan."""

Figures = TypeVar("Figures")


async def remember(scope: Scope, key: object, figures: Any, taken_at: datetime) -> None:
    """Keep figures under a key of texts and filters; older ones go, not those of a later scan."""
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
    """The figures and when they were taken; None for none, old ones, or ones of another shape."""
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
    """Drop the figures: something about them has been changed by hand."""
    async with tenant(scope):
        await LastFigures.delete().where(
            LastFigures.business_id == scope.business_id, LastFigures.key == _written(key)
        )


def _written(key: object) -> str:
    return msgspec.json.encode(key).decode()
