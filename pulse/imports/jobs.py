"""Import jobs, and scoring after data has arrived, outside the request that brought it.

An import runs as a durable job. Ingested data is scored within a moment; several events of the same
customers are scored once. What a crash leaves unscored, the next minute's run picks up.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from pulse import clock, logs, tasks, workflows
from pulse.auth.scope import Scope
from pulse.customers import pending_scores
from pulse.customers.merging.merge import UNDO_DAYS
from pulse.db.transaction import tenant
from pulse.db.transient import is_transient
from pulse.imports import history, import_undo, runner, uploads
from pulse.imports.history import ImportReport
from pulse.jobs.queue import enqueue
from pulse.jobs.registry import Job, every, handles, in_every_business
from pulse.tables.customer import CustomerMerge
from pulse.tables.imports import FormerValues, ImportChunk, ImportReject
from pulse.tables.webhook import WebhookDelivery
from pulse.tabular.mapping import Mapping

IMPORT = "import"
TRIES = 5
NOT_SCORED = (
    "Imported, but not scored: something went wrong on our side. Tonight it is tried again."
)
NOT_UNDONE = "Not taken back: something went wrong on our side. Try again."
NOT_IMPORTED = "Something went wrong on our side, and nothing of the list was kept. Send it again."
WAIT_SECONDS = 0.3  # collects the events of one customer that arrive in a burst
ENDS = {"scoring": ("done", NOT_SCORED), "undoing": ("done", NOT_UNDONE)}
AT_ONCE = 1_000  # customers per recalculation: one transaction, well below a second
KEPT_DAYS: list[tuple[Any, int]] = [
    (ImportReject, 90),
    (ImportChunk, 90),
    (WebhookDelivery, 30),
    (FormerValues, 1),
    (CustomerMerge, UNDO_DAYS),
]
OVERDUE_SECONDS = 20  # a live process has scored them long before


async def start_import(
    scope: Scope, path: Path, file_name: str, mapping: Mapping, *, dry_run: bool = False
) -> UUID:
    """Check the mapping, record the import and enqueue its job; returns the import's id.

    The file must stay in place until the job has run; Pulse deletes it afterwards.
    """
    import_id = await runner.prepare_import(scope, path, file_name, mapping, dry_run=dry_run)
    await _enqueue(scope, import_id, "run")
    return import_id


async def undo_import(scope: Scope, import_id: UUID) -> ImportReport:
    """Undo the latest import, in a job.

    Raises Conflict when a later import builds on it.
    """
    report = await import_undo.ask_undo(scope, import_id)
    await _enqueue(scope, import_id, "undo")
    return report


async def cancel_import(scope: Scope, import_id: UUID) -> ImportReport:
    """Stop a running import; what it has written is undone."""
    report = await runner.cancel(scope, import_id)
    await _enqueue(scope, import_id, "cancel")  # in case the process that ran the import has died
    return report


async def _enqueue(scope: Scope, import_id: UUID, what: str) -> None:
    async with tenant(scope) as unit:
        await enqueue(unit, IMPORT, [{"import_id": str(import_id)}], keys=[f"{import_id}:{what}"])


@handles(IMPORT, attempts=TRIES, at_once=2)
async def _import_job(job: Job) -> None:
    """Run, resume or undo an import, depending on its status."""
    import_id = UUID(job.body["import_id"])
    try:
        report = await runner.run_import(job.scope, import_id, after=workflows.rescore)
    except Exception as failed:
        if is_transient(failed) and job.attempt + 1 < TRIES:
            raise
        logs.failure("import_failed", failed, business_id=str(job.business_id))
        await _mark_failed(job.scope, import_id)
        return
    if not report.is_running:
        uploads.discard(Path(report.file_path))


async def _mark_failed(scope: Scope, import_id: UUID) -> None:
    """After the last failed attempt: mark the import failed and undo what it wrote."""
    report = await history.get(scope, import_id)
    if not (report.is_running or report.status == "undoing"):
        return
    end, problem = ENDS.get(report.status, ("failed", NOT_IMPORTED))
    if end == "failed":
        async with tenant(scope) as unit:
            await history.update(unit, import_id, status="cancelling")
        await import_undo.take_back(scope, import_id)
    async with tenant(scope) as unit:
        await history.update(unit, import_id, status=end, problem=problem, finished_at=clock.now())
        history.publish_import(unit, await history.load(unit, import_id))
    uploads.discard(Path(report.file_path))


def schedule_rescore(scope: Scope, customers: Sequence[UUID]) -> None:
    """Score these customers soon; calls within the next moment are combined."""
    waiting = _waiting.setdefault(scope.business_id, set())
    waiting.update(customers)
    if waiting and scope.business_id not in _running:  # no task runs, or the last one has failed
        _running.add(scope.business_id)
        tasks.spawn(_score_waiting(scope.business_id), name="scores follow data")


async def _score_waiting(business_id: UUID) -> None:
    scope = Scope.for_pulse(business_id)
    try:
        await asyncio.sleep(WAIT_SECONDS)
        while waiting := _waiting.pop(business_id, set()):
            for chunk in _chunks(sorted(waiting)):
                await score_now(scope, chunk)
            await asyncio.sleep(WAIT_SECONDS)
    finally:
        _running.discard(business_id)


async def score_now(scope: Scope, customers: Sequence[UUID]) -> None:
    """Score these customers and remove their marks, unless newer data has arrived meanwhile.

    A customer who cannot be scored is unmarked too; newer data marks them again. Locking the rows
    first waits for data that is being written.
    """
    async with tenant(scope) as unit:
        taken = await pending_scores.marked(unit, customers)
    await workflows.recalculate_isolated(scope, customers)
    async with tenant(scope) as unit:
        await pending_scores.clear_pending(unit, taken)


@every("* * * * *", "scores_due")
async def catch_up() -> None:
    """Score the customers that a crash has left unscored."""
    await in_every_business("scores_due", _catch_up)


async def _catch_up(scope: Scope) -> None:
    while True:
        async with tenant(scope) as unit:
            left = await pending_scores.overdue(unit, OVERDUE_SECONDS, AT_ONCE)
        if not left:
            return
        logs.event("scores_overdue", business_id=str(scope.business_id), customers=len(left))
        await score_now(scope, left)


@every("17 3 * * *", "forget_old_data")
async def forget_old_data() -> None:
    """Delete data with limited retention: rejected rows, undo data, sent webhooks."""
    await in_every_business("forget_old_data", _delete_old_data)


async def _delete_old_data(scope: Scope) -> None:
    async with tenant(scope):
        for table, days in KEPT_DAYS:
            await table.delete().where(
                table.business_id == scope.business_id,
                table.created_at < clock.now() - timedelta(days=days),
            )


def _chunks(customers: list[UUID]) -> list[list[UUID]]:
    return [customers[at : at + AT_ONCE] for at in range(0, len(customers), AT_ONCE)]


_waiting: dict[UUID, set[UUID]] = {}
_running: set[UUID] = set()
