"""Alias calls: a former id refers to a customer from now on; its own customer is merged."""

from collections.abc import Sequence
from uuid import UUID

from pulse.auth.scope import Scope
from pulse.customers.arrivals_sql import make_customers
from pulse.customers.ingestion.segment_items import Item
from pulse.customers.merging.former_ids import add_alias, find, resolve_one
from pulse.customers.merging.merge import join
from pulse.db.transaction import Unit


async def join_all(unit: Unit, scope: Scope, items: Sequence[Item]) -> list[UUID]:
    """Run these alias calls in order; returns the customers to be scored."""
    found = [await _join(unit, scope, item) for item in items]
    return [customer for customers in found for customer in customers]


async def _join(unit: Unit, scope: Scope, item: Item) -> list[UUID]:
    stays = await resolve_one(unit, item.customer_id)
    goes = await resolve_one(unit, item.previous_id)
    if stays == goes:
        return []  # this call was sent before
    await make_customers(unit, [stays])
    stays_id, goes_id = await find(unit, stays), await find(unit, goes)
    assert stays_id is not None
    if goes_id is None:
        await add_alias(unit, goes, stays_id)
        return []
    return (await join(unit, scope, stays_id, goes_id)).customers
