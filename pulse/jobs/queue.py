"""Enqueue inside a unit of work: the job exists if and only if the change is committed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pulse.db.transaction import Unit
from pulse.jobs import jobs_sql


async def enqueue(
    unit: Unit,
    name: str,
    bodies: Sequence[Mapping[str, Any]],
    *,
    keys: Sequence[str | None] | None = None,
    delay: timedelta = timedelta(0),
    priority: int = 0,
) -> int:
    """Enqueue one job per body, all in one statement; returns how many are new.

    Bodies hold only ids: PgQueuer's tables know no tenants, so the database stamps the business of
    this unit of work on each job. A key that is already queued or running is skipped.
    """
    if not bodies:
        return 0
    wanted = keys or [None] * len(bodies)
    names = [None if key is None else f"{name}:{key}" for key in wanted]
    return await jobs_sql.insert_jobs(unit, name, bodies, names, delay, priority)


async def waiting(unit: Unit, name: str) -> int:
    """How many jobs of this kind this business has queued or running."""
    return await jobs_sql.count_waiting(unit, name)
