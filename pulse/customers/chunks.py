"""The second pass over a file: readable rows in chunks, each written in one transaction.

A chunk is known by the number of its last line. What has been written up to a line is written for
good, so that line is where a resumed import goes on.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import numpy as np
import polars as pl

from pulse.access.scope import Scope
from pulse.customers.event_rows import EventStager, write_events
from pulse.customers.imports import ImportReport
from pulse.customers.mapping import Mapping
from pulse.customers.sources import Source
from pulse.customers.survey import Survey
from pulse.customers.validation import Valid, read
from pulse.customers.writing import Written, staged, write_customers
from pulse.database.tenancy import Unit, tenant

Chunk = tuple[int, pl.DataFrame]


async def read_ahead(
    source: Source, mapping: Mapping, found: Survey, after_line: int
) -> AsyncIterator[Chunk]:
    """(last line, staged rows) of every chunk after a line; read in a thread."""
    chunks = _staged_chunks(source, mapping, found, after_line)
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk


def _staged_chunks(
    source: Source, mapping: Mapping, found: Survey, after_line: int
) -> Iterator[Chunk]:
    events = EventStager(mapping) if mapping.kind == "events" else None
    for checked in read(source, mapping):
        valid = checked.valid
        if valid.size == 0 or (events is None and valid.lines[-1] <= after_line):
            continue
        rows = events.staged(valid) if events else staged(valid, mapping)
        wanted = _wanted(valid, found, after_line)
        if wanted.any():
            yield int(valid.lines[-1]), rows if wanted.all() else rows.filter(pl.Series(wanted))


def _wanted(valid: Valid, found: Survey, after_line: int) -> np.ndarray:
    wanted = valid.lines > after_line
    if len(found.left_out):
        wanted &= ~np.isin(valid.lines, found.left_out, assume_unique=True)
    return wanted


async def resume_line(scope: Scope, import_id: UUID) -> int:
    """The line up to which everything is written; 0 at the beginning."""
    async with tenant(scope) as unit:
        return await _written_up_to(unit, import_id)


async def write(unit: Unit, report: ImportReport, last_line: int, rows: pl.DataFrame) -> bool:
    """Write one chunk and what it did; False when somebody has asked the import to stop."""
    status = await unit.fetchval(
        "SELECT status FROM imports WHERE business_id = $1 AND id = $2 FOR UPDATE",
        unit.business_id,
        report.id,
    )
    if status != "importing":
        return False
    if last_line <= await _written_up_to(unit, report.id):
        return True  # another process has resumed this import as well, and was faster
    written = await _write(unit, report, rows)
    await unit.execute(
        "INSERT INTO import_chunks (business_id, import_id, last_line, created_ids, before) "
        "VALUES ($1, $2, $3, $4, $5)",
        unit.business_id,
        report.id,
        last_line,
        written.created_ids,
        written.before,
    )
    await unit.execute(
        "UPDATE imports SET rows_new = rows_new + $3, rows_changed = rows_changed + $4, "
        "rows_same = rows_same + $5, rows_done = rows_done + $6, updated_at = now() "
        "WHERE business_id = $1 AND id = $2",
        unit.business_id,
        report.id,
        written.new,
        written.changed,
        written.same,
        len(rows),
    )
    return True


class _RolledBack(Exception):
    """Ends a dry run's unit of work without a commit."""


async def try_out(scope: Scope, report: ImportReport, rows: pl.DataFrame) -> Written:
    """What writing this chunk would do; nothing is kept."""
    written = Written(0, 0, 0, [], "[]")
    try:
        async with tenant(scope) as unit:
            written = await _write(unit, report, rows)
            raise _RolledBack
    except _RolledBack:
        return written


async def _write(unit: Unit, report: ImportReport, rows: pl.DataFrame) -> Written:
    write_rows = write_events if report.kind == "events" else write_customers
    return await write_rows(unit, rows)


async def _written_up_to(unit: Unit, import_id: UUID) -> int:
    line: int = await unit.fetchval(
        "SELECT coalesce(max(last_line), 0) FROM import_chunks "
        "WHERE business_id = $1 AND import_id = $2",
        unit.business_id,
        import_id,
    )
    return line
