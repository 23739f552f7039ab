"""After many inserts the planner's statistics are updated at once."""

import asyncpg
import pytest

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.db.vacuum import settle


async def test_statistics_are_fresh_at_once(shop: Scope, database):
    async with tenant(shop) as unit:
        await unit.execute(
            "INSERT INTO customers (business_id, external_id) "
            "SELECT $1, 'c' || n FROM generate_series(1, 300) n",
            unit.business_id,
        )
    await settle(shop, ["customers", "customer_words"])
    owner = await asyncpg.connect(**database)
    try:
        known = await owner.fetch(
            "SELECT relname, reltuples FROM pg_class "
            "WHERE relname IN ('customers', 'customer_words') ORDER BY relname"
        )
    finally:
        await owner.close()
    assert [(row["relname"], row["reltuples"]) for row in known] == [
        ("customer_words", 300),
        ("customers", 300),
    ]


async def test_a_tenant_can_vacuum_nothing_else(shop: Scope):
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await settle(shop, ["businesses"])
