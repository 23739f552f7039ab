"""identify, track and batch, exactly once, in any order."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from pulse import clock, tasks, workflows
from pulse.auth.scope import Scope
from pulse.customers.ingestion.ingest import ingest
from pulse.customers.ingestion.segment_items import item_of
from pulse.db.transaction import tenant
from pulse.errors import Invalid
from pulse.imports import jobs
from pulse.tasks import spawn

pytestmark = pytest.mark.slow

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


async def test_segments_and_our_field_names_are_both_accepted(shop: Scope) -> None:
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


async def test_null_removes_an_attribute(shop: Scope) -> None:
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


async def test_sent_at_corrects_a_sender_s_wrong_clock(shop: Scope) -> None:
    wrong = NOON + timedelta(days=365)
    with clock.at(NOON):
        item = track("m1", timestamp=(wrong - timedelta(hours=1)).isoformat())
        await ingest(shop, [item], sent_at=wrong)
    assert await value(shop, "SELECT occurred_at FROM events") == NOON - timedelta(hours=1)


async def test_bad_items_are_reported_and_good_ones_accepted(shop: Scope) -> None:
    done = await ingest(
        shop,
        [track("m1"), {"type": "pages", "userId": "x"}, "text", {"type": "track", "userId": "x"}],
    )
    assert done.accepted == 1
    assert [refused.index for refused in done.refused] == [1, 2, 3]


ABSURD: list[dict[str, Any]] = [
    {**track("x"), "event": "a\0b"},
    track("a\0b"),
    track("m" * 201),
    track("x", customer="a\0b"),
    track("x", amount=1e300),
    track("x", properties={"revenue": 10**400}),
    track("x", timestamp="0001-01-01T00:00:00+14:00"),
]


@pytest.mark.parametrize("item", ABSURD, ids=range(len(ABSURD)))
async def test_an_item_that_cannot_be_stored_is_refused_alone(
    shop: Scope, item: dict[str, Any]
) -> None:
    done = await ingest(shop, [item, track("good")])
    assert [refused.index for refused in done.refused] == [0]
    assert await value(shop, "SELECT array_agg(message_id) FROM events") == ["good"]


@pytest.mark.parametrize(
    "sent", [datetime(1, 1, 1, tzinfo=UTC), datetime.fromisoformat("9999-12-31T23:00:00")]
)
async def test_extreme_sender_clocks_break_nothing(shop: Scope, sent: datetime) -> None:
    far = [track("m1", timestamp="9999-12-31T23:59:59Z"), track("m2", timestamp="1990-01-01")]
    done = await ingest(shop, [*far, track("m3")], sent_at=sent)
    assert done.accepted + len(done.refused) == 3
    assert await value(shop, "SELECT bool_and(occurred_at <= now()) FROM events")


async def test_a_clock_starting_in_1970_is_corrected_too(shop: Scope) -> None:
    with clock.at(NOON):
        item = track("m1", timestamp="1970-01-01T01:00:00Z")
        await ingest(shop, [item], sent_at=datetime.fromisoformat("1970-01-01T02:00:00"))
    assert await value(shop, "SELECT occurred_at FROM events") == NOON - timedelta(hours=1)


async def test_nulls_sent_by_libraries_are_ignored(shop: Scope) -> None:
    nothing = dict.fromkeys(("properties", "timestamp", "messageId", "amount"))
    done = await ingest(shop, [{**track("m1"), **nothing}, identify(traits=None)])
    assert (done.accepted, done.refused) == (2, [])


async def test_no_trait_makes_a_customer_unreadable(ordering_shop: Scope) -> None:
    await workflows.rescore(ordering_shop)
    for traits in (
        {"createdAt": "0001-01-01T00:00:00+14:00", "value": 10**400},
        {"createdAt": "9999-12-31T23:59:59-14:00", "value": 1e308, "huge": 10**400},
        {"renewal_on": "9999-12-31"},
    ):
        done = await ingest(ordering_shop, [identify("c1", traits=traits)])
        await jobs.score_now(ordering_shop, done.customers)
    with clock.at(NOON):
        done = await ingest(ordering_shop, [identify("new", traits={"createdAt": "2199-01-01"})])
    async with tenant(ordering_shop) as unit:
        seen = dict(await unit.fetch("SELECT external_id, first_seen_at FROM customers"))
    assert seen["new"] == NOON  # nobody was seen in the future


async def test_one_unscorable_customer_does_not_block_others(
    ordering_shop: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    await workflows.rescore(ordering_shop)
    done = await ingest(ordering_shop, [track(f"m{n}", customer=f"c{n}") for n in range(5)])
    bad, recalculate, scored = done.customers[3], workflows.recalculate, set[Any]()

    async def stumble(scope: Scope, customers: Sequence[UUID], **how: bool) -> list[Any]:
        if bad in customers:
            raise OverflowError("date value out of range")
        scored.update(customers)
        return await recalculate(scope, customers, **how)

    monkeypatch.setattr(workflows, "recalculate", stumble)
    await jobs.score_now(ordering_shop, done.customers)
    assert scored == {*done.customers} - {bad}
    assert await value(ordering_shop, "SELECT count(*) FROM scores_due") == 0
    scored.clear()
    assert await workflows.rescore(ordering_shop) == 9  # of ten, and the night's round holds too
    assert len(scored) == 9


async def test_a_failure_for_everybody_is_not_blamed_on_their_data(
    ordering_shop: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    await workflows.rescore(ordering_shop)
    done = await ingest(ordering_shop, [track(f"m{n}", customer=f"c{n}") for n in range(5)])
    tried = list[int]()

    async def broken(scope: Scope, customers: Sequence[UUID], **how: bool) -> list[Any]:
        tried.append(len(customers))
        raise TypeError("a fault of ours")

    monkeypatch.setattr(workflows, "recalculate", broken)
    monkeypatch.setattr(workflows, "ALIKE", 2)
    with pytest.raises(TypeError):
        await jobs.score_now(ordering_shop, done.customers)
    assert tried == [5, 2, 1, 1]
    assert await value(ordering_shop, "SELECT count(*) FROM scores_due") == 5  # for after the mend


async def test_scores_follow_again_after_a_round_that_failed(
    shop: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored, third = list[UUID](), asyncio.Event()
    first, second, last = (uuid4() for _ in range(3))

    async def stumble(scope: Scope, customers: Sequence[UUID]) -> None:
        if first in customers:
            jobs.schedule_rescore(scope, [second])  # data arrives during this round
            raise ConnectionResetError
        scored.extend(customers)
        third.set()

    async def quiet(work: Coroutine[Any, Any, None]) -> None:
        with suppress(ConnectionResetError):
            await work

    monkeypatch.setattr(jobs, "score_now", stumble)
    monkeypatch.setattr(jobs, "WAIT_SECONDS", 0)
    rounds = list[asyncio.Task[None]]()
    monkeypatch.setattr(
        tasks, "spawn", lambda work, name: rounds.append(spawn(quiet(work), name=name))
    )
    jobs.schedule_rescore(shop, [first])
    await rounds[0]
    jobs.schedule_rescore(shop, [last])
    async with asyncio.timeout(60):
        await third.wait()
    assert set(scored) == {second, last}


async def test_a_batch_of_more_than_500_items_is_refused(shop: Scope) -> None:
    with pytest.raises(Invalid) as caught:
        await ingest(shop, [track(f"m{n}") for n in range(501)])
    assert caught.value.code == "BATCH_TOO_LARGE"


async def test_customers_with_new_data_stay_due_until_scored(shop: Scope) -> None:
    done = await ingest(shop, [track("m1"), identify("c2", traits={"a": 1})])
    assert await value(shop, "SELECT count(*) FROM scores_due") == 2
    await jobs.score_now(shop, done.customers)
    assert await value(shop, "SELECT count(*) FROM scores_due") == 0


def test_an_anonymous_item_is_refused_in_words() -> None:
    with pytest.raises(Invalid, match="cannot identify customers by anonymousId"):
        item_of({"type": "track", "anonymousId": "a", "event": "x"})
