"""The audit log: who changed what, when, with before and after, and why.

Texts of customers and tokens never stand in it; ids, settings and roles do.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant


class AuditEntry(msgspec.Struct, frozen=True):
    """One change. actor: {kind, id, name}; before and after are what differs."""

    id: UUID
    created_at: datetime
    actor: dict[str, Any]
    action: str
    subject: str
    before: Any
    after: Any
    reason: str


async def record(
    unit: Unit,
    scope: Scope,
    action: str,
    subject: str,
    *,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> None:
    """Write an entry in the same transaction as the change it tells of.

    action is verb-like and stable: `customer.owner_changed`, `scorecard.published`.
    """
    actor = {"kind": scope.actor.kind, "id": scope.actor.id, "name": scope.actor.name}
    await unit.execute(
        "INSERT INTO audit_entries (business_id, actor, action, subject, before, after, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        unit.business_id,
        _json(actor),
        action,
        subject,
        _json(before),
        _json(after),
        reason,
    )


def _json(value: Any) -> str | None:
    """JSON text, also of a plain text (which the database would take for ready JSON)."""
    return None if value is None else msgspec.json.encode(value).decode()


async def entries(
    scope: Scope,
    *,
    search: str = "",
    action: str = "",
    before: UUID | None = None,
    limit: int = 50,
) -> list[AuditEntry]:
    """The newest entries; `before` is the last id of the page before. For managers and admins."""
    scope.require(Role.manager)
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT id, created_at, actor, action, subject, before, after, reason "
            "FROM audit_entries WHERE business_id = $1 AND ($2::uuid IS NULL OR id < $2) "
            "AND ($3 = '' OR action LIKE $3 || '%') AND ($4 = '' OR subject ILIKE $4 "
            "OR actor ->> 'name' ILIKE $4) ORDER BY id DESC LIMIT $5",
            scope.business_id,
            before,
            action,
            f"%{search}%" if search else "",
            min(limit, 200),
        )
    return [AuditEntry(**dict(row)) for row in rows]


async def areas(scope: Scope) -> Sequence[str]:
    """The first words of the actions there are: `customer`, `scorecard`, …"""
    scope.require(Role.manager)
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT DISTINCT split_part(action, '.', 1) AS area FROM audit_entries "
            "WHERE business_id = $1 ORDER BY 1",
            scope.business_id,
        )
    return [row["area"] for row in rows]
