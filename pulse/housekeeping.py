"""What Pulse does by the clock: states that run out, snoozed cards, the daily rescoring.

A schedule of the durable jobs: whichever worker is alive does it, one at a time.
"""

from pulse import clock, loop
from pulse.access.scope import Scope
from pulse.access.staff_sessions import clear_old_sessions
from pulse.cards import queue
from pulse.database.tenancy import tenant
from pulse.jobs.handlers import every, in_every_business


@every("* * * * *", "housekeeping")
async def keep_house() -> None:
    """Everything that is due in every business."""
    await in_every_business("housekeeping", keep)
    await clear_old_sessions()


async def keep(scope: Scope) -> None:
    """Everything that is due in one business now; safe to repeat, and to run twice at once."""
    await loop.expire_contexts(scope)
    await queue.wake_due(scope)
    if await _rescoring_is_due(scope):
        await loop.rescore(scope)
        await queue.propose_outcomes(scope)


async def _rescoring_is_due(scope: Scope) -> bool:
    """Once a day: recency and tenure move although nothing happened."""
    async with tenant(scope) as unit:
        newest = await unit.fetchval(
            "SELECT max(scored_on) FROM customer_scores WHERE business_id = $1", scope.business_id
        )
        return newest is not None and newest < clock.today()
