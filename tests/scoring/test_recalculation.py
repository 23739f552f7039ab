"""Recalculation on the real database: snapshots, comparisons, exactness."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from pulse import clock
from pulse.auth.scope import Scope
from pulse.contexts import disputes
from pulse.customers import events
from pulse.db.transaction import tenant
from pulse.scoring import recalculation, scorecard_store, snapshots
from pulse.scoring.metrics.catalogue import measure
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.queries import identity_of
from pulse.scoring.scorecard import hand_set
from tests.fixtures.jobs import until
from tests.fixtures.orders import CATALOGUE, NOW, order

BLOCKED_BY_ME = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


async def score_everybody(scope: Scope, at=NOW) -> recalculation.Recalculated:
    with clock.at(at):
        async with tenant(scope) as unit:
            if await scorecard_store.published_or_none(unit) is None:
                facts = (await gather(unit)).facts
                card = hand_set(CATALOGUE, measure(facts, CATALOGUE, clock.days_of(at)))
                await scorecard_store.publish(unit, card, by="test")
            return await recalculation.recalculate(unit)


async def test_every_stored_score_is_its_base_plus_its_factors(ordering_shop: Scope):
    await score_everybody(ordering_shop)
    for number in range(10):
        identity = await identity_of(ordering_shop, f"c{number}")
        total = identity.base + sum(factor.contribution for factor in identity.shap_factors)
        assert abs(total - identity.identity_strength) < 1e-9


async def test_one_customer_has_the_same_score_alone_and_among_all(ordering_shop: Scope):
    together = await score_everybody(ordering_shop)
    with clock.at(NOW):
        async with tenant(ordering_shop) as unit:
            one = await recalculation.recalculate(unit, [together.changes[3].customer_id])
    assert one.changes[0].strength == together.changes[3].strength


async def test_a_recalculation_that_waited_knows_what_happened_meanwhile(ordering_shop: Scope):
    """Scores and disputes are read after the lock, not with it: else a fall would come back."""
    done = await score_everybody(ordering_shop)
    one = done.changes[3].customer_id

    held = asyncio.Event()

    async def meanwhile() -> None:
        async with tenant(ordering_shop) as unit:
            await gather(unit, [one], lock=True)
            held.set()

            async def is_awaited() -> bool:
                return bool(await unit.fetchval(BLOCKED_BY_ME))

            await until(is_awaited)
            await disputes.open_dispute(unit, one, "orders_90", ("", ""), None)
            await unit.execute(
                "UPDATE customer_scores SET identity_strength = 1 WHERE customer_id = $1", one
            )

    async def score_one() -> recalculation.Recalculated:
        await held.wait()
        async with tenant(ordering_shop) as unit:
            return await recalculation.recalculate(unit, [one])

    with clock.at(NOW):
        _, again = await asyncio.gather(meanwhile(), score_one())
    (person,) = again.gathered.people
    assert person["disputed"] == ["orders_90"]
    assert person["identity_strength"] == 1


async def test_a_new_order_raises_the_strength_in_one_daily_snapshot(
    ordering_shop: Scope,
):
    done = await score_everybody(ordering_shop)
    quiet = next(change for change in done.changes if change.external_id == "c9")
    with clock.at(NOW + timedelta(hours=1)):
        async with tenant(ordering_shop) as unit:
            await events.append(unit, [order("c9", -0.02)])
            again = await recalculation.recalculate(unit, [quiet.customer_id])
            kept = await unit.fetchval(
                "SELECT count(*) FROM identity_snapshots WHERE customer_id = $1",
                quiet.customer_id,
            )
    assert again.changes[0].strength > quiet.strength
    assert kept == 1


async def test_the_changes_compare_with_a_week_and_a_month_ago(ordering_shop: Scope):
    for days in (31, 8):
        await score_everybody(ordering_shop, NOW - timedelta(days=days))
    done = await score_everybody(ordering_shop)
    change = done.changes[0]
    assert change.change_7d == change.strength - change.before.week_ago
    assert change.change_30d == change.strength - change.before.month_ago
    assert change.recent_high >= change.strength


async def test_a_high_of_a_day_without_a_band_does_not_count(ordering_shop: Scope):
    """A first burst of orders, while the customer is new, is nothing to fall from."""
    for days in (31, 8):
        await score_everybody(ordering_shop, NOW - timedelta(days=days))
    burst = "UPDATE identity_snapshots SET identity_strength = 99.5"
    async with tenant(ordering_shop) as unit:
        await unit.execute(f"{burst}, band = NULL WHERE snapshot_date = $1", _day(31))
    done = await score_everybody(ordering_shop)
    assert max(change.recent_high for change in done.changes) < 99.5
    async with tenant(ordering_shop) as unit:
        await unit.execute(f"{burst}, band = 'strong' WHERE snapshot_date = $1", _day(31))
    done = await score_everybody(ordering_shop)
    assert {change.recent_high for change in done.changes} == {99.5}


def _day(days_ago: int) -> date:
    return (NOW - timedelta(days=days_ago)).date()


async def test_customers_are_not_scored_before_they_existed(ordering_shop: Scope):
    done = await score_everybody(ordering_shop, NOW - timedelta(days=400))
    assert done.changes == []


async def test_a_new_scorecard_version_is_no_customers_change(ordering_shop: Scope):
    await score_everybody(ordering_shop, NOW - timedelta(days=8))
    async with tenant(ordering_shop) as unit:
        current = await scorecard_store.published(unit)
        await scorecard_store.publish(unit, current.card, by="test", note="the same again")
    done = await score_everybody(ordering_shop)
    assert {change.change_7d for change in done.changes} == {None}
    assert all(change.recent_high == change.strength for change in done.changes)


async def test_unchanged_days_keep_no_snapshot_and_history_is_the_same(
    ordering_shop: Scope,
):
    said: dict[tuple[UUID, date], float] = {}
    begin = NOW + timedelta(days=700)  # orders long ago: scores hardly change from day to day
    days = [begin + timedelta(days=day) for day in range(30)]
    for moment in days:
        if moment == days[12]:
            async with tenant(ordering_shop) as unit:
                await events.append(unit, [order("c1", -712)])
        for change in (await score_everybody(ordering_shop, moment)).changes:
            said[change.customer_id, moment.date()] = change.strength
    async with tenant(ordering_shop) as unit:
        rows = await unit.fetch(
            "SELECT customer_id, snapshot_date, identity_strength FROM identity_snapshots "
            "ORDER BY snapshot_date"
        )
    assert len(rows) < 0.75 * len(said)
    for (customer, day), strength in said.items():
        known = [
            row for row in rows if row["customer_id"] == customer and row["snapshot_date"] <= day
        ]
        assert abs(known[-1]["identity_strength"] - strength) <= snapshots.SAME_WITHIN
    weeks = {(one["customer_id"], one["snapshot_date"].isocalendar()[:2]) for one in rows}
    assert weeks == {(customer, day.isocalendar()[:2]) for customer, day in said}


async def test_old_snapshots_are_thinned_to_the_last_of_each_week(ordering_shop: Scope):
    async with tenant(ordering_shop) as unit:
        await unit.execute(
            "INSERT INTO identity_snapshots (business_id, customer_id, snapshot_date, taken_at, "
            "identity_strength, coverage, scorecard_id, metric_values, contributions) "
            "SELECT business_id, id, day, day, 50, 1, id, '{}', '{}' FROM customers, "
            "generate_series($1::date - 200, $1::date, interval '1 day') AS day",
            NOW.date(),
        )
        first_of_month = NOW.date().replace(day=1)
        gone = await snapshots.thin(unit, first_of_month)
        left = await unit.fetch(
            "SELECT DISTINCT snapshot_date AS day FROM identity_snapshots WHERE snapshot_date < $1",
            first_of_month - timedelta(days=97),
        )
        assert await snapshots.thin(unit, first_of_month) == 0
    assert gone > 0
    assert left
    assert all(row["day"].isoweekday() == 7 for row in left)


async def test_few_and_many_customers_are_written_alike(
    ordering_shop: Scope, monkeypatch: pytest.MonkeyPatch
):
    async def written() -> tuple[list[Any], list[Any]]:
        await score_everybody(ordering_shop)
        async with tenant(ordering_shop) as unit:
            return (
                await unit.fetch("SELECT * FROM identity_snapshots ORDER BY customer_id"),
                await unit.fetch("SELECT * FROM customer_scores ORDER BY customer_id"),
            )

    few = await written()
    monkeypatch.setattr(snapshots, "FEW", 0)
    many = await written()
    assert len(few[0]) == len(few[1]) == 10
    assert _without_row_times(many[0]) == _without_row_times(few[0])
    assert _without_row_times(many[1]) == _without_row_times(few[1])


def _without_row_times(rows: list[Any]) -> list[dict[str, Any]]:
    times = ("created_at", "updated_at")
    return [{name: value for name, value in row.items() if name not in times} for row in rows]
