"""The number and age of waiting jobs, for /metrics."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg

from pulse import metrics
from pulse.jobs import jobs_sql

WATCH_SECONDS = 15.0


async def watch(pool: Any) -> None:
    """Read the queue every WATCH_SECONDS until the pool is closed."""
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        while True:
            found = {row["status"]: row for row in await jobs_sql.queue_by_status(pool)}
            for state in ("queued", "picked", "failed"):
                count = found[state]["jobs"] if state in found else 0
                metrics.jobs_waiting.labels(state).set(count)
            oldest = found["queued"]["oldest"] if "queued" in found else 0.0
            metrics.jobs_oldest.set(max(0.0, oldest or 0.0))
            await asyncio.sleep(WATCH_SECONDS)
