"""Run an import from start to end: survey the file, write it in chunks, score, report.

Each chunk is one transaction that also records the progress and the replaced values. So an import
whose process is killed resumes after the last chunk, a cancelled import undoes its chunks, and
running it twice by accident changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import msgspec
import numpy as np
import polars as pl

from pulse import clock, logs
from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.db.vacuum import MANY, settle
from pulse.errors import Conflict, Invalid, PulseError
from pulse.i18n.sentences import as_text
from pulse.imports import batches, custom_fields, history, mapping_memory, uploads
from pulse.imports.history import ImportReport
from pulse.imports.import_undo import take_back
from pulse.imports.limited_decoding import open_limited
from pulse.tabular import mapping as mappings
from pulse.tabular.first_pass import Survey, survey
from pulse.tabular.guesses.declared import with_fields
from pulse.tabular.mapping import Mapping
from pulse.tabular.readers import Source


class Rescore(Protocol):
    """The function that rescores after an import: these customers, or all (None)."""

    def __call__(self, scope: Scope, *, customers: Sequence[UUID] | None) -> Awaitable[object]:
        """Await it once the rows are written; raises Invalid when nothing can be scored."""


UNREADABLE = (
    "A column of this file cannot be read the way it is mapped, and nothing was kept. "
    "Try the mapping without writing, and read the column as text."
)
Progress = Callable[[ImportReport], object]


async def import_file(
    scope: Scope,
    path: Path,
    mapping: Mapping,
    *,
    file_name: str = "",
    dry_run: bool = False,
    after: Rescore | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file directly (command line, demo); see `start_import` for a job.

    after: the rescoring function, awaited once the rows are written. progress: called after each
    chunk.
    """
    beside = uploads.link_to(scope, path)
    try:
        name = file_name or path.name
        import_id = await prepare_import(scope, beside, name, mapping, dry_run=dry_run)
        return await run_import(scope, import_id, after=after, progress=progress)
    finally:
        uploads.discard(beside)


async def prepare_import(
    scope: Scope, path: Path, file_name: str, mapping: Mapping, *, dry_run: bool = False
) -> UUID:
    """Check that the mapping fits the file and record the import; `run_import` runs it."""
    scope.require(Permission.import_lists)
    scope.require_all()
    source = await open_limited(path, mapping.reading)
    mapping = with_fields(mapping, await custom_fields.list_custom_fields(scope))
    mappings.check(mapping, source.columns)
    return await history.create(scope, str(path), file_name, mapping, dry_run=dry_run)


