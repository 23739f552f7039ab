"""identify, track and batch, exactly once, in any order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulse import clock, intake
from pulse.access.scope import Scope
from pulse.customers.ingestion import ingest, item_of
from pulse.database.tenancy import tenant
from pulse.errors import Invalid

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def track(message_id: str, customer: str = "c1", **more: Any) -> dict[str, Any]:
    return {"type": "track", "userId": customer, "event": "order", "messageId": message_id, **more}


def identify(customer: str = "c1", **more: Any) -> dict[str, Any]:
    return {"type": "identify", "customer_id": customer, **more}


async def value(scope: Scope, sql: str) -> Any:
    async with tenant(scope) as unit:
        return await unit.fetchval(sql)


async def test_an_event_sent_twice_counts_once(shop: Scope) -> None:
    first = await ingest(shop, [track("m1"), track("m2"), track("m1")])
    again = await ingest(shop, [track("m2"), track("m3")])
    assert (first.accepted, first.repeated) == (2, 1)
    assert (again.accepted, again.repeated) == (1, 1)
    assert await value(shop, "SELECT count(*) FROM events") == 3


async def test_segments_names_and_ours_are_both_read(shop: Scope) -> None:
    await ingest(shop, [track("m1", properties={"revenue": 12.5, "sku": "a"})])
    async with tenant(shop) as unit:
        row = await unit.fetchrow("SELECT kind, amount, properties, message_id FROM events")
    assert dict(row) == {
        "kind": "order",
        "amount": 12.5,
        "properties": {"revenue": 12.5, "sku": "a"},
        "message_id": "m1",
    }


async def test_traits_with_a_column_go_there_and_others_become_attributes(shop: Scope) -> None:
    traits = {"name": "Ann", "email": "ann@example.com", "plan": "Pro", "createdAt": "2024-01-02"}
    await ingest(shop, [identify(traits=traits)])
    async with tenant(shop) as unit:
        row = await unit.fetchrow("SELECT name, email, attributes, first_seen_at FROM customers")
    assert (row["name"], row["email"], row["attributes"]) == (
        "Ann",
        "ann@example.com",
        {"plan": "Pro"},
    )
    assert row["first_seen_at"] == datetime(2024, 1, 2, tzinfo=UTC)


async def test_a_late_identify_fills_gaps_and_overrides_nothing_newer(shop: Scope) -> None:
    new, old = NOON.isoformat(), (NOON - timedelta(days=1)).isoformat()
    await ingest(shop, [identify(traits={"plan": "Pro", "name": "Ann"}, timestamp=new)])
    late = {"plan": "Basic", "seats": 3, "name": "Anna", "email": "a@example.com"}
    await ingest(shop, [identify(traits=late, timestamp=old)])
    async with tenant(shop) as unit:
        row = await unit.fetchrow("SELECT name, email, attributes FROM customers")
    assert dict(row) == {
        "name": "Ann",
        "email": "a@example.com",
        "attributes": {"plan": "Pro", "seats": 3},
    }


async def test_null_takes_an_attribute_away(shop: Scope) -> None:
    await ingest(shop, [identify(traits={"plan": "Pro", "seats": 3})])
    await ingest(shop, [identify(traits={"plan": None})])
    assert await value(shop, "SELECT attributes FROM customers") == {"seats": 3}


async def test_late_events_keep_their_time_and_future_ones_happened_now(shop: Scope) -> None:
    with clock.at(NOON):
        await ingest(
            shop,
            [
                track("late", timestamp=(NOON - timedelta(days=40)).isoformat()),
                track("future", timestamp=(NOON + timedelta(days=2)).isoformat()),
            ],
        )
    async with tenant(shop) as unit:
        rows = await unit.fetch("SELECT message_id, occurred_at FROM events ORDER BY 1")
    assert {row["message_id"]: row["occurred_at"] for row in rows} == {
        "future": NOON,
        "late": NOON - timedelta(days=40),
    }


async def test_a_sender_s_wrong_clock_is_set_right_by_sent_at(shop: Scope) -> None:
    wrong = NOON + timedelta(days=365)
    with clock.at(NOON):
        item = track("m1", timestamp=(wrong - timedelta(hours=1)).isoformat())
        await ingest(shop, [item], sent_at=wrong)
    assert await value(shop, "SELECT occurred_at FROM events") == NOON - timedelta(hours=1)


async def test_bad_items_are_named_and_the_good_ones_taken(shop: Scope) -> None:
    done = await ingest(
        shop,
        [track("m1"), {"type": "page", "userId": "x"}, "text", {"type": "track", "userId": "x"}],
    )
    assert done.accepted == 1
    assert [refused.index for refused in done.refused] == [1, 2, 3]


async def test_a_batch_of_more_than_500_items_is_refused(shop: Scope) -> None:
    with pytest.raises(Invalid) as caught:
        await ingest(shop, [track(f"m{n}") for n in range(501)])
    assert caught.value.code == "BATCH_TOO_LARGE"


async def test_whom_data_concerns_is_due_for_scoring_until_it_is_scored(shop: Scope) -> None:
    done = await ingest(shop, [track("m1"), identify("c2", traits={"a": 1})])
    assert await value(shop, "SELECT count(*) FROM scores_due") == 2
    await intake.score_now(shop, done.customers)
    assert await value(shop, "SELECT count(*) FROM scores_due") == 0


def test_an_anonymous_item_is_refused_in_words() -> None:
    with pytest.raises(Invalid, match="customer_id only"):
        item_of({"type": "track", "anonymousId": "a", "event": "x"})
