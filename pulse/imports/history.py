"""Records of imports: the history, rejected rows, and progress."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw

from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.pagination import MOST_ROWS
from pulse.db.prepared import Param, columns_of, prepared
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotFound
from pulse.events.publisher import record
from pulse.events.types import CustomersChanged, Progress
from pulse.i18n.sentences import english, from_text
from pulse.imports import lists_sql, mapping_memory
from pulse.outbound.csv_lines import csv_line
from pulse.tables.imports import Import, ImportReject
from pulse.tables.scorecard import Metric
from pulse.tabular import mapping as mappings
from pulse.tabular.mapping import Mapping
from pulse.tabular.validation import Rejected

SHOWN_ERRORS = 100

MOVING = ("waiting", "checking", "importing", "scoring")
RUNNING = (*MOVING, "cancelling", "undoing")


class ImportReport(msgspec.Struct, frozen=True):
    """One import and its state.

    status: waiting → checking → importing → scoring → done; or stopped (rows were invalid and
    the import was to stop then), failed (`problem` has the reason), cancelled, undone.
    rows_total: all non-blank rows of the file; rows_done: those processed so far. errors: the
    first 100 rejected rows as {line, reason}. unread: columns with unreadable cells that were left
    empty, as {column, count, examples: [{line, text}]}.
    """

    id: UUID
    created_at: datetime
    file_name: str
    kind: str
    status: str
    dry_run: bool
    mapping: dict[str, Any]
    rows_total: int
    rows_done: int
    rows_new: int
    rows_changed: int
    rows_same: int
    rows_rejected: int
    errors: list[dict[str, Any]]
    unread: list[dict[str, Any]]
    problem: str
    imported_by: str
    finished_at: datetime | None
    file_path: str
    columns: list[str]

    @property
    def is_running(self) -> bool:
        """Whether the import is running or waiting."""
        return self.status in RUNNING

    def public(self) -> dict[str, Any]:
        """The fields that pages and programs may see: all except the file's path."""
        plain: dict[str, Any] = msgspec.to_builtins(self, enc_hook=english)
        del plain["file_path"]
        return plain


async def create(
    scope: Scope, path: str, file_name: str, mapping: Mapping, *, dry_run: bool
) -> UUID:
    """Record a new import with status waiting; remembers the mapping for such files."""
    async with tenant(scope) as unit:
        await mapping_memory.remember_mapping(unit, mapping)
        row = Import(
            business_id=scope.business_id,
            file_name=file_name[:200],
            file_path=path,
            kind=mapping.kind,
            mapping=mappings.to_builtins(mapping),
            dry_run=dry_run,
            staff_id=scope.actor.id if scope.actor.kind == "staff" else None,
            imported_by=scope.actor.name,
        )
        made: UUID = (await Import.insert(row).returning(Import.id))[0]["id"]
        if not dry_run:
            await audit.record(unit, scope, "import.started", f"import:{made}", after=mapping.kind)
    return made


async def get(scope: Scope, import_id: UUID) -> ImportReport:
    """One import.

    Raises NotFound when it is not this business's, and NotAllowed for staff who may see only some
    customers, because its errors quote rows of any customer.
    """
    scope.require(Permission.view)
    scope.require_all()
    async with tenant(scope) as unit:
        return await load(unit, import_id)


async def load(unit: Unit, import_id: UUID) -> ImportReport:
    """One import inside a unit of work."""
    row = await _BY_ID.row(unit, business_id=unit.business_id, id=import_id)
    if row is None:
        raise NotFound("There is no such import.", code="IMPORT_NOT_FOUND")
    return _report(row)


async def history(
    scope: Scope, *, limit: int = 50, before: UUID | None = None
) -> list[ImportReport]:
    """The business's imports, newest first; before: the last id of the previous page.

    Raises NotAllowed as `get` does.
    """
    scope.require(Permission.view)
    scope.require_all()
    query = Import.select(*_SHOWN).where(Import.business_id == scope.business_id)
    if before is not None:
        query = query.where(Import.id < before)
    async with tenant(scope):
        rows = await query.order_by(Import.id, ascending=False).limit(min(limit, MOST_ROWS))
    return [_report(row) for row in rows]


