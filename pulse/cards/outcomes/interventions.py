"""The history of interventions: every delivered card with its outcome, and how strength moved."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards.queue_queries import owner_clause
from pulse.db.transaction import tenant
from pulse.errors import Invalid


class Intervention(msgspec.Struct, frozen=True):
    """One delivered card; moved is the customer's strength now against the card's, in points."""

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
    """A page of them, how many there are in all, and outcomes counted by cause."""

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
    """Delivered within `days`, newest first; owner as in the customer filter."""
    since = clock.now() - timedelta(days=days)
    where = f"{WHERE} AND {owner_clause(owner)}"
    args = (scope.business_id, owner or None, since)
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            f"SELECT {COLUMNS} FROM {FROM} WHERE {where} "
            "AND ($4::timestamptz IS NULL OR (k.actioned_at, k.id) < ($4, $5::uuid)) "
            f"ORDER BY k.actioned_at DESC, k.id DESC LIMIT {min(limit, 200) + 1}",
            *args,
            *_decoded(after),
        )
        groups = await unit.fetch(
            f"SELECT k.cause, coalesce(k.outcome, 'none') AS outcome, count(*) AS cards "
            f"FROM {FROM} WHERE {where} GROUP BY 1, 2",
            *args,
        )
    kept = rows[:limit]
    following = _encoded(kept[-1]) if len(rows) > limit else None
    by_cause: dict[str, dict[str, int]] = {}
    for group in groups:
        by_cause.setdefault(group["cause"], {})[group["outcome"]] = group["cards"]
    total = sum(group["cards"] for group in groups)
    return Interventions([Intervention(**dict(r)) for r in kept], following, total, by_cause)


def _encoded(row: Any) -> str:
    return f"{row['actioned_at'].isoformat()}|{row['id']}"


def _decoded(after: str | None) -> tuple[datetime | None, UUID | None]:
    if after is None:
        return None, None
    try:
        moment, _, key = after.partition("|")
        return datetime.fromisoformat(moment), UUID(key)
    except ValueError as wrong:
        raise Invalid("This page cursor is not one of ours.", field="after") from wrong


FROM = (
    "conversation_cards k JOIN scored_customers c ON c.business_id = k.business_id "
    "AND c.id = k.customer_id LEFT JOIN staff s ON s.business_id = k.business_id "
    "AND s.id = k.actioned_by"
)
WHERE = "k.business_id = $1 AND k.actioned_at >= $3"
COLUMNS = (
    "k.id, c.external_id, c.name, k.cause, s.name AS who, k.channel, k.actioned_at, k.outcome, "
    "k.outcome_note, c.identity_strength - (k.evidence ->> 'strength')::float8 AS moved"
)
