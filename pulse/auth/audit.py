"""The audit log: who changed what and when, the values before and after, and the reason.

It holds ids, settings and roles, and never texts of customers or tokens.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns.combination import WhereRaw

from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db.pagination import MOST_ROWS
from pulse.db.prepared import Param, columns_of, prepared
from pulse.db.transaction import Unit, tenant
from pulse.events import publisher
from pulse.events.types import DomainEvent
from pulse.outbound.csv_lines import csv_line
from pulse.tables.audit import AuditEntry as AuditTable


class AuditEntry(msgspec.Struct, frozen=True):
    """One change. actor: {kind, id, name}; before and after hold only what differs."""

    id: UUID
    created_at: datetime
    actor: dict[str, Any]
    action: str
    subject: str
    before: Any
    after: Any
    reason: str
    address: str = ""


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
    """Write an entry in the same transaction as the change, at its end.

    action: a stable name of the form `customer.owner_changed`, `scorecard.published`.
    """
    if _unrecorded.get():
        return
    told = Audited(
        scope=scope, action=action, subject=subject, before=before, after=after, reason=reason
    )
    publisher.record(unit, told)


@contextmanager
def unrecorded() -> Iterator[None]:
    """Suspend the audit log, for the invented past of the demo only; never for real actions."""
    mark = _unrecorded.set(True)
    try:
        yield
    finally:
        _unrecorded.reset(mark)


_unrecorded: ContextVar[bool] = ContextVar("unrecorded", default=False)


class Audited(DomainEvent, frozen=True, kw_only=True):
    """A domain event that is written to the audit log."""

    scope: Scope
    action: str
    subject: str
    before: Any = None
    after: Any = None
    reason: str = ""


@publisher.in_transaction(Audited)
async def _write(unit: Unit, event: Audited) -> None:
    by = event.scope.actor
    await _RECORD.run(
        unit,
        business_id=unit.business_id,
        actor=_json({"kind": by.kind, "id": by.id, "name": by.name}),
        action=event.action,
        subject=event.subject,
        before=_json(event.before),
        after=_json(event.after),
        reason=event.reason,
        address=by.address,
    )


def is_security(action: str) -> bool:
    """Whether the action is a security event: sign-ins, secrets, roles, exports, erasure."""
    area, _, what = action.partition(".")
    return area in SECURITY_AREAS or what.endswith("exported") or what.startswith("eras")


async def security_events(scope: Scope) -> AsyncIterator[bytes]:
    """The security events, newest first, as CSV (managers and admins)."""
    scope.require(Permission.read_audit)
    scope.require_all()
    yield ",".join(CSV_COLUMNS).encode() + b"\r\n"
    before: UUID | None = None
    while page := await entries(scope, before=before, limit=MOST_ROWS):
        before = page[-1].id
        told = [entry for entry in page if is_security(entry.action)]
        if told:
            yield "".join(_csv_line(entry) for entry in told).encode()


def _csv_line(entry: AuditEntry) -> str:
    actor = entry.actor
    cells = [
        *(entry.created_at.isoformat(), entry.action, entry.subject, actor.get("kind", "")),
        *(str(actor.get("id") or ""), actor.get("name", ""), entry.address, entry.reason),
    ]
    return csv_line(cells, quote_all=True)


def _json(value: Any) -> str | None:
    """A value as JSON text, also a plain string, which the database would read as JSON already."""
    return None if value is None else msgspec.json.encode(value).decode()


async def entries(
    scope: Scope,
    *,
    search: str = "",
    action: str = "",
    before: UUID | None = None,
    limit: int = 50,
) -> list[AuditEntry]:
    """The newest entries; before: the last id of the previous page. For managers and admins."""
    scope.require(Permission.read_audit)
    query = AuditTable.select(*_SHOWN).where(AuditTable.business_id == scope.business_id)
    if before:
        query = query.where(AuditTable.id < before)
    if action:
        query = query.where(AuditTable.action.like(f"{action}%"))
    if search:
        named = WhereRaw("actor ->> 'name' ILIKE {}", f"%{search}%")
        query = query.where(AuditTable.subject.ilike(f"%{search}%") | named)
    async with tenant(scope):
        rows = await query.order_by(AuditTable.id, ascending=False).limit(min(limit, MOST_ROWS))
    return [AuditEntry(**row) for row in rows]


async def areas(scope: Scope) -> Sequence[str]:
    """The distinct first words of the actions: `customer`, `scorecard`, …"""
    scope.require(Permission.read_audit)
    async with tenant(scope):
        rows = (
            await AuditTable.select(AuditTable.action)
            .distinct()
            .where(AuditTable.business_id == scope.business_id)
        )
    return sorted({row["action"].partition(".")[0] for row in rows})


SECURITY_AREAS = ("security", "staff", "api_key", "token_key", "webhook", "oidc", "role", "erasure")
CSV_COLUMNS = (
    "at",
    "event",
    "subject",
    "account_kind",
    "account_id",
    "account",
    "address",
    "reason",
)

_SHOWN = columns_of(AuditTable, AuditEntry)
_RECORD = prepared(
    AuditTable.insert(
        AuditTable(
            business_id=Param("business_id"),
            actor=Param("actor"),
            action=Param("action"),
            subject=Param("subject"),
            before=Param("before"),
            after=Param("after"),
            reason=Param("reason"),
            address=Param("address"),
        )
    )
)
