"""Scheduled work: contexts that expire, snoozed cards, the daily rescoring.

Schedules of the durable jobs: any running worker executes them, one at a time.
"""

from piccolo.query.functions.aggregate import Max

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.auth.sign_in.staff_sessions import clear_old_sessions
from pulse.cards import creation
from pulse.cards.effects import effect_store
from pulse.db.transaction import Unit, tenant
from pulse.jobs.queue import enqueue
from pulse.jobs.registry import Job, every, handles, in_every_business
from pulse.operations import retention
from pulse.scoring import snapshots
from pulse.scoring.lifecycle import rhythm_store
from pulse.tables.customer import CustomerScore

DAILY = "daily_rescore"


@every("* * * * *", "housekeeping")
async def run_schedules() -> None:
    """Do everything that is due in every business."""
    await in_every_business("housekeeping", run_due_work)
    await clear_old_sessions()


async def run_due_work(scope: Scope) -> None:
    """Do everything that is due in one business; safe to repeat and to run in parallel."""
    await workflows.expire_contexts(scope)
    await creation.wake_due(scope)
    async with tenant(scope) as unit:
        if await _rescoring_is_due(unit):
            await enqueue(unit, DAILY, [{}], keys=["everybody"])


async def _rescoring_is_due(unit: Unit) -> bool:
    """Whether today's rescoring is due: recency and tenure change without events.

    Also after an update of Pulse with new columns of the scores.
    """
    row = (
        await CustomerScore.select(Max(CustomerScore.scored_on))
        .where(CustomerScore.business_id == unit.business_id)
        .first()
    )
    newest = row["max"] if row else None
    if newest is None:
        return False
    return newest < clock.today() or await rhythm_store.lacks_columns(unit)


@handles(DAILY, at_once=1)
async def _rescore_daily(job: Job) -> None:
    """Rescore as a durable job: if its process dies, another one finishes."""
    await workflows.rescore(job.scope)
    await creation.propose_outcomes(job.scope)
    await effect_store.learn_effects(job.scope)
    async with tenant(job.scope) as unit:
        await snapshots.thin(unit, clock.today())
    await retention.enforce(job.scope)