def _report(row: dict[str, Any]) -> ImportReport:
    return ImportReport(**{**row, "problem": from_text(row["problem"])})


async def update(unit: Unit, import_id: UUID, **values: Any) -> None:
    """Set columns of an import; the names come from code."""
    await Import.update({_column(name): value for name, value in values.items()}).where(
        Import.business_id == unit.business_id, Import.id == import_id
    )


def _column(name: str) -> Column:
    return Import._meta.get_column_by_name(name)


async def advance(unit: Unit, import_id: UUID, status: str, **values: Any) -> bool:
    """Set the status of a running import and lock its row; False when it was asked to stop."""
    now = (
        await Import.select(Import.status)
        .where(Import.business_id == unit.business_id, Import.id == import_id)
        .lock_rows("UPDATE")
        .first()
    )
    if now is None or now["status"] not in MOVING:
        return False
    await update(unit, import_id, status=status, **values)
    return True


def publish_import(unit: Unit, report: ImportReport) -> None:
    """Publish the import's progress to open pages, and at its end that customers have changed."""
    payload = {
        "import_id": str(report.id),
        "status": report.status,
        "done": report.rows_done,
        "total": report.rows_total,
        "new": report.rows_new,
        "changed": report.rows_changed,
        "same": report.rows_same,
        "rejected": report.rows_rejected,
    }
    record(unit, Progress(work="import", state=payload))
    if not report.is_running:
        record(unit, CustomersChanged(customers=None))


async def keep_rejects(unit: Unit, import_id: UUID, rejected: Sequence[Rejected]) -> None:
    """Store the rejected rows for the error file; replaces those of an earlier attempt."""
    await ImportReject.delete().where(
        ImportReject.business_id == unit.business_id, ImportReject.import_id == import_id
    )
    await lists_sql.insert_rejects(unit, import_id, rejected)


async def error_file(scope: Scope, import_id: UUID) -> AsyncIterator[bytes]:
    """The rejected rows as CSV: line, problem, and the original row, to correct and send again.

    Begins with a byte order mark so that Excel shows all letters correctly; cells that a
    spreadsheet would run as formulas are escaped.
    """
    scope.require(Permission.import_lists)
    scope.require_all()
    report = await get(scope, import_id)
    yield ("\ufeff" + csv_line(["line", "problem", *report.columns])).encode()
    last_line, last_id = -1, UUID(int=0)
    while True:
        async with tenant(scope) as unit:
            rows = await _REJECTS.rows(
                unit,
                business_id=scope.business_id,
                import_id=import_id,
                line=last_line,
                id=last_id,
            )
        if not rows:
            return
        lines = [csv_line([str(row["line"]), row["reason"], *row["cells"]]) for row in rows]
        yield "".join(lines).encode()
        last_line, last_id = rows[-1]["line"], rows[-1]["id"]


_SHOWN = columns_of(Import, ImportReport)
_BY_ID = prepared(
    Import.select(*_SHOWN).where(
        Import.business_id == Param("business_id"), Import.id == Param("id")
    )
)
_REJECTS = prepared(
    ImportReject.select(ImportReject.id, ImportReject.line, ImportReject.reason, ImportReject.cells)
    .where(
        ImportReject.business_id == Param("business_id"),
        ImportReject.import_id == Param("import_id"),
        WhereRaw("(line, id) > ({}, {})", Param("line"), Param("id")),
    )
    .order_by(ImportReject.line, ImportReject.id)
    .limit(2000)
)


A_TENTH = 10
"""Share of changed customers above which all are scored: as fast, and as of one moment."""


async def concerned(unit: Unit, report: ImportReport) -> list[UUID] | None:
    """The customers that an import has changed; None means all customers.

    All, when it added a metric the business did not have, or when it changed many customers.
    """
    most = await repository.number_of_customers(unit) // A_TENTH
    if report.rows_new + report.rows_changed > most or await _has_new_metrics(unit, report):
        return None
    return await lists_sql.affected_customers(unit, report.id, report.kind, most + 1)


async def _has_new_metrics(unit: Unit, report: ImportReport) -> bool:
    return bool(
        await Metric.exists().where(
            Metric.business_id == unit.business_id, Metric.created_at >= report.created_at
        )
    )
