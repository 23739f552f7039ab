"""Somebody's first score is written the quick way, and no cause for a card is lost by that."""

import pytest

from pulse import workflows
from pulse.auth.scope import Scope
from pulse.cards import triggers
from pulse.db.transaction import tenant
from tests.fixtures.database import add_number_metric

MANY = 80  # more than go one by one


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


async def test_snapshots_that_are_there_already_are_renewed(crowd: Scope):
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


async def test_a_packages_cause_is_asked_about_everybody(crowd: Scope, monkeypatch):
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
