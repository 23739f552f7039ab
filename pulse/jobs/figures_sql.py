"""How many jobs wait and for how long, for the figures at /metrics."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg

from pulse import metrics

WATCH_SECONDS = 15.0


async def watch(pool: Any) -> None:
    """Look at the queue every WATCH_SECONDS until the pool is gone.

    Raw SQL: PgQueuer's table is no Piccolo table, and the pool is the worker's own.
    """
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        while True:
            found = {row["status"]: row for row in await pool.fetch(QUEUE)}
            for state in ("queued", "picked", "failed"):
                count = found[state]["jobs"] if state in found else 0
                metrics.jobs_waiting.labels(state).set(count)
            oldest = found["queued"]["oldest"] if "queued" in found else 0.0
            metrics.jobs_oldest.set(max(0.0, oldest or 0.0))
            await asyncio.sleep(WATCH_SECONDS)


QUEUE = """
SELECT status::text AS status, count(*) AS jobs,
  extract(epoch FROM now() - min(execute_after))::float8 AS oldest
FROM pgqueuer WHERE status IN ('queued', 'picked', 'failed') GROUP BY status"""
