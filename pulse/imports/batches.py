"""Second pass over a file: write the readable rows in chunks, each in one transaction.

A chunk is identified by its first and last line. Lines that have been written stay written, so a
resumed import skips them even when its chunks begin elsewhere. Two writers work in parallel on
customers: the survey has removed repeated ids, so they never write the same customer. Events share
customers and have one writer.
"""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import numpy as np
import polars as pl
from numpy.typing import NDArray
from piccolo.querystring import QueryString

from pulse.auth.scope import Scope
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit, tenant
from pulse.imports.event_import import EventStager, write_events
from pulse.imports.history import ImportReport
from pulse.imports.staging_sql import Written
from pulse.imports.upsert import staged, write_customers
from pulse.tables.imports import Import, ImportChunk
from pulse.tabular import mapping as mappings
from pulse.tabular.first_pass import Survey
from pulse.tabular.mapping import Mapping
from pulse.tabular.readers import BATCH_ROWS, Source
from pulse.tabular.validation import Valid, read

WRITERS = {"customers": 2, "events": 1}
FEWEST_A_CHUNK = 2_000


class Chunk(NamedTuple):
    """Staged rows and the lines of the file they come from."""

    first_line: int
    last_line: int
    rows: pl.DataFrame


class Done(NamedTuple):
    """What earlier runs have written: first and last lines of their chunks, sorted [chunks]."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def holds(self, lines: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Mask of the lines that have already been written."""
        if not len(self.first):
            return np.zeros(len(lines), bool)
        at = np.searchsorted(self.first, lines, side="right") - 1
        return (at >= 0) & (lines <= self.last[np.maximum(at, 0)])


class Stopped(Exception):
    """The import was cancelled, or another process has taken it over: nothing is written."""


class Feed:
    """Hands out the chunks of a file, in order, to any writer."""

    def __init__(self, source: Source, mapping: Mapping, found: Survey, done: Done) -> None:
        self._chunks = _staged_chunks(source, mapping, found, done)
        self._lock = asyncio.Lock()

    async def next(self) -> Chunk | None:
        """The next chunk, read and staged in a thread; None at the end."""
        async with self._lock:
            return await asyncio.to_thread(next, self._chunks, None)


def _staged_chunks(source: Source, mapping: Mapping, found: Survey, done: Done) -> Iterator[Chunk]:
    events = EventStager(mapping) if mapping.kind == "events" else None
    for checked in read(source, mapping, _chunk_rows(found.rows)):
        valid = checked.valid
        wanted = _rows_to_write(valid, found, done)
        if events is None and not wanted.any():
            continue
        rows = events.staged(valid) if events else staged(valid, mapping)
        if wanted.any():
            lines = valid.lines[wanted]
            kept = rows if wanted.all() else rows.filter(pl.Series(wanted))
            yield Chunk(int(lines[0]), int(lines[-1]), kept)


def _chunk_rows(rows: int) -> int:
    """Chunk size in rows: short lists are split for both writers, long ones into equal chunks."""
    return max(FEWEST_A_CHUNK, min(BATCH_ROWS, rows // 4))


def _rows_to_write(valid: Valid, found: Survey, done: Done) -> NDArray[np.bool_]:
    wanted = ~done.holds(valid.lines)
    if len(found.left_out):
        wanted &= ~np.isin(valid.lines, found.left_out, assume_unique=True)
    return wanted


async def acquire_lease(unit: Unit, import_id: UUID, runner: UUID) -> Done:
    """Make `runner` the only process that may write this import's chunks.

    Returns what has already been written.
    """
    await Import.update({Import.runner: runner}).where(
        Import.business_id == unit.business_id, Import.id == import_id
    )
    rows = (
        await ImportChunk.select(ImportChunk.first_line, ImportChunk.last_line)
        .where(ImportChunk.business_id == unit.business_id, ImportChunk.import_id == import_id)
        .order_by(ImportChunk.first_line)
    )
    return Done(
        np.array([row["first_line"] for row in rows], np.int64),
        np.array([row["last_line"] for row in rows], np.int64),
    )


async def holds_lease(unit: Unit, import_id: UUID, runner: UUID) -> bool:
    """Whether this runner still holds the import; false once another process has taken it over."""
    found = (
        await Import.select(Import.runner)
        .where(Import.business_id == unit.business_id, Import.id == import_id)
        .lock_rows("UPDATE")
        .first()
    )
    return found is not None and found["runner"] == runner


async def write(unit: Unit, report: ImportReport, runner: UUID, chunk: Chunk) -> None:
    """Write one chunk and record what it did.

    Raises Stopped, which rolls the chunk back, when the import was cancelled. The import's row is
    locked last and briefly, so that writers do not wait for each other.
    """
    await unit.set_local(
        synchronous_commit="off",  # a lost chunk is written again after a crash
        work_mem="32MB",  # the chunk's rows, for the triggers
        gin_pending_list_limit="32MB",  # `settle` sorts them at the end
    )
    written = await _write(unit, report, chunk.rows)
    await _INSERT_CHUNK.run(
        unit,
        business_id=unit.business_id,
        import_id=report.id,
        first_line=chunk.first_line,
        last_line=chunk.last_line,
        created_ids=written.created_ids,
        before=written.before,
    )
    counted = await _COUNT.run(
        unit,
        business_id=unit.business_id,
        id=report.id,
        runner=runner,
        new=written.new,
        changed=written.changed,
        same=written.same,
        done=len(chunk.rows),
    )
    if not counted:
        raise Stopped


_COUNT = prepared(
    Import.update(
        {
            Import.rows_new: QueryString("rows_new + {}", Param("new")),
            Import.rows_changed: QueryString("rows_changed + {}", Param("changed")),
            Import.rows_same: QueryString("rows_same + {}", Param("same")),
            Import.rows_done: QueryString("rows_done + {}", Param("done")),
        }
    ).where(
        Import.business_id == Param("business_id"),
        Import.id == Param("id"),
        Import.runner == Param("runner"),
        Import.status == "importing",
    )
)


class _RolledBack(Exception):
    """Ends a dry run's unit of work without a commit."""


async def dry_run(scope: Scope, report: ImportReport, chunk: Chunk) -> Written:
    """What writing this chunk would do; the transaction is rolled back."""
    written = Written(0, 0, 0, [], "[]")
    try:
        async with tenant(scope) as unit:
            written = await _write(unit, report, chunk.rows)
            raise _RolledBack
    except _RolledBack:
        return written


async def _write(unit: Unit, report: ImportReport, rows: pl.DataFrame) -> Written:
    if report.kind == "events":
        return await write_events(unit, rows)
    return await write_customers(unit, rows, mappings.from_builtins(report.mapping))


_INSERT_CHUNK = prepared(
    ImportChunk.insert(
        ImportChunk(
            business_id=Param("business_id"),
            import_id=Param("import_id"),
            first_line=Param("first_line"),
            last_line=Param("last_line"),
            created_ids=Param("created_ids"),
            before=Param("before"),
        )
    )
)
