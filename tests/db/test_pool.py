"""The pool recovers every connection after cancellation, time-out, disconnect or hang."""

import asyncio
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import psutil
import pytest

from pulse.auth.scope import Scope
from pulse.db import engine
from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.engine import DB, POOL_MAX
from pulse.db.transaction import system, tenant
from pulse.errors import Unavailable
from pulse.tasks import spawn

pytestmark = pytest.mark.slow


async def all_connections_work() -> None:
    """Fail unless POOL_MAX units of work can be open at the same time."""
    everybody = asyncio.Barrier(POOL_MAX)

    async def hold() -> None:
        async with system() as unit:
            assert await unit.fetchval("SELECT 1") == 1
            await everybody.wait()

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for _ in range(POOL_MAX):
            group.create_task(hold())


@contextmanager
def hung(postgres: EmbeddedPostgres) -> Iterator[None]:
    """Stop PostgreSQL for the duration of the block, like a disk that does not respond."""
    first = psutil.Process(int((postgres.data / "postmaster.pid").read_text().split()[0]))
    stopped = [first, *first.children(recursive=True)]
    for process in stopped:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in stopped:
            if process.is_running():
                process.send_signal(signal.SIGCONT)


async def test_begin_that_times_out_loses_no_connection(
    postgres: EmbeddedPostgres, database: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "SETTLE_SECONDS", 0.2)
    await all_connections_work()  # opens all connections

    async def attempt() -> None:
        async with asyncio.timeout(0.3), system() as unit:
            await unit.fetchval("SELECT 1")

    with hung(postgres):
        ended = await asyncio.gather(
            *(attempt() for _ in range(POOL_MAX + 5)), return_exceptions=True
        )
    assert {type(error) for error in ended} == {TimeoutError}
    await all_connections_work()


async def test_a_query_that_hangs_loses_no_connection(
    postgres: EmbeddedPostgres, database: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine, "SETTLE_SECONDS", 0.2)
    inside = asyncio.Barrier(POOL_MAX + 1)

    async def attempt() -> None:
        async with system() as unit:
            await inside.wait()
            async with asyncio.timeout(0.2):
                await unit.fetchval("SELECT 1")

    attempts = [spawn(attempt(), name="attempt") for _ in range(POOL_MAX)]
    await inside.wait()
    with hung(postgres):
        ended = await asyncio.gather(*attempts, return_exceptions=True)
    assert {type(error) for error in ended} == {TimeoutError}
    await all_connections_work()


async def test_a_server_that_disconnects_loses_no_connection(database: dict[str, Any], shop: Scope):
    async def cut_off() -> None:
        async with tenant(shop) as unit:
            await unit.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    for _ in range(2):
        ended = await asyncio.gather(*(cut_off() for _ in range(POOL_MAX)), return_exceptions=True)
        assert all(isinstance(error, asyncpg.PostgresError) for error in ended), ended
    await all_connections_work()


async def test_a_server_gone_before_the_commit_loses_no_connection(
    database: dict[str, Any], shop: Scope
):
    owner = await asyncpg.connect(**database)

    async def lose_it_before_the_commit() -> None:
        async with tenant(shop) as unit:
            process = await unit.fetchval("SELECT pg_backend_pid()")
            await owner.execute("SELECT pg_terminate_backend($1, 5000)", process)

    try:
        for _ in range(POOL_MAX + 1):
            with pytest.raises(engine.LOST):
                await lose_it_before_the_commit()
    finally:
        await owner.close()
    await all_connections_work()


async def test_a_commit_is_published_whenever_it_is_cancelled(
    database: dict[str, Any], shop: Scope
):
    announced: list[int] = []

    async def write(number: int) -> None:
        async with tenant(shop) as unit:
            await unit.execute(
                "INSERT INTO customers (business_id, external_id) VALUES ($1, $2)",
                shop.business_id,
                str(number),
            )
            unit.after_commit(lambda: announced.append(number))

    chance, longest = random.Random(15), 0.002
    for start in range(0, 300, 15):
        running = [spawn(write(start + n), name="write") for n in range(15)]
        for task in running:
            await asyncio.sleep(chance.random() * longest)  # the random moment is what is tested
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        done = sum(number >= start for number in announced)
        longest *= {0: 2.0, 15: 0.5}.get(done, 1.0)  # on any machine some are written, some not
    async with tenant(shop) as unit:
        rows = await unit.fetch("SELECT external_id FROM customers")
    assert sorted(int(row["external_id"]) for row in rows) == sorted(announced)
    assert 0 < len(announced) < 300
    await all_connections_work()


async def test_waiting_for_a_connection_times_out(
    database: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    assert DB.pool
    held = [await DB.pool.acquire() for _ in range(POOL_MAX)]
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", 0.1)
    with pytest.raises(Unavailable) as refused:
        async with system():
            pass
    assert refused.value.code == "DATABASE_BUSY"
    assert refused.value.retry_after > 0
    for connection in held:
        await DB.pool.release(connection)
    await all_connections_work()
