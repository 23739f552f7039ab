"""SQL on PgQueuer's tables.

Raw SQL: they are not tables of Pulse; tenants use them only through two functions, which stamp the
business of the unit of work on each job (functions.sql).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pulse.db.transaction import Unit


async def insert_jobs(
    unit: Unit,
    name: str,
    bodies: Sequence[Mapping[str, Any]],
    keys: Sequence[str | None],
    delay: timedelta,
    priority: int,
) -> int:
    """Insert a job for each body whose key is not queued or running; returns how many are new."""
    made: int = await unit.fetchval(
        "SELECT count(*) FROM pulse_enqueue($1, $2, $3, $4, $5)",
        name,
        [dict(body) for body in bodies],
        keys,
        delay,
        priority,
    )
    return made


async def count_waiting(unit: Unit, name: str) -> int:
    """How many jobs of this kind the business has queued or running."""
    found: int = await unit.fetchval("SELECT pulse_jobs_waiting($1)", name)
    return found


async def delete_log(pool: Any, days: int) -> None:
    """Delete log entries of finished jobs that are older than so many days."""
    for table in ("pgqueuer_log", "pgqueuer_statistics"):
        await pool.execute(
            f"DELETE FROM {table} WHERE created < now() - make_interval(days => $1)", days
        )


async def queue_by_status(pool: Any) -> list[Any]:
    """The number of queued, picked and failed jobs, and the age of the oldest waiting one [s]."""
    return list(await pool.fetch(QUEUE))


QUEUE = """
SELECT status::text AS status, count(*) AS jobs,
  extract(epoch FROM now() - min(execute_after))::float8 AS oldest
FROM pgqueuer WHERE status IN ('queued', 'picked', 'failed') GROUP BY status"""
