"""The worker: PgQueuer under supervision, restarted when its connections fail.

A PgQueuer whose connection is lost raises after some ten seconds and cannot be reused, so each
round of the supervisor builds a new one on its own small pool (queries, and a connection for
LISTEN).
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from pgqueuer import PgQueuer
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Job as Picked
from pgqueuer.domain.models import Schedule as Due

from pulse import logs, metrics, tasks
from pulse.db.engine import DB
from pulse.jobs import jobs_sql
from pulse.jobs.figures import watch
from pulse.jobs.registry import HANDLERS, SCHEDULES, Handler, Job, Schedule
from pulse.metrics import tracing

APPLICATION = "pulse_jobs"  # application_name in pg_stat_activity
POOL_MIN, POOL_MAX = 2, 4
BATCH = 5
AT_ONCE = 10  # concurrent jobs in this process; model calls wait on the network, not on a core
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
KEPT_DAYS = 14  # days for which finished jobs can be looked up
RETRY_FIRST, RETRY_LONGEST = 1.0, 300.0


class JobFailed(Exception):
    """A handler failed for good; holds only the error's class, because messages may be personal."""


class Worker:
    """Runs the registered handlers and schedules until stopped.

    heartbeat: seconds after which another process takes over the jobs of one that died. grace:
    seconds that running jobs get to finish at stop; unfinished jobs are queued again.
    """

    def __init__(self, *, heartbeat: float = 20.0, grace: float = 5.0) -> None:
        self.heartbeat = heartbeat
        self.grace = grace
        self.healthy = False
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._queuer: PgQueuer | None = None

    async def start(self) -> None:
        """Start working in the background."""
        self._task = tasks.spawn(self._supervise(), name="jobs")

    async def stop(self) -> None:
        """Accept no new jobs, let running ones finish within the grace time, requeue the others."""
        self._stopping.set()
        if self._queuer is not None:
            self._queuer.shutdown.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=self.grace + 5)
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _supervise(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._round()
            except Exception as lost:  # whatever ended the round, jobs must continue
                logs.event("jobs_interrupted", level="warning", error=type(lost).__name__)
            self.healthy = False
            lasted = asyncio.get_running_loop().time() - began
            pause = FIRST_PAUSE if lasted > LONGEST_PAUSE else min(LONGEST_PAUSE, pause * 2)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _round(self) -> None:
        named = {**DB.config.get("server_settings", {}), "application_name": APPLICATION}
        pool = await asyncpg.create_pool(
            **{**DB.config, "server_settings": named},
            min_size=POOL_MIN,
            max_size=POOL_MAX,
            command_timeout=30,
        )
        watching: asyncio.Task[None] | None = None
        try:
            self._queuer = self._build_queuer(pool)
            self.healthy = True
            watching = tasks.spawn(watch(pool), name="job figures")
            await self._queuer.run(
                batch_size=BATCH,
                max_concurrent_tasks=AT_ONCE,
                dequeue_timeout=timedelta(seconds=min(5.0, self.heartbeat)),
                heartbeat_timeout=timedelta(seconds=self.heartbeat),
                shutdown_on_listener_failure=True,
            )
        finally:
            self._queuer = None
            if watching is not None:
                watching.cancel()
            pool.terminate()

    def _build_queuer(self, pool: Any) -> PgQueuer:
        queuer = PgQueuer.from_asyncpg_pool(pool)
        _probe_twice(queuer)
        for handler in HANDLERS.values():
            queuer.entrypoint(handler.name, concurrency_limit=handler.at_once, on_failure="hold")(
                self._entrypoint(handler)
            )
        tidying = Schedule("jobs_tidy", "23 3 * * *", partial(tidy, pool))
        for schedule in (*SCHEDULES.values(), tidying):
            queuer.schedule(schedule.name, schedule.expression)(self._routine(schedule))
        return queuer

    def _entrypoint(self, handler: Handler) -> Any:
        async def run(picked: Picked) -> None:
            job = read(picked)
            whose = str(job.business_id)
            with tracing.span(f"job {handler.name}", pulse__business_id=whose) as traced:
                failed = await self._within_grace(handler.handle(job), f"job:{handler.name}")
                traced.set_attribute("pulse.outcome", "failed" if failed else "done")
            metrics.jobs_done.labels(handler.name, "failed" if failed else "done").inc()
            if failed is not None:
                self._retry(handler, job, failed)

        return run

    def _routine(self, schedule: Schedule) -> Any:
        async def run(due: Due) -> None:
            failed = await self._within_grace(schedule.routine(), f"routine:{schedule.name}")
            if failed is not None and not isinstance(failed, asyncio.CancelledError):
                logs.failure("routine_failed", failed, routine=schedule.name)

        return run

    async def _within_grace(self, work: Any, name: str) -> BaseException | None:
        """Run in a separate task, so that a stop requeues the job instead of losing it."""
        running = tasks.spawn(_outcome(work), name=name)
        stopping = tasks.spawn(self._stopping.wait(), name=f"{name}:stop")
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                await asyncio.wait({running}, timeout=self.grace)
        finally:
            stopping.cancel()
        if running.done() and not running.cancelled():
            outcome: BaseException | None = running.result()
            return outcome
        running.cancel()
        await asyncio.wait({running})
        return asyncio.CancelledError()

    def _retry(self, handler: Handler, job: Job, failed: BaseException) -> None:
        if isinstance(failed, asyncio.CancelledError):
            raise RetryRequested(timedelta(0), "stopping")
        logs.failure("job_failed", failed, job=job.name, business_id=job.business_id)
        if job.attempt + 1 >= handler.attempts:
            raise JobFailed(type(failed).__name__)
        delay = min(RETRY_LONGEST, RETRY_FIRST * 2**job.attempt)
        raise RetryRequested(timedelta(seconds=delay), type(failed).__name__)


def _probe_twice(queuer: PgQueuer) -> None:
    """Treat the listener as dead only after the second failed probe.

    PgQueuer sends its first probe before it listens (1.6, `QueueManager.run`): when that probe was
    lost, the round ended after ten seconds together with its jobs.
    """
    probe = queuer.qm.listener_healthy

    async def healthy(timeout: timedelta = timedelta(seconds=10)) -> Any:
        try:
            return await probe(timeout)
        except FailingListenerError:
            return await probe(timeout)

    queuer.qm.listener_healthy = healthy  # type: ignore[method-assign]


def read(picked: Picked) -> Job:
    """PgQueuer's row as a Job."""
    body: dict[str, Any] = msgspec.json.decode(picked.payload or b"{}")
    business_id = UUID(body.pop("business_id"))
    return Job(picked.id, picked.entrypoint, business_id, body, picked.attempts)


async def tidy(pool: Any) -> None:
    """Delete log entries of finished jobs that are older than KEPT_DAYS."""
    await jobs_sql.delete_log(pool, KEPT_DAYS)


async def _outcome(work: Any) -> BaseException | None:
    try:
        await work
    except Exception as failed:
        return failed
    return None
