"""What Pulse does by the clock: states that run out, snoozed cards, the daily rescoring.

A schedule of the durable jobs: whichever worker is alive does it, one at a time.
"""

from pulse import clock, loop
from pulse.access.scope import Scope
from pulse.access.staff_sessions import clear_old_sessions
from pulse.cards import queue
from pulse.database.tenancy import Unit, tenant
from pulse.jobs.handlers import Job, every, handles, in_every_business
from pulse.jobs.queue import enqueue

DAILY = "daily_rescore"


@every("* * * * *", "housekeeping")
async def keep_house() -> None:
    """Everything that is due in every business."""
    await in_every_business("housekeeping", keep)
    await clear_old_sessions()


async def keep(scope: Scope) -> None:
    """Everything that is due in one business now; safe to repeat, and to run twice at once."""
    await loop.expire_contexts(scope)
    await queue.wake_due(scope)
    async with tenant(scope) as unit:
        if await _rescoring_is_due(unit):
            await enqueue(unit, DAILY, [{}], keys=["everybody"])


async def _rescoring_is_due(unit: Unit) -> bool:
    """Once a day: recency and tenure move although nothing happened."""
    newest = await unit.fetchval(
        "SELECT max(scored_on) FROM customer_scores WHERE business_id = $1", unit.business_id
    )
    return newest is not None and newest < clock.today()


@handles(DAILY, at_once=1)
async def _rescore_daily(job: Job) -> None:
    """A durable job: a process that dies on the way leaves the rest of the day to another."""
    await loop.rescore(job.scope)
    await queue.propose_outcomes(job.scope)
