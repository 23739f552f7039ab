"""Data retention of a business: periods by kind, a preview count, a daily deletion.

The periods are in `businesses.settings["retention"]`, in months; a kind without one is kept for
ever. Deletions are recorded in the audit log, which has its own period.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw
from piccolo.query import Select
from piccolo.query.functions.aggregate import Count, Min
from piccolo.querystring import QueryString
from piccolo.table import Table

from pulse import clock, logs
from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.settings import business_settings
from pulse.customers import privacy
from pulse.db.transaction import tenant
from pulse.errors import Invalid
from pulse.tables.activity import Event
from pulse.tables.audit import AuditEntry
from pulse.tables.customer import Customer, CustomerNote
from pulse.tables.snapshot import IdentitySnapshot

SECTION = "retention"
DELETED = "retention.deleted"
DAYS_A_MONTH = 30.4375
AT_ONCE = 10_000  # rows per transaction
CUSTOMERS_A_DAY = 2_000  # erased one by one, with all their rows

Months = Annotated[int, Meta(ge=6, le=240)] | None
AuditMonths = Annotated[int, Meta(ge=12, le=240)] | None


class Periods(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Months until rows are deleted; None keeps them. Inactive: neither an event nor a change."""

    events: Months = None
    notes: Months = None
    snapshots: Months = None
    audit: AuditMonths = None
    inactive_customers: Months = None


class Due(msgspec.Struct, frozen=True):
    """What a period would delete today: the number of rows, and the date of the oldest."""

    rows: int = 0
    oldest: date | None = None


class Run(msgspec.Struct, frozen=True):
    """A daily deletion that deleted something: when, and how many rows of each kind."""

    at: datetime
    deleted: dict[str, int]


KINDS = Periods.__struct_fields__
DATED: dict[str, tuple[type[Table], Any]] = {
    "events": (Event, Event.occurred_at),
    "notes": (CustomerNote, CustomerNote.created_at),
    "snapshots": (IdentitySnapshot, IdentitySnapshot.taken_at),
    "audit": (AuditEntry, AuditEntry.created_at),
}


async def periods(scope: Scope) -> Periods:
    """The set periods; an unreadable one deletes nothing."""
    async with tenant(scope) as unit:
        stored = await business_settings.read_section(unit, SECTION)
    try:
        return msgspec.convert(stored, Periods)
    except msgspec.ValidationError:
        logs.event("retention_unreadable", level="warning", business_id=str(scope.business_id))
        return Periods()


async def set_periods(scope: Scope, wanted: Mapping[str, Any]) -> Periods:
    """Change the periods (admin), audited; deletes nothing yet. Raises Invalid."""
    scope.require(Permission.manage_business)
    made = checked({**msgspec.to_builtins(await periods(scope)), **wanted})
    await business_settings.set_section(
        scope, SECTION, msgspec.to_builtins(made), Permission.manage_business
    )
    return made


def checked(wanted: Mapping[str, Any]) -> Periods:
    """These periods, validated; raises Invalid."""
    try:
        return msgspec.convert(dict(wanted), Periods)
    except msgspec.ValidationError as wrong:
        raise Invalid(f"A period is 6 to 240 months (audit: 12 to 240): {wrong}.") from wrong


async def due(scope: Scope, chosen: Periods | None = None) -> dict[str, Due]:
    """What these periods (by default the set ones) would delete today, by kind.

    Kinds without a period are omitted.
    """
    scope.require(Permission.manage_business)
    chosen = chosen or await periods(scope)
    found: dict[str, Due] = {}
    async with tenant(scope) as unit:
        for kind, (table, moment) in DATED.items():
            if before := _before(getattr(chosen, kind)):
                query = table.select(Count(alias="rows"), Min(moment, alias="oldest"))
                found[kind] = await _due(
                    query.where(_business_column(table) == unit.business_id, moment < before)
                )
        if before := _before(chosen.inactive_customers):
            last_sign = QueryString(f"min({_LAST_SIGN}) AS oldest")
            found["inactive_customers"] = await _due(
                Customer.select(Count(alias="rows"), last_sign).where(
                    Customer.business_id == unit.business_id, _inactive(before)
                )
            )
    return found


async def runs(scope: Scope, *, limit: int = 10) -> list[Run]:
    """The latest daily deletions that deleted something, newest first."""
    scope.require(Permission.manage_business)
    async with tenant(scope) as unit:
        rows = (
            await AuditEntry.select(AuditEntry.created_at, AuditEntry.after)
            .where(AuditEntry.business_id == unit.business_id, AuditEntry.action == DELETED)
            .order_by(AuditEntry.id, ascending=False)
            .limit(limit)
        )
    return [Run(row["created_at"], row["after"]) for row in rows]


async def _due(query: Select[Any]) -> Due:
    row = (await query)[0]
    return Due(row["rows"], row["oldest"].date() if row["oldest"] else None)


async def enforce(scope: Scope) -> dict[str, int]:
    """Delete expired rows in small transactions; returns how many of each kind."""
    chosen = await periods(scope)
    gone: dict[str, int] = {}
    if before := _before(chosen.inactive_customers):
        gone["inactive_customers"] = await _erase_inactive(scope, before)
    for kind, (table, moment) in DATED.items():
        if before := _before(getattr(chosen, kind)):
            gone[kind] = await _delete(scope, table, moment, before)
    gone = {kind: count for kind, count in gone.items() if count}
    if gone:
        async with tenant(scope) as unit:
            await audit.record(unit, scope, DELETED, "retention", after=gone)
        logs.event("retention_enforced", business_id=str(scope.business_id), deleted=gone)
    return gone


async def _delete(scope: Scope, table: type[Table], moment: Column, before: datetime) -> int:
    name, column = table._meta.tablename, moment._meta.db_column_name
    total = 0
    while True:
        async with tenant(scope) as unit:
            some = (
                f"ctid IN (SELECT ctid FROM {name} WHERE business_id = {{}} "
                f"AND {column} < {{}} LIMIT {AT_ONCE})"
            )
            rows = (
                await table.delete()
                .where(
                    _business_column(table) == unit.business_id,
                    WhereRaw(some, unit.business_id, before),
                )
                .returning(_business_column(table))
            )
        total += len(rows)
        if len(rows) < AT_ONCE:
            return total


async def _erase_inactive(scope: Scope, before: datetime) -> int:
    async with tenant(scope):
        rows = (
            await Customer.select(Customer.external_id)
            .where(Customer.business_id == scope.business_id, _inactive(before))
            .order_by(Customer.id)
            .limit(CUSTOMERS_A_DAY)
        )
    for row in rows:
        await privacy.erase(scope, row["external_id"], "retention: inactive")
    return len(rows)


def _inactive(before: datetime) -> WhereRaw:
    return WhereRaw(f"{_LAST_SIGN} < {{}} AND updated_at < {{}}", before, before)


_LAST_SIGN = "coalesce(last_event_at, first_seen_at, created_at)"


def _business_column(table: type[Table]) -> Any:
    return table._meta.get_column_by_name("business_id")


def _before(months: int | None) -> datetime | None:
    return None if months is None else clock.now() - timedelta(days=months * DAYS_A_MONTH)
