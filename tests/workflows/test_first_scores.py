"""First scores are written by a faster path without missing causes for cards."""

from datetime import timedelta

import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import set_section
from pulse.cards import triggers
from pulse.customers.events import NewEvent
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store
from pulse.scoring.metrics.catalogue import sinks
from tests.fixtures.database import add_number_metric

MANY = 80  # more than are written one by one


@pytest.fixture
async def crowd(shop: Scope, make_customer) -> Scope:
    async with tenant(shop) as unit:
        await add_number_metric(unit, "n")
        await unit.execute(
            "INSERT INTO customers (business_id, external_id, attributes) "
            "SELECT $1, 'c' || n, jsonb_build_object('n', n) FROM generate_series(1, $2::int) n",
            shop.business_id,
            MANY,
        )
    await set_section(shop, "cards", {"hold_out_share": 0.0})  # by which chance decides
    return shop


async def strengths(scope: Scope) -> dict[str, list[tuple]]:
    async with tenant(scope) as unit:
        return {
            table: [
                tuple(row)
                for row in await unit.fetch(
                    f"SELECT customer_id, identity_strength FROM {table} "
                    "WHERE business_id = $1 ORDER BY customer_id",
                    scope.business_id,
                )
            ]
            for table in ("customer_scores", "identity_snapshots")
        }


async def test_existing_snapshots_are_updated(crowd: Scope):
    await workflows.rescore(crowd)
    before = await strengths(crowd)
    async with tenant(crowd) as unit:
        await unit.execute("DELETE FROM customer_scores WHERE business_id = $1", crowd.business_id)
        await unit.execute(
            "UPDATE identity_snapshots SET identity_strength = 1 WHERE business_id = $1",
            crowd.business_id,
        )
    await workflows.rescore(crowd)
    after = await strengths(crowd)
    assert after == before
    assert len(after["customer_scores"]) == len(after["identity_snapshots"]) == MANY


async def causes(scope: Scope) -> list[str]:
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT DISTINCT cause FROM conversation_cards WHERE business_id = $1",
            scope.business_id,
        )
    return [row["cause"] for row in rows]


async def test_a_first_score_opens_no_card_the_next_one_does(crowd: Scope):
    async with tenant(crowd) as unit:
        await unit.execute(
            "UPDATE customers SET renewal_on = current_date + 10 "
            "WHERE business_id = $1 AND external_id = 'c7'",
            crowd.business_id,
        )
    await workflows.rescore(crowd)
    assert await causes(crowd) == []
    await workflows.rescore(crowd)
    assert await causes(crowd) == ["renewal"]


async def test_a_packages_cause_is_checked_for_everybody(crowd: Scope, monkeypatch):
    monkeypatch.setattr(triggers, "RULES", dict(triggers.RULES))
    triggers.discover.cache_clear()

    @triggers.rule("lucky", "Seven")
    def lucky(context: triggers.CardContext, rules: object) -> str | None:
        return "Their number is seven." if context.external_id == "c7" else None

    try:
        await workflows.rescore(crowd)
        await workflows.rescore(crowd)
        assert await causes(crowd) == ["lucky"]
    finally:
        triggers.discover.cache_clear()


async def test_a_business_that_only_sends_orders_is_scored_by_orders(shop: Scope):
    now = clock.now()
    orders = [
        NewEvent(
            external_id=f"c{who}",
            kind="order completed",
            occurred_at=now - timedelta(days=1 + 30 * back + who),
            message_id=f"{who}-{back}",
            amount=20.0,
        )
        for who in range(20)
        for back in range(4)
    ]
    await workflows.record_events(shop, orders)
    await workflows.rescore(shop)
    async with tenant(shop) as unit:
        current = await scorecard_store.published(unit)
        rows = await unit.fetch("SELECT lifecycle, orders, usual_gap_days FROM customer_scores")
    weights = {term.metric: term.weight for term in current.card.terms}
    assert weights["lateness"] == pytest.approx(40)
    assert sum(weights.values()) == pytest.approx(100)
    assert "returned" not in weights, "nothing was ever taken back"
    assert all(sinks(definition) for definition in current.catalogue)
    assert [(row["lifecycle"], row["orders"]) for row in rows] == [("active", 4)] * 20
    assert {round(row["usual_gap_days"]) for row in rows} == {30}
