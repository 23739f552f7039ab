"""Jobs in the real PostgreSQL: none lost, isolated by tenant, connections restored."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from pgqueuer.domain.errors import FailingListenerError

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.jobs.queue import enqueue, waiting
from pulse.jobs.registry import Job, every, handles, in_every_business
from pulse.jobs.worker import APPLICATION, Worker, tidy
from tests.fixtures.jobs import jobs_by_status, queue_is_empty, until, working

pytestmark = [pytest.mark.usefixtures("no_handlers"), pytest.mark.slow]


async def put(scope: Scope, *bodies: dict[str, Any], **options: Any) -> int:
    async with tenant(scope) as unit:
        return await enqueue(unit, "greet", bodies, **options)


async def test_a_job_reaches_its_handler_with_the_business_that_enqueued_it(
    shop: Scope, other_shop: Scope
) -> None:
    seen: list[Job] = []

    @handles("greet")
    async def greet(job: Job) -> None:
        seen.append(job)

    await put(shop, {"card_id": "a"}, {"card_id": "b"})
    await put(other_shop, {"card_id": "c", "business_id": str(shop.business_id)})
    async with working():
        await queue_is_empty()
    assert sorted((job.body["card_id"], job.business_id) for job in seen) == [
        ("a", shop.business_id),
        ("b", shop.business_id),
        ("c", other_shop.business_id),  # a forged business is overwritten
    ]


async def test_a_change_that_is_rolled_back_leaves_no_job(shop: Scope) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop):
        async with tenant(shop) as unit:
            await enqueue(unit, "greet", [{"n": 1}])
            raise Stop
    assert await jobs_by_status() == {}


async def test_a_waiting_key_is_not_enqueued_again(shop: Scope, other_shop: Scope) -> None:
    assert await put(shop, {"n": 1}, {"n": 2}, keys=["one", "two"]) == 2
    assert await put(shop, {"n": 1}, {"n": 3}, keys=["one", "three"]) == 1
    assert await put(other_shop, {"n": 1}, keys=["one"]) == 1
    async with tenant(shop) as unit:
        assert await waiting(unit, "greet") == 3


async def test_a_tenant_cannot_read_jobs(shop: Scope) -> None:
    await put(shop, {"n": 1})
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with tenant(shop) as unit:
            await unit.fetch("SELECT * FROM pgqueuer")


async def test_a_handler_that_fails_is_tried_again(
    shop: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pulse.jobs.worker.RETRY_FIRST", 0.01)
    attempts: list[int] = []

    @handles("greet", attempts=3)
    async def greet(job: Job) -> None:
        attempts.append(job.attempt)
        if len(attempts) < 3:
            raise ValueError("the customer is called Rosa")

    await put(shop, {"n": 1})
    async with working():
        await queue_is_empty()
    assert attempts == [0, 1, 2]
    assert await jobs_by_status() == {}


async def test_a_permanently_failing_job_is_set_aside_without_personal_data(
    shop: Scope, database: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pulse.jobs.worker.RETRY_FIRST", 0.01)

    @handles("greet", attempts=2)
    async def greet(job: Job) -> None:
        raise ValueError("the customer is called Rosa")

    await put(shop, {"n": 1})
    async with working():
        await queue_is_empty()
    assert await jobs_by_status() == {"failed": 1}
    connection = await asyncpg.connect(**database)
    try:
        kept = await connection.fetch("SELECT traceback::text FROM pgqueuer_log")
    finally:
        await connection.close()
    assert not any("Rosa" in (row[0] or "") for row in kept)


async def test_a_stopping_worker_returns_unfinished_jobs(shop: Scope) -> None:
    begun, runs = asyncio.Event(), []

    @handles("greet")
    async def greet(job: Job) -> None:
        runs.append(job.id)
        begun.set()
        if len(runs) == 1:
            await asyncio.Event().wait()

    await put(shop, {"n": 1})
    async with working(grace=0.05):
        await asyncio.wait_for(begun.wait(), 60)
    assert await jobs_by_status() == {"queued": 1}
    async with working():
        await queue_is_empty()
    assert len(runs) == 2


async def test_dead_connections_are_replaced(shop: Scope, database: dict[str, Any]) -> None:
    seen: list[int] = []

    @handles("greet")
    async def greet(job: Job) -> None:
        seen.append(job.body["n"])

    async with working() as worker:
        await put(shop, {"n": 1})
        await until(lambda: _holds(lambda: seen == [1]))
        connection = await asyncpg.connect(**database)
        try:
            ended = await connection.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = $1",
                APPLICATION,
            )
        finally:
            await connection.close()
        assert len(ended) >= 2
        await put(shop, {"n": 2})
        await until(lambda: _holds(lambda: seen == [1, 2] and worker.healthy))


async def test_an_unanswered_listener_probe_restarts_the_worker_loop(
    shop: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PgQueuer stops when its probe is not answered in time, as on an overloaded machine."""
    seen: list[int] = []
    rounds = 0
    whole = Worker._round

    @handles("greet")
    async def greet(job: Job) -> None:
        seen.append(job.id)

    async def deaf_once(worker: Worker) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise FailingListenerError
        await whole(worker)

    monkeypatch.setattr(Worker, "_round", deaf_once)
    await put(shop, {"n": 1})
    async with working():
        await queue_is_empty()
    assert len(seen) == 1
    assert rounds >= 2  # a machine that is swamped may add its own


async def test_two_workers_share_jobs_without_duplicates(shop: Scope) -> None:
    seen: list[int] = []

    @handles("greet")
    async def greet(job: Job) -> None:
        seen.append(job.body["n"])

    await put(shop, *({"n": n} for n in range(60)))
    async with working(heartbeat=20.0), working(heartbeat=20.0):  # neither is taken for dead
        await queue_is_empty()
    assert sorted(seen) == list(range(60))


async def test_a_delayed_job_waits(shop: Scope) -> None:
    @handles("greet")
    async def greet(job: Job) -> None:
        raise AssertionError("too early")

    await put(shop, {"n": 1}, delay=timedelta(hours=1))
    async with working() as worker:
        await until(lambda: _holds(lambda: worker.healthy))
        assert await jobs_by_status() == {"queued": 1}


async def test_a_routine_runs_by_the_clock_in_every_business(
    shop: Scope, other_shop: Scope
) -> None:
    seen: set[Any] = set()

    @every("* * * * * *", "count")
    async def count() -> None:
        async def one(scope: Scope) -> None:
            seen.add(scope.business_id)
            raise RuntimeError("one failing business does not stop the next")

        await in_every_business("count", one)

    async with working():
        await until(lambda: _holds(lambda: len(seen) == 2))
    assert seen == {shop.business_id, other_shop.business_id}


async def _holds(check: Any) -> bool:
    return bool(check())


async def test_old_log_entries_are_deleted(shop: Scope, database: dict[str, Any]) -> None:
    await put(shop, {"n": 1}, {"n": 2})
    async with asyncpg.create_pool(**database, min_size=1, max_size=1) as pool:
        await pool.execute(
            "UPDATE pgqueuer_log SET created = now() - interval '15 days' "
            "WHERE id = (SELECT min(id) FROM pgqueuer_log)"
        )
        await tidy(pool)
        assert await pool.fetchval("SELECT count(*) FROM pgqueuer_log") == 1
