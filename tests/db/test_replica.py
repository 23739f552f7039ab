"""Reports read from a streaming replica, or from the server when there is none."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import msgspec
import pytest

from pulse import settings
from pulse.auth.scope import Scope
from pulse.db.embedded.server import EmbeddedPostgres, binaries, shut_down
from pulse.db.replica import replica_pool
from pulse.db.transaction import Unit, tenant
from pulse.scoring.history.average_trend import average_trend
from pulse.scoring.reports.overview import overview
from pulse.testing.folders import open_folder

pytestmark = pytest.mark.slow


@pytest.fixture
async def replica(
    postgres: EmbeddedPostgres, database: dict[str, Any], chosen_settings: settings.Settings
) -> AsyncIterator[EmbeddedPostgres]:
    """A streaming replica of the test's server, created by pg_basebackup."""
    with open_folder() as folder:
        follower = EmbeddedPostgres(folder / "replica")
        copy = [str(binaries() / "pg_basebackup"), "-R", "-X", "stream", "-c", "fast"]
        copy += ["-h", str(postgres.sockets), "-p", "5432", "-U", "postgres", "-D"]
        await asyncio.to_thread(subprocess.run, [*copy, str(follower.data)], check=True)
        owner = postgres.data.stat().st_uid
        for path in [follower.data, *follower.data.rglob("*")]:
            os.chown(path, owner, -1)
        (follower.data / "postmaster.pid").unlink(missing_ok=True)
        await asyncio.to_thread(follower.start)
        try:
            yield follower
        finally:
            await asyncio.to_thread(follower.stop)


async def caught_up(primary: dict[str, Any], replica: EmbeddedPostgres) -> None:
    """Wait until the replica has replayed everything up to now."""
    server = await asyncpg.connect(**primary)
    follower = await asyncpg.connect(**replica.connection)
    try:
        now = await server.fetchval("SELECT pg_current_wal_insert_lsn()::text")
        async with asyncio.timeout(60):
            while not await follower.fetchval(  # noqa: ASYNC110 - another server
                "SELECT coalesce(pg_last_wal_replay_lsn() >= $1::text::pg_lsn, false)", now
            ):
                await asyncio.sleep(0.02)
    finally:
        await server.close()
        await follower.close()


async def is_replica(unit: Unit) -> bool:
    return bool(await unit.fetchval("SELECT pg_is_in_recovery()"))


async def test_reports_read_from_the_replica_and_writes_do_not(
    replica: EmbeddedPostgres,
    database: dict[str, Any],
    chosen_settings: settings.Settings,
    ordering_shop: Scope,
    other_shop: Scope,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("pulse.db.replica.REPLICA_SECONDS", 60.0)
    monkeypatch.setattr("pulse.db.replica.POOL_MAX", 2)
    url = f"postgresql://postgres@/{database['database']}?host={replica.sockets}&port=5432"
    with_replica = msgspec.structs.replace(chosen_settings, read_database_url=url)
    await caught_up(database, replica)
    async with replica_pool(with_replica):
        async with tenant(ordering_shop, replica=True) as unit:
            assert await is_replica(unit)
            assert await unit.fetchval("SELECT count(*) FROM customers") == 10
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await unit.execute("DELETE FROM customers")
        async with tenant(other_shop, replica=True) as unit:  # tenants are isolated there too
            assert await unit.fetchval("SELECT count(*) FROM customers") == 0
        async with tenant(ordering_shop) as unit:
            assert not await is_replica(unit)
        assert (await overview(ordering_shop)).customers == 10
        assert (await average_trend(ordering_shop)).weeks == []

        with monkeypatch.context() as late:  # the pool keeps no connection that was given up
            late.setattr("pulse.db.replica.REPLICA_SECONDS", 0.5)
            late.setattr("pulse.db.replica.REPLICA_LAG", "SELECT 0.0 FROM pg_sleep(60)")
            for _ in range(3):
                async with tenant(other_shop, replica=True) as unit:
                    assert not await is_replica(unit)
        async with tenant(other_shop, replica=True) as unit:
            assert await is_replica(unit)

        await asyncio.to_thread(shut_down, replica.data)
        async with tenant(ordering_shop, replica=True) as unit:  # away: the server itself is asked
            assert not await is_replica(unit)
            assert await unit.fetchval("SELECT count(*) FROM customers") == 10


async def test_without_a_replica_the_server_answers_read_only(shop: Scope):
    async with tenant(shop, replica=True) as unit:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await unit.execute("UPDATE customers SET name = 'x'")
