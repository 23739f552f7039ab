"""Taking an import back: old values restored, new customers removed, chunk by chunk, last first.

A field is put back only where it still holds what the import wrote. A new customer whom somebody
else has changed since, or who has done or said something (events, contexts, notes), stays. An undo
that is interrupted goes on where it was.
"""

from typing import NamedTuple
from uuid import UUID

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict
from pulse.imports import history, lists_sql
from pulse.imports.history import ImportReport
from pulse.imports.lists_sql import UNTOUCHED

_OLD = """id uuid, name text, email text, locale text, value float8, renewal_on date,
  first_seen_at timestamptz, tags text[], owner_id uuid, segment text, attributes jsonb,
  updated_at timestamptz"""
_FIELDS = ("name", "email", "locale", "value", "renewal_on", "first_seen_at", "tags", "owner_id",
           "segment")  # fmt: skip
_BACK = ", ".join(
    f"{field} = CASE WHEN c.{field} IS NOT DISTINCT FROM n.{field} THEN o.{field} "
    f"ELSE c.{field} END"
    for field in _FIELDS
)
_RESTORE = f"""
UPDATE customers c
SET {_BACK}, attributes = (c.attributes - a.written) || a.former,
    updated_at = CASE WHEN c.updated_at <= k.created_at THEN o.updated_at ELSE now() END
FROM import_chunks k,
     jsonb_array_elements(k.before) AS e,
     jsonb_to_record(e) AS o({_OLD}),
     jsonb_to_record(coalesce(e -> 'new', e)) AS n({_OLD}),
     LATERAL (
       SELECT coalesce(array_agg(key), '{{}}') AS written,
              coalesce(jsonb_object_agg(key, o.attributes -> key)
                         FILTER (WHERE o.attributes ? key), '{{}}') AS former
       FROM (SELECT jsonb_object_keys(o.attributes || n.attributes) AS key) keys
       WHERE o.attributes -> key IS DISTINCT FROM n.attributes -> key
         AND EXISTS (SELECT FROM customers now WHERE now.business_id = $1 AND now.id = o.id
                     AND now.attributes -> key IS NOT DISTINCT FROM n.attributes -> key)
     ) a
WHERE k.business_id = $1 AND k.id = $2 AND c.business_id = $1 AND c.id = o.id
"""
_REMOVE_CUSTOMERS = f"""
DELETE FROM customers c USING import_chunks k
WHERE k.business_id = $1 AND k.id = $2 AND c.business_id = $1 AND c.id = ANY(k.created_ids)
  AND {UNTOUCHED}
RETURNING c.id
"""
_REMOVE_EVENTS = """
DELETE FROM events e USING import_chunks k
WHERE k.business_id = $1 AND k.id = $2 AND e.business_id = $1 AND e.id = ANY(k.created_ids)
RETURNING e.customer_id
"""
_LAST_EVENT = """
UPDATE customers c
SET last_event_at = (SELECT max(e.occurred_at) FROM events e
                     WHERE e.business_id = $1 AND e.customer_id = c.id), updated_at = now()
WHERE c.business_id = $1 AND c.id = ANY($2::uuid[])
"""


class UndoPlan(NamedTuple):
    """What an undo would do: new customers (or events) removed and kept since somebody else has
    changed them, and changed customers put back where they still hold what the import wrote."""

    removed: int
    kept: int
    restored: int


async def preview_undo(scope: Scope, import_id: UUID) -> UndoPlan:
    """Count what taking the import back would do; nothing is changed."""
    scope.require(Role.csm)
    async with tenant(scope) as unit:
        report = await history.fetch(unit, import_id)
        row = await lists_sql.undo_counts(unit, import_id, report.kind)
    return UndoPlan(row["removed"], row["made"] - row["removed"], row["restored"])


async def ask_undo(scope: Scope, import_id: UUID) -> ImportReport:
    """Mark the latest import for being taken back; `take_back` (or the job) then does it.

    Conflict when a later import is there: its changes stand on this one's.
    """
    scope.require(Role.manager)
    async with tenant(scope) as unit:
        report = await history.fetch(unit, import_id)
        if report.status != "done" or report.dry_run:
            raise Conflict("Only a finished import can be undone.", code="IMPORT_NOT_DONE")
        later = await unit.fetchval(
            "SELECT count(*) FROM imports WHERE business_id = $1 AND id > $2 AND NOT dry_run "
            "AND status NOT IN ('undone', 'cancelled', 'stopped') AND rows_new + rows_changed > 0",
            scope.business_id,
            import_id,
        )
        if later:
            raise Conflict("A later import stands on this one: undo that first.", code="NOT_LATEST")
        kept = await unit.fetchval(
            "SELECT count(*) FROM import_chunks WHERE business_id = $1 AND import_id = $2",
            scope.business_id,
            import_id,
        )
        if not kept and report.rows_new + report.rows_changed:
            raise Conflict("What this import replaced is no longer kept.", code="IMPORT_TOO_OLD")
        await history.update(unit, import_id, status="undoing", problem="")
        await audit.record(unit, scope, "import.undone", f"import:{import_id}")
        return await history.fetch(unit, import_id)


async def take_back(scope: Scope, import_id: UUID) -> ImportReport:
    """Undo every chunk of a cancelled or undone import, the last first; each in its transaction."""
    while await _take_back_one(scope, import_id):
        pass
    async with tenant(scope) as unit:
        report = await history.fetch(unit, import_id)
        if report.status in ("cancelling", "undoing"):
            over = "cancelled" if report.status == "cancelling" else "undone"
            await history.update(unit, import_id, status=over, finished_at=clock.now())
        report = await history.fetch(unit, import_id)
        history.publish_import(unit, report)
    return report


async def _take_back_one(scope: Scope, import_id: UUID) -> bool:
    async with tenant(scope) as unit:
        report = await history.fetch(unit, import_id)
        chunk_id = await unit.fetchval(
            "SELECT id FROM import_chunks WHERE business_id = $1 AND import_id = $2 "
            "ORDER BY last_line DESC LIMIT 1 FOR UPDATE",
            scope.business_id,
            import_id,
        )
        if chunk_id is None:
            return False
        if report.kind == "events":
            await _remove_events(unit, chunk_id)
        else:
            await _remove_customers(unit, chunk_id)
        await unit.execute(
            "DELETE FROM import_chunks WHERE business_id = $1 AND id = $2",
            scope.business_id,
            chunk_id,
        )
    return True


async def _remove_customers(unit: Unit, chunk_id: UUID) -> None:
    await unit.execute(_RESTORE, unit.business_id, chunk_id)
    gone = [row["id"] for row in await unit.fetch(_REMOVE_CUSTOMERS, unit.business_id, chunk_id)]
    await unit.execute(
        "DELETE FROM identity_snapshots WHERE business_id = $1 AND customer_id = ANY($2::uuid[])",
        unit.business_id,
        gone,
    )


async def _remove_events(unit: Unit, chunk_id: UUID) -> None:
    rows = await unit.fetch(_REMOVE_EVENTS, unit.business_id, chunk_id)
    customers = list({row["customer_id"] for row in rows})
    await unit.execute(_LAST_EVENT, unit.business_id, customers)
