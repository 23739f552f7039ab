"""Intervention history: every delivered card with its outcome and the change of strength."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import queue_sql
from pulse.cards.outcomes import outcomes_sql
from pulse.db.transaction import tenant
from pulse.errors import Invalid


class Intervention(msgspec.Struct, frozen=True):
    """One delivered card; moved: the customer's strength now minus that on the card, in points."""

    id: UUID
    external_id: str
    name: str
    cause: str
    who: str | None
    channel: str
    actioned_at: datetime
    outcome: str | None
    outcome_note: str
    moved: float | None


class Interventions(msgspec.Struct, frozen=True):
    """A page of interventions, their total number, and outcomes counted by cause."""

    rows: list[Intervention]
    next: str | None
    total: int
    by_cause: dict[str, dict[str, int]]


async def interventions(
    scope: Scope,
    *,
    owner: str = "",
    days: int = 90,
    after: str | None = None,
    limit: int = 25,
) -> Interventions:
    """Return cards delivered within `days`, newest first; owner as in the customer filter."""
    since = clock.now() - timedelta(days=days)
    limit = min(limit, 200)
    async with tenant(scope) as unit:
        rows = await queue_sql.delivered(unit, owner, since, _decoded(after), limit + 1)
        groups = await outcomes_sql.delivered_by_cause(unit, owner, since)
    kept = rows[:limit]
    following = _encoded(kept[-1]) if len(rows) > limit else None
    by_cause: dict[str, dict[str, int]] = {}
    for group in groups:
        by_cause.setdefault(group["cause"], {})[group["outcome"]] = group["cards"]
    total = sum(group["cards"] for group in groups)
    return Interventions([Intervention(**dict(r)) for r in kept], following, total, by_cause)


def _encoded(row: Any) -> str:
    return f"{row['actioned_at'].isoformat()}|{row['id']}"


def _decoded(after: str | None) -> tuple[datetime, UUID] | None:
    if after is None:
        return None
    try:
        moment, _, key = after.partition("|")
        return datetime.fromisoformat(moment), UUID(key)
    except ValueError as wrong:
        raise Invalid("The page cursor is invalid.", field="after") from wrong
