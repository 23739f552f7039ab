"""Identify, group, page and track as in the Segment specification, in any order."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers.ingestion.ingest import Ingested, ingest
from pulse.customers.ingestion.segment_items import item_of
from pulse.customers.ingestion.segment_traits import flat_traits
from pulse.db.transaction import tenant

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def identify(traits: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": "c1", "traits": traits, **more}


async def send(scope: Scope, *items: Any, sent_at: datetime | None = None) -> Ingested:
    with clock.at(NOON):
        return await ingest(scope, items, sent_at=sent_at)


async def customer(scope: Scope) -> dict[str, Any]:
    async with tenant(scope) as unit:
        return dict((await unit.fetchrow("SELECT * FROM customers")).items())


async def events(scope: Scope) -> list[dict[str, Any]]:
    async with tenant(scope) as unit:
        return [dict(row.items()) for row in await unit.fetch("SELECT * FROM events ORDER BY id")]


async def test_reserved_traits_may_be_objects(shop: Scope) -> None:
    address = {"city": "Rome", "postalCode": "00184", "geo": {"lat": 41.9}}
    company = {"name": "Acme", "id": 7, "plan": "Pro"}
    sent = {"address": address, "company": company, "tags": ["vip", "new"], "phone": "+39 06"}
    done = await send(shop, identify(sent))
    assert (done.accepted, done.refused, done.warnings) == (1, [], [])
    assert (await customer(shop))["attributes"] == {
        "address_city": "Rome",
        "address_postalCode": "00184",
        "address_geo_lat": 41.9,
        "company": "Acme",
        "company_id": 7,
        "company_plan": "Pro",
        "tags": "vip, new",
        "phone": "+39 06",
    }


async def test_the_name_is_built_from_first_and_last_name(shop: Scope) -> None:
    await send(shop, identify({"firstName": "Ann", "lastName": "Lee"}))
    assert (await customer(shop))["name"] == "Ann Lee"
    await send(shop, identify({"lastName": "Smith"}))
    assert (await customer(shop))["name"] == "Ann Smith"
    await send(shop, identify({"name": "Dr. Ann Smith", "firstName": "Ann"}))
    assert (await customer(shop))["name"] == "Dr. Ann Smith"


@pytest.mark.parametrize("name", ["createdAt", "created_at"])
@pytest.mark.parametrize(
    "said", ["2023-01-05", "2023-01-05T00:00:00.000Z", 1672876800, "1672876800000"]
)
def test_created_at_is_read_in_all_its_forms(said: Any, name: str) -> None:
    assert flat_traits({name: said}).values == {"first_seen_at": datetime(2023, 1, 5, tzinfo=UTC)}


async def test_created_at_is_when_the_customer_was_first_seen(shop: Scope) -> None:
    await send(shop, identify({"createdAt": 1672876800000}))
    assert (await customer(shop))["first_seen_at"] == datetime(2023, 1, 5, tzinfo=UTC)


async def test_null_clears_columns_and_attributes_and_whole_objects(shop: Scope) -> None:
    whole = {"email": "b@x.example", "name": "Bo", "value": "1200", "renewal_on": "2026-09-01"}
    await send(shop, identify({**whole, "plan": "Pro", "address": {"city": "Rome"}, "age": 5}))
    kept = await customer(shop)
    assert (kept["value"], kept["renewal_on"]) == (1200.0, date(2026, 9, 1))
    await send(shop, identify(dict.fromkeys((*whole, "plan", "address"))))
    bare = await customer(shop)
    assert [bare[name] for name in whole] == ["", "", None, None]
    assert bare["attributes"] == {"age": 5}


async def test_an_invalid_email_is_left_out_with_a_warning(shop: Scope) -> None:
    await send(shop, identify({"email": "good@x.example"}))
    bad = ["not an email", True, 5, ["a@x.example"]]
    done = await send(shop, *(identify({"email": said, "plan": "Pro"}) for said in bad))
    assert (done.accepted, [said.index for said in done.warnings]) == (4, [0, 1, 2, 3])
    assert all("email" in said.reason for said in done.warnings)
    kept = await customer(shop)
    assert (kept["email"], kept["attributes"]) == ("good@x.example", {"plan": "Pro"})


async def test_a_late_value_replaces_older_ones_only(shop: Scope) -> None:
    hours = [(NOON - timedelta(hours=ago)).isoformat() for ago in range(6)]
    await send(shop, identify({"plan": "old", "seats": 1, "city": "Rome"}, timestamp=hours[5]))
    await send(shop, identify({"plan": None, "email": None}, timestamp=hours[1]))
    late = {"plan": "late", "seats": 2, "email": "late@x.example", "name": "Late"}
    await send(shop, identify(late, timestamp=hours[3]))
    kept = await customer(shop)
    assert kept["attributes"] == {"seats": 2, "city": "Rome"}
    assert (kept["email"], kept["name"]) == ("", "Late")


async def test_a_late_value_fills_what_an_import_left_open(shop: Scope) -> None:
    async with tenant(shop) as unit:
        await unit.execute(
            "INSERT INTO customers (business_id, external_id, attributes) VALUES ($1, 'c1', $2)",
            unit.business_id,
            {"plan": "Pro"},
        )
    await send(shop, identify({"seats": 3}))
    await send(shop, identify({"plan": "late", "city": "Rome"}, timestamp="2026-05-01"))
    assert (await customer(shop))["attributes"] == {"plan": "Pro", "seats": 3, "city": "Rome"}


async def test_a_group_call_names_the_company(shop: Scope) -> None:
    group = {"type": "group", "userId": "c1", "groupId": "g7"}
    await send(shop, {**group, "traits": {"name": "Acme", "industry": "Steel"}})
    assert (await customer(shop))["attributes"] == {
        "company": "Acme",
        "company_id": "g7",
        "company_industry": "Steel",
    }


async def test_pages_and_screens_are_events(shop: Scope) -> None:
    call = {"userId": "c1", "name": "Pricing", "properties": {"path": "/p"}}
    assert (await send(shop, {"type": "page", **call}, {"type": "screen", **call})).accepted == 2
    kept = {each["kind"]: each["properties"] for each in await events(shop)}
    said = {"name": "Pricing", "path": "/p"}
    assert kept == {"page": said, "screen": said}


async def test_sent_at_corrects_a_wrong_clock(shop: Scope) -> None:
    sent, happened = NOON + timedelta(hours=2), NOON + timedelta(hours=1, minutes=55)
    item = {"type": "track", "userId": "c1", "event": "x", "timestamp": happened.isoformat()}
    its_own = {**item, "sentAt": sent.isoformat()}
    only_original = {**its_own, "originalTimestamp": item["timestamp"], "timestamp": None}
    await send(shop, its_own, only_original)
    await send(shop, item, sent_at=sent)
    await send(shop, its_own, sent_at=NOON)
    when = [each["occurred_at"] for each in await events(shop)]
    assert when == [NOON - timedelta(minutes=5)] * 4


async def test_the_order_of_fields_has_no_effect(shop: Scope) -> None:
    item = {"type": "track", "userId": "c1", "event": "x"}
    times = {"timestamp": "2026-05-04T08:00:00Z", "originalTimestamp": "2026-05-04T10:00:00Z"}
    await send(shop, item | times, item | dict(reversed(times.items())))
    assert [each["occurred_at"].hour for each in await events(shop)] == [8, 8]


@pytest.mark.parametrize("said", [1777888800, "1777888800", 1777888800000, "2026-05-04T10:00:00Z"])
def test_timestamps_are_read_in_all_their_forms(said: Any) -> None:
    item = item_of({"type": "track", "userId": "c1", "event": "x", "timestamp": said})
    assert item.timestamp == NOON - timedelta(hours=2)


async def test_an_amount_may_be_text(shop: Scope) -> None:
    item = {"type": "track", "userId": "c1", "event": "x"}
    said: list[dict[str, Any]] = [{"revenue": "39.95"}, {"value": "n/a", "total": "$39.95"}]
    done = await send(shop, *({**item, "properties": each} for each in said))
    assert done.warnings == []
    assert [each["amount"] for each in await events(shop)] == [39.95, 39.95]


async def test_an_invalid_amount_gives_a_warning(shop: Scope) -> None:
    item = {"type": "track", "userId": "c1", "event": "x", "properties": {"revenue": "free"}}
    done = await send(shop, item)
    assert (done.accepted, done.warnings[0].index) == (1, 0)
    assert (await events(shop))[0]["amount"] is None


BAD: list[Any] = [
    5,
    None,
    {"type": "track", "anonymousId": "a", "event": "x"},
    {"type": "track", "userId": True, "event": "x"},
    {"type": "track", "userId": {"id": 1}, "event": "x"},
    {"type": "track", "userId": "a", "event": ["x"]},
    {"type": "track", "userId": "a", "event": "x", "properties": [1]},
    {"type": "track", "userId": "a", "event": "x", "timestamp": "soon"},
    {"type": "identify", "userId": "a", "traits": "Ann"},
    {"type": "group", "userId": "a"},
    {"userId": "a", "event": "x"},
]


async def test_bad_items_do_not_affect_others(shop: Scope) -> None:
    good = {"type": "track", "userId": "good", "event": "x"}
    done = await send(shop, *BAD, good)
    assert [refused.index for refused in done.refused] == [*range(len(BAD))]
    assert done.accepted == 1
    assert (await customer(shop))["external_id"] == "good"
