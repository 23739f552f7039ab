"""Scheduled work: a durable job rescores everybody once a day."""

from datetime import timedelta

from pulse import clock, schedules, workflows
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.jobs.queue import waiting
from tests.fixtures.jobs import queue_is_empty, working


async def scored_today(scope: Scope) -> int:
    async with tenant(scope) as unit:
        found: int = await unit.fetchval(
            "SELECT count(*) FROM customer_scores WHERE scored_on = $1", clock.today()
        )
        return found


async def daily_jobs(scope: Scope) -> int:
    async with tenant(scope) as unit:
        return await waiting(unit, schedules.DAILY)


async def test_a_new_day_scores_everybody_again_once(ordering_shop: Scope) -> None:
    await schedules.run_due_work(ordering_shop)
    assert await daily_jobs(ordering_shop) == 0  # nobody was ever scored: an import begins that
    with clock.at(clock.now() - timedelta(days=1)):
        await workflows.rescore(ordering_shop)
    assert await scored_today(ordering_shop) == 0
    for _ in range(3):  # three minutes, before any worker is free
        await schedules.run_due_work(ordering_shop)
    assert await daily_jobs(ordering_shop) == 1
    async with working():
        await queue_is_empty()
    assert await scored_today(ordering_shop) == 10
    await schedules.run_due_work(ordering_shop)
    assert await daily_jobs(ordering_shop) == 0
