"""Reads that may be some seconds old, from a streaming replica (READ_DATABASE_URL)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from pulse import logs, metrics
from pulse.db.engine import (
    APP_ROLE,
    COMMAND_SECONDS,
    CONNECT_SECONDS,
    DB,
    POOL_MAX,
    SafeTransaction,
    close,
    prepare,
    skip_reset,
)
from pulse.settings import Settings


class ReplicaTransaction(SafeTransaction):
    """A transaction on the replica if it is fresh enough, else on the main server."""

    async def get_connection(self) -> Any:
        """A connection of the replica's pool, or of the main one."""
        replica = _pools[-1] if _pools else None
        if replica is None:
            return await super().get_connection()
        connection = None
        try:
            async with asyncio.timeout(REPLICA_SECONDS):
                connection = await replica.acquire()
                lag = await connection.fetchval(REPLICA_LAG)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as away:
            logs.event("replica_away", level="warning", error=type(away).__name__)
            if connection is not None:
                connection.terminate()  # in the middle of an answer: the pool makes another one
            return await super().get_connection()
        if lag is None or lag > MOST_LAG:
            await replica.release(connection)
            logs.event("replica_late", level="warning", lag_s=lag)
            return await super().get_connection()
        metrics.replica_reads.inc()
        self.pool = replica
        return connection


REPLICA_SECONDS = 3.0  # seconds to wait for the replica; then the main server is used
MOST_LAG = 30.0  # seconds by which reports may be out of date
# A connected replica is as fresh as what it has replayed; a disconnected one gets older.
REPLICA_LAG = """
SELECT CASE WHEN NOT pg_is_in_recovery() THEN 0
  WHEN EXISTS (SELECT FROM pg_stat_wal_receiver)
    AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
  ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float8"""


_pools: list[Any] = []


def reading() -> SafeTransaction:
    """A transaction on the replica if one is fresh enough, else on the main server."""
    return ReplicaTransaction(engine=DB, allow_nested=False)


@asynccontextmanager
async def replica_pool(settings: Settings) -> AsyncIterator[None]:
    """Open the pool of READ_DATABASE_URL, if it is set, without waiting for that server."""
    if not settings.read_database_url:
        yield
        return
    opened = await asyncpg.create_pool(
        dsn=settings.read_database_url,
        server_settings={"role": APP_ROLE, "application_name": "pulse reports"},
        min_size=0,
        max_size=POOL_MAX,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        init=prepare,
        reset=skip_reset,
    )
    _pools.append(opened)
    try:
        yield
    finally:
        _pools.remove(opened)
        await close(opened)
