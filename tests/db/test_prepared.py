"""Prepared Piccolo queries: bound values, errors, and enforced row-level security."""

from datetime import UTC, datetime

import asyncpg
import pytest

from pulse import clock
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import tenant
from pulse.tables.activity import Event
from pulse.tables.customer import Customer, CustomerNote

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
ADD_EVENT = prepared(
    Event.insert(
        Event(
            business_id=Param("business_id"),
            customer_id=Param("customer_id"),
            kind="visit",
            occurred_at=Param("at"),
            message_id=Param("id"),
            properties=Param("seen"),
        )
    ).on_conflict(target=(Event.business_id, Event.message_id), action="DO NOTHING")
)
NAME = prepared(
    Customer.select(Customer.id, Customer.name).where(
        Customer.business_id == Param("business_id"), Customer.external_id == Param("external_id")
    )
)
OWNED = prepared(
    Customer.select(Customer.name, Customer.owner_id.name.as_alias("owner")).where(
        Customer.business_id == Param("business_id"), any_of(Customer.external_id, Param("ids"))
    )
)
HOW_MANY = prepared(Customer.count().where(Customer.business_id == Param("business_id")))
RENAME = prepared(
    Customer.update({Customer.name: Param("name")}).where(
        Customer.business_id == Param("business_id"), Customer.id == Param("id")
    )
)


async def test_values_are_bound_when_it_runs(shop, make_customer):
    await make_customer(shop, "c1", name="Ada")
    await make_customer(shop, "c2", name="Bob")
    async with tenant(shop) as unit:
        own = {"business_id": shop.business_id}
        ada = await NAME.row(unit, **own, external_id="c1")
        assert ada["name"] == "Ada"
        assert await NAME.rows(unit, **own, external_id="c9") == []
        assert await HOW_MANY.value(unit, **own) == 2
        with clock.at(MARCH):
            assert await RENAME.run(unit, **own, id=ada["id"], name="Ida") == 1
        renamed = await Customer.select(Customer.name, Customer.updated_at).where(
            Customer.id == ada["id"]
        )
    assert renamed == [{"name": "Ida", "updated_at": MARCH}]


async def test_joins_and_arrays_are_prepared_too(shop, make_customer):
    for number in range(150):
        await make_customer(shop, f"c{number}")
    async with tenant(shop) as unit:
        await Customer.update({Customer.owner_id: shop.actor.id}).where(
            Customer.business_id == shop.business_id, Customer.external_id == "c7"
        )
        ids = [f"c{number}" for number in range(150)]
        rows = await OWNED.rows(unit, business_id=shop.business_id, ids=ids)
        plain = await Customer.count().where(any_of(Customer.external_id, ids))
    assert len(rows) == plain == 150
    assert [row["owner"] for row in rows if row["owner"]] == ["Ada Admin"]


async def test_another_business_is_unreachable(shop, other_shop, make_customer):
    await make_customer(other_shop, "c1")
    async with tenant(shop) as unit:
        assert await HOW_MANY.value(unit, business_id=other_shop.business_id) == 0


async def test_a_wrong_name_is_refused(shop):
    async with tenant(shop) as unit:
        with pytest.raises(TypeError, match="external_id, name"):
            await NAME.rows(unit, business_id=shop.business_id, name="Ada")


async def test_an_insert_takes_its_defaults_when_it_runs(shop, make_customer):
    customer_id = await make_customer(shop, "c1")
    own = {"business_id": shop.business_id, "customer_id": customer_id}
    async with tenant(shop) as unit:
        with clock.at(MARCH):
            assert await ADD_EVENT.run(unit, **own, at=MARCH, id="m1", seen={"page": "plans"}) == 1
        assert await ADD_EVENT.run(unit, **own, at=MARCH, id="m1", seen={}) == 0
        assert await ADD_EVENT.run(unit, **own, at=MARCH, id="m2", seen={}) == 1
        events = await Event.select().order_by(Event.message_id)
    assert [event["properties"] for event in events] == [{"page": "plans"}, {}]
    assert events[0]["created_at"] == MARCH < events[1]["created_at"]
    assert events[0]["id"] < events[1]["id"]


async def test_plain_inserts_and_updates_follow_the_clock(shop, make_customer):
    customer_id = await make_customer(shop, "c1")
    with clock.at(MARCH):
        async with tenant(shop):
            note = CustomerNote(business_id=shop.business_id, customer_id=customer_id, body="x")
            await CustomerNote.insert(note)
    with clock.at(datetime(2026, 3, 2, tzinfo=UTC)):
        async with tenant(shop):
            await CustomerNote.update({CustomerNote.body: "y"}).where(CustomerNote.id == note.id)
            kept = await CustomerNote.select().first()
    assert (kept["body"], kept["created_at"], kept["updated_at"].day) == ("y", MARCH, 2)
    assert kept["id"].version == 7


async def test_outside_a_unit_of_work_a_query_fails(shop):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await Customer.select().first()
