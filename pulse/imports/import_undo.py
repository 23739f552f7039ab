"""Taking an import back: old values restored, new customers removed, chunk by chunk, last first.

A new customer who has since done or said something (events, contexts, notes) stays; an undo that
is interrupted goes on where it was.
"""

from uuid import UUID

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict
from pulse.imports import history
from pulse.imports.history import ImportReport

_RESTORE = """
UPDATE customers c
SET name = o.name, email = o.email, locale = o.locale, value = o.value, renewal_on = o.renewal_on,
    first_seen_at = o.first_seen_at, tags = o.tags, attributes = o.attributes, updated_at = now()
FROM import_chunks k,
     jsonb_to_recordset(k.before) AS o(id uuid, name text, email text, locale text, value float8,
       renewal_on date, first_seen_at timestamptz, tags text[], attributes jsonb)
WHERE k.business_id = $1 AND k.id = $2 AND c.business_id = $1 AND c.id = o.id
"""
_REMOVE_CUSTOMERS = """
DELETE FROM customers c USING import_chunks k
WHERE k.business_id = $1 AND k.id = $2 AND c.business_id = $1 AND c.id = ANY(k.created_ids)
  AND NOT EXISTS (SELECT FROM events e WHERE e.business_id = $1 AND e.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM customer_contexts x WHERE x.business_id = $1 AND x.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM customer_notes n WHERE n.business_id = $1 AND n.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM customer_touches t WHERE t.business_id = $1 AND t.customer_id = c.id)
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
