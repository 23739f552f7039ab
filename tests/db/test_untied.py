"""Triggers per statement replace foreign keys, which would check every row."""

from uuid import uuid4

import asyncpg
import pytest

from pulse.auth.business_lifecycle import delete_business
from pulse.auth.businesses import business_by_slug
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.workflows import rescore
from tests.fixtures.database import add_number_metric

UNTIED = ("customers", "customer_words", "customer_scores", "identity_snapshots")


async def rows_of(database, scope: Scope) -> dict[str, int]:
    """Count a business's rows in each table, as the owner."""
    owner = await asyncpg.connect(**database)
    try:
        return {
            table: await owner.fetchval(
                f"SELECT count(*) FROM {table} WHERE business_id = $1", scope.business_id
            )
            for table in UNTIED
        }
    finally:
        await owner.close()


@pytest.fixture
async def two_shops(shop: Scope, other_shop: Scope, make_customer) -> tuple[Scope, Scope]:
    for scope in (shop, other_shop):
        for number in range(3):
            await make_customer(scope, f"c{number}", value=10.0 * number)
        async with tenant(scope) as unit:
            await add_number_metric(unit, "value")
            await unit.execute(
                "UPDATE customers SET attributes = jsonb_build_object('value', value) "
                "WHERE business_id = $1",
                scope.business_id,
            )
        await rescore(scope)
    return shop, other_shop


async def test_deleting_a_business_deletes_rows_without_foreign_keys(two_shops, database):
    gone, stays = two_shops
    assert await rows_of(database, gone) == dict.fromkeys(UNTIED, 3)
    await delete_business(await business_by_slug("shop"))
    assert await rows_of(database, gone) == dict.fromkeys(UNTIED, 0)
    assert await rows_of(database, stays) == dict.fromkeys(UNTIED, 3)


async def test_the_owner_can_delete_a_business_too(two_shops, database):
    gone, stays = two_shops
    owner = await asyncpg.connect(**database)
    try:
        await owner.execute("DELETE FROM businesses WHERE id = $1", gone.business_id)
        assert await owner.fetchval("SELECT current_user") == database["user"]
    finally:
        await owner.close()
    assert await rows_of(database, gone) == dict.fromkeys(UNTIED, 0)
    assert await rows_of(database, stays) == dict.fromkeys(UNTIED, 3)


async def test_deleting_a_customer_deletes_words_and_score(two_shops, database):
    shop, _ = two_shops
    async with tenant(shop) as unit:
        await unit.execute(
            "DELETE FROM customers WHERE business_id = $1 AND external_id = 'c1'", shop.business_id
        )
    left = await rows_of(database, shop)
    assert (left["customers"], left["customer_words"], left["customer_scores"]) == (2, 2, 2)


async def test_customers_need_an_existing_business(database):
    nowhere = Scope.for_pulse(uuid4())
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with tenant(nowhere) as unit:
            await unit.execute(
                "INSERT INTO customers (business_id, external_id) VALUES ($1, 'c1')",
                nowhere.business_id,
            )
