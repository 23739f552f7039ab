"""Undo an import: restore old values and remove new customers, chunk by chunk, last chunk first.

A field is restored only if it still holds what the import wrote. A new customer stays if somebody
has changed it since, or if it has events, contexts or notes. An interrupted undo continues where it
stopped.
"""

from typing import NamedTuple
from uuid import UUID

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db.prepared import any_of
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict
from pulse.imports import history, lists_sql
from pulse.imports.history import ImportReport
from pulse.tables.imports import Import, ImportChunk
from pulse.tables.snapshot import IdentitySnapshot


class UndoPlan(NamedTuple):
    """What an undo would do.

    Counts of new customers (or events) to be removed, of new ones kept because they have changed
    since, and of changed customers to be restored.
    """

    removed: int
    kept: int
    restored: int


async def preview_undo(scope: Scope, import_id: UUID) -> UndoPlan:
    """Count what undoing the import would do; changes nothing."""
    scope.require(Permission.import_lists)
    scope.require_all()
    async with tenant(scope) as unit:
        report = await history.load(unit, import_id)
        row = await lists_sql.undo_counts(unit, import_id, report.kind)
    return UndoPlan(row["removed"], row["made"] - row["removed"], row["restored"])


async def ask_undo(scope: Scope, import_id: UUID) -> ImportReport:
    """Mark the latest import to be undone; `take_back` (or the job) then undoes it.

    Raises Conflict when a later import exists, because it builds on this one's changes.
    """
    scope.require(Permission.erase_customers)
    scope.require_all()
    async with tenant(scope) as unit:
        report = await history.load(unit, import_id)
        if report.status != "done" or report.dry_run:
            raise Conflict("Only a finished import can be undone.", code="IMPORT_NOT_DONE")
        later = await Import.exists().where(
            Import.business_id == scope.business_id,
            Import.id > import_id,
            Import.dry_run.eq(False),
            Import.status.not_in(["undone", "cancelled", "stopped"]),
            (Import.rows_new > 0) | (Import.rows_changed > 0),
        )
        if later:
            raise Conflict(
                "A later import changed the same data: undo that one first.", code="NOT_LATEST"
            )
        kept = await ImportChunk.exists().where(
            ImportChunk.business_id == scope.business_id, ImportChunk.import_id == import_id
        )
        if not kept and report.rows_new + report.rows_changed:
            raise Conflict(
                "The values that this import replaced are no longer stored.", code="IMPORT_TOO_OLD"
            )
        await history.update(unit, import_id, status="undoing", problem="")
        await audit.record(unit, scope, "import.undone", f"import:{import_id}")
        return await history.load(unit, import_id)


async def take_back(scope: Scope, import_id: UUID) -> ImportReport:
    """Undo every chunk of a cancelled or undone import, last first, each in its own transaction."""
    while await _undo_chunk(scope, import_id):
        pass
    async with tenant(scope) as unit:
        report = await history.load(unit, import_id)
        if report.status in ("cancelling", "undoing"):
            over = "cancelled" if report.status == "cancelling" else "undone"
            await history.update(unit, import_id, status=over, finished_at=clock.now())
        report = await history.load(unit, import_id)
        history.publish_import(unit, report)
    return report


async def _undo_chunk(scope: Scope, import_id: UUID) -> bool:
    async with tenant(scope) as unit:
        report = await history.load(unit, import_id)
        chunk = (
            await ImportChunk.select(ImportChunk.id)
            .where(ImportChunk.business_id == scope.business_id, ImportChunk.import_id == import_id)
            .order_by(ImportChunk.last_line, ascending=False)
            .limit(1)
            .lock_rows("UPDATE")
            .first()
        )
        if chunk is None:
            return False
        if report.kind == "events":
            await lists_sql.remove_events(unit, chunk["id"])
        else:
            await _remove_customers(unit, chunk["id"])
        await ImportChunk.delete().where(
            ImportChunk.business_id == scope.business_id, ImportChunk.id == chunk["id"]
        )
    return True


async def _remove_customers(unit: Unit, chunk_id: UUID) -> None:
    gone = await lists_sql.restore_customers(unit, chunk_id)
    await IdentitySnapshot.delete().where(
        IdentitySnapshot.business_id == unit.business_id,
        any_of(IdentitySnapshot.customer_id, gone),
    )
