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

OLDEST = timedelta(days=2)
"""What is older is not shown, not even for the moment of a scan."""

Figures = TypeVar("Figures")


async def remember(scope: Scope, key: object, figures: Any, taken_at: datetime) -> None:
    """Keep figures under a key of texts and filters; older ones go, not those of a later scan."""
    async with tenant(scope) as unit:
        await unit.execute(
            REMEMBER, scope.business_id, _written(key), msgspec.to_builtins(figures), taken_at
        )


async def remembered(
    scope: Scope, key: object, kind: type[Figures]
) -> tuple[Figures, datetime] | None:
    """The figures and when they were taken; None for none, old ones, or ones of another shape."""
    async with tenant(scope) as unit:
        row = await unit.fetchrow(
            "SELECT figures, taken_at FROM last_figures WHERE business_id = $1 AND key = $2 "
            "AND taken_at > $3",
            scope.business_id,
            _written(key),
            clock.now() - OLDEST,
        )
    if row is None:
        return None
    try:
        return msgspec.convert(row["figures"], kind), row["taken_at"]
    except msgspec.ValidationError:
        return None


async def forgotten(scope: Scope, key: object) -> None:
    """Drop the figures: something about them has been changed by hand."""
    async with tenant(scope) as unit:
        await unit.execute(
            "DELETE FROM last_figures WHERE business_id = $1 AND key = $2",
            scope.business_id,
            _written(key),
        )


def _written(key: object) -> str:
    return msgspec.json.encode(key).decode()


REMEMBER = """
INSERT INTO last_figures (business_id, key, figures, taken_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (business_id, key) DO UPDATE
SET figures = excluded.figures, taken_at = excluded.taken_at
WHERE last_figures.taken_at < excluded.taken_at
"""