async def run_import(
    scope: Scope,
    import_id: UUID,
    *,
    after: Rescore | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Run an import, or resume it after a crash; safe to call twice.

    A fault of the file is reported in the import's status, not raised.
    """
    report = await history.get(scope, import_id)
    if report.status in ("cancelling", "undoing"):
        report = await take_back(scope, import_id)
        if after:
            await after(scope, customers=None)
        return report
    if not report.is_running:
        return report
    await _run_or_fail(scope, report, progress)
    report = await history.get(scope, import_id)
    if report.status == "cancelling":
        report = await take_back(scope, import_id)
    if report.status == "scoring":
        report = await _finish(scope, report, after)
    if progress:
        progress(report)
    logs.event("import_finished", business_id=str(scope.business_id), status=report.status)
    return report


async def _run_or_fail(scope: Scope, report: ImportReport, progress: Progress | None) -> None:
    """Run it; a fault of the file ends the import with the reason."""
    try:
        await _run(scope, report, progress)
    except* PulseError as refused:
        await _fail(scope, report.id, _first_error(refused).message)
    except* pl.exceptions.PolarsError as failed:
        logs.failure("import_unreadable", _first_error(failed), business_id=str(scope.business_id))
        await _fail(scope, report.id, UNREADABLE)


async def _fail(scope: Scope, import_id: UUID, problem: str) -> None:
    """End an import whose file is faulty: everything it wrote is undone."""
    async with tenant(scope) as unit:
        await history.update(unit, import_id, status="cancelling")
    await take_back(scope, import_id)
    async with tenant(scope) as unit:
        await history.update(
            unit,
            import_id,
            status="failed",
            problem=as_text(problem),
            finished_at=clock.now(),
        )
        history.publish_import(unit, await history.load(unit, import_id))


def _first_error(group: BaseExceptionGroup[Any]) -> Any:
    error: Any = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def cancel(scope: Scope, import_id: UUID) -> ImportReport:
    """Ask a running import to stop; what it has written is undone.

    Raises Conflict when the import has already ended.
    """
    scope.require(Permission.import_lists)
    scope.require_all()
    async with tenant(scope) as unit:
        report = await history.load(unit, import_id)
        if report.status not in ("waiting", "checking", "importing"):
            raise Conflict("This import can no longer be cancelled.", code="IMPORT_OVER")
        stopped = "cancelled" if report.status == "waiting" else "cancelling"
        await history.update(unit, import_id, status=stopped)
        await audit.record(unit, scope, "import.cancelled", f"import:{import_id}")
        return await history.load(unit, import_id)


async def _run(scope: Scope, report: ImportReport, progress: Progress | None) -> None:
    if report.status == "scoring":
        return
    mapping = mappings.from_builtins(report.mapping)
    source = await open_limited(Path(report.file_path), mapping.reading)
    async with tenant(scope) as unit:
        await history.advance(unit, report.id, "checking", columns=tuple(source.columns))
    found = await asyncio.to_thread(survey, source, mapping)
    if not await _store_survey(scope, report, mapping, found):
        return
    if report.dry_run:
        await _dry_run(scope, report, source, mapping, found)
        return
    runner = uuid4()
    async with tenant(scope) as unit:
        done = await batches.acquire_lease(unit, report.id, runner)
        report = await history.load(unit, report.id)
    feed = batches.Feed(source, mapping, found, done)
    async with asyncio.TaskGroup() as group:
        for _ in range(batches.WRITERS[mapping.kind]):
            group.create_task(_write_chunks(scope, report, runner, feed, progress))
    async with tenant(scope) as unit:
        ours = await batches.holds_lease(unit, report.id, runner)
        if ours and await history.advance(unit, report.id, "scoring", rows_done=found.rows):
            await mapping_memory.keep_metrics(unit, mapping)
            if mapping.kind == "customers":
                await mapping_memory.keep_ids(unit, mapping, found.id_hashes)


async def _write_chunks(
    scope: Scope,
    report: ImportReport,
    runner: UUID,
    feed: batches.Feed,
    progress: Progress | None,
) -> None:
    """Write chunk after chunk, each in its own transaction, until the end or a stop request."""
    with suppress(batches.Stopped):
        while (chunk := await feed.next()) is not None:
            async with tenant(scope) as unit:
                await batches.write(unit, report, runner, chunk)
                state = await history.load(unit, report.id)
                history.publish_import(unit, state)
            if progress:
                progress(state)


async def _store_survey(
    scope: Scope, report: ImportReport, mapping: Mapping, found: Survey
) -> bool:
    """Record the result of the survey; False when nothing is to be imported."""
    empty = found.rows == 0
    stop = empty or (found.rejected_rows > 0 and mapping.on_error == "stop")
    async with tenant(scope) as unit:
        goes_on = await history.advance(
            unit,
            report.id,
            "stopped" if stop else "importing",
            problem="The file has a header and no rows." if empty else "",
            rows_total=found.rows,
            rows_rejected=found.rejected_rows,
            errors=[
                {"line": row.line, "reason": row.reason}
                for row in found.rejected[: history.SHOWN_ERRORS]
            ],
            unread=msgspec.to_builtins(found.unread),
            finished_at=clock.now() if stop else None,
        )
        if not goes_on:
            return False
        await history.keep_rejects(unit, report.id, found.rejected)
        if report.rows_total == 0:
            first = found.doubles + found.rejected_rows
            await history.update(unit, report.id, rows_same=found.doubles, rows_done=first)
        history.publish_import(unit, await history.load(unit, report.id))
    return not stop


async def _dry_run(
    scope: Scope, report: ImportReport, source: Source, mapping: Mapping, found: Survey
) -> None:
    """Dry run: write each chunk, count, and roll it back."""
    new = changed = 0
    same = found.doubles
    nothing_yet = batches.Done(np.empty(0, np.int64), np.empty(0, np.int64))
    feed = batches.Feed(source, mapping, found, nothing_yet)
    while (chunk := await feed.next()) is not None:
        written = await batches.dry_run(scope, report, chunk)
        new, changed, same = new + written.new, changed + written.changed, same + written.same
    async with tenant(scope) as unit:
        await history.advance(
            unit,
            report.id,
            "done",
            rows_new=new,
            rows_changed=changed,
            rows_same=same,
            rows_done=found.rows,
            finished_at=clock.now(),
        )


async def _finish(scope: Scope, report: ImportReport, after: Rescore | None) -> ImportReport:
    """Score, and settle the tables after a large list; the rows stay even if scoring fails."""
    problems: list[str] = []
    is_large = report.rows_new + report.rows_changed >= MANY
    async with tenant(scope) as unit:
        whom = await history.concerned(unit, report)
    async with asyncio.TaskGroup() as group:
        if is_large:
            group.create_task(settle(scope, ["customers", "customer_words"]))
        if after:
            group.create_task(_call_rescore(after, scope, whom, problems))
    if is_large and after:
        await settle(scope, ["customer_scores", "identity_snapshots"])
    problem = "".join(f"Imported, but not scored: {text}" for text in problems)
    async with tenant(scope) as unit:
        await history.advance(unit, report.id, "done", finished_at=clock.now(), problem=problem)
        done = await history.load(unit, report.id)
        history.publish_import(unit, done)
    return done


async def _call_rescore(
    after: Rescore, scope: Scope, whom: Sequence[UUID] | None, problems: list[str]
) -> None:
    try:
        await after(scope, customers=whom)
    except Invalid as refused:  # for example, when no column of the list can be scored
        problems.append(refused.message)
