"""Merging two customers by staff, a program or an alias call, and undoing it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from pulse import clock
from pulse.auth.scope import Scope
from pulse.customers import follow_ups, privacy, repository, staff_actions
from pulse.customers.ingestion.ingest import ingest
from pulse.customers.merging import rows_sql
from pulse.customers.merging.duplicates import possible_duplicates
from pulse.customers.merging.merge import merge, merges_of, undo
from pulse.db.transaction import tenant
from pulse.errors import Conflict, Invalid, NotFound
from pulse.testing.database import MakeCustomer

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
TABLES = (
    *("events", "conversation_cards", "customer_notes", "customer_contexts", "identity_snapshots"),
    *("customer_milestones", "customer_touches"),
)


async def sql(scope: Scope, statement: str, *args: Any) -> list[Any]:
    async with tenant(scope) as unit:
        return await unit.fetch(statement, *args)


async def counts(scope: Scope, customer: UUID) -> dict[str, int]:
    found = {}
    for table in TABLES:
        statement = f"SELECT count(*) AS n FROM {table} WHERE customer_id = $1"
        found[table] = (await sql(scope, statement, customer))[0]["n"]
    return found


async def furnish(scope: Scope, customer: UUID, external_id: str, day: str) -> None:
    """Add one row to each table about customers; the snapshots of 2 May collide."""
    await ingest(scope, [{"type": "track", "userId": external_id, "event": "order"}])
    await staff_actions.add_note(scope, customer, f"note of {external_id}")
    await follow_ups.plan_follow_up(scope, customer, clock.now().date() + timedelta(days=3), "call")
    statements = [
        "INSERT INTO conversation_cards (business_id, customer_id, cause, ai_generated_opener, "
        "writer) VALUES ($1, $2, 'eroded', 'Hello', 'template')",
        "INSERT INTO customer_contexts (business_id, customer_id, context_type, shared_at, "
        "expires_at) VALUES ($1, $2, 'busy', now(), now() + interval '7 days')",
        "INSERT INTO customer_milestones (business_id, customer_id, key, title, reached_on) "
        "VALUES ($1, $2, 'first_order', 'First order', '2026-05-01')",
        *(
            "INSERT INTO identity_snapshots (business_id, customer_id, snapshot_date, taken_at, "
            "identity_strength, band, coverage, scorecard_id, metric_values, contributions) "
            f"VALUES ($1, $2, '{each}', now(), 50, 'steady', 1, uuidv7(), '{{}}', '{{}}')"
            for each in ("2026-05-02", day)
        ),
    ]
    async with tenant(scope) as unit:
        for statement in statements:
            await unit.execute(statement, unit.business_id, customer)


async def both(scope: Scope, make_customer: MakeCustomer) -> tuple[UUID, UUID]:
    """Ann as a customer of the shop, and Ann as a subscriber of the newsletter."""
    ann = await make_customer(
        scope, "c1", name="Ann", attributes={"plan": "Pro"}, value=100.0, tags=["vip"]
    )
    twin = await make_customer(
        scope,
        "ann@x.example",
        name="Ann L.",
        email="ann@x.example",
        attributes={"plan": "Free", "city": "Rome"},
        tags=["news"],
        first_seen_at=NOON - timedelta(days=900),
    )
    await furnish(scope, ann, "c1", "2026-05-03")
    await furnish(scope, twin, "ann@x.example", "2026-05-01")
    return ann, twin


async def test_a_merge_moves_everything_and_an_undo_restores_it(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    ann, twin = await both(shop, make_customer)
    before = [await repository.customer(shop, one) for one in ("c1", "ann@x.example")]
    alone = [await counts(shop, one) for one in (ann, twin)]

    done = await merge(shop, "c1", "ann@x.example")

    assert done.customers == [ann]
    assert await counts(shop, ann) == {
        "events": 2,
        "conversation_cards": 2,
        "customer_notes": 2,
        "customer_contexts": 2,
        "identity_snapshots": 3,
        "customer_milestones": 1,
        "customer_touches": 1,
    }
    one = await repository.customer(shop, "c1")
    assert (one["name"], one["email"], one["value"]) == ("Ann", "ann@x.example", 100.0)
    assert one["attributes"] == {"plan": "Pro", "city": "Rome"}
    assert (one["tags"], one["first_seen_at"]) == (["vip", "news"], NOON - timedelta(days=900))
    assert (await repository.customer(shop, "ANN@x.example"))["id"] == ann
    open_cards = await sql(shop, "SELECT FROM conversation_cards WHERE status = 'pending'")
    assert len(open_cards) == 1

    await staff_actions.tag(shop, [ann], "later")
    parted = await undo(shop, "c1", done.merge.id)

    assert parted.customers == [ann, twin]
    assert [await counts(shop, one) for one in (ann, twin)] == alone
    now = [await repository.customer(shop, one) for one in ("c1", "ann@x.example")]
    assert now[0]["tags"] == ["vip", "later"]
    assert [{**one, "tags": None} for one in now] == [{**one, "tags": None} for one in before]
    assert len(await sql(shop, "SELECT FROM conversation_cards WHERE status = 'pending'")) == 2
    assert await sql(shop, "SELECT FROM customer_aliases") == []


async def test_later_data_for_a_former_id_reaches_the_remaining_customer(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    ann = await make_customer(shop, "c1")
    await make_customer(shop, "c2")
    await merge(shop, "c1", "c2")
    await ingest(shop, [{"type": "track", "userId": "c2", "event": "order"}])
    await ingest(shop, [{"type": "identify", "userId": "c2", "traits": {"plan": "Pro"}}])
    assert (await counts(shop, ann))["events"] == 1
    assert await repository.get_or_create(shop, "c2") == ann
    assert [row["external_id"] for row in await sql(shop, "SELECT * FROM customers")] == ["c1"]
    assert (await repository.customer(shop, "c2"))["attributes"] == {"plan": "Pro"}


async def test_consecutive_merges_can_be_undone_in_any_order(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    for name in ("a", "b", "c"):
        await make_customer(shop, name)
        await ingest(shop, [{"type": "track", "userId": name, "event": f"of-{name}"}])
    first = await merge(shop, "b", "c")
    second = await merge(shop, "a", "b")
    assert [each.former_id for each in await merges_of(shop, "a")] == ["b", "c"]
    await undo(shop, "a", first.merge.id)
    await undo(shop, "a", second.merge.id)
    rows = await sql(
        shop,
        "SELECT c.external_id, e.kind FROM events e JOIN customers c ON c.id = e.customer_id "
        "ORDER BY 1",
    )
    assert [tuple(row) for row in rows] == [("a", "of-a"), ("b", "of-b"), ("c", "of-c")]


async def test_an_undo_has_its_limits(shop: Scope, make_customer: MakeCustomer) -> None:
    await make_customer(shop, "c1")
    await make_customer(shop, "c2")
    with clock.at(NOON):
        done = await merge(shop, "c1", "c2")
    with clock.at(NOON + timedelta(days=31)), pytest.raises(Conflict, match="30 days"):
        await undo(shop, "c1", done.merge.id)
    with clock.at(NOON + timedelta(days=29)):
        await undo(shop, "c1", done.merge.id)
        with pytest.raises(Conflict, match="already"):
            await undo(shop, "c1", done.merge.id)


async def test_a_customer_cannot_be_merged_with_themselves_or_nobody(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    await make_customer(shop, "c1")
    with pytest.raises(Invalid):
        await merge(shop, "c1", "c1")
    with pytest.raises(NotFound):
        await merge(shop, "c1", "c2")


async def test_an_alias_call_merges_and_is_recorded(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    guest = {"type": "track", "userId": "guest", "event": "visit"}
    alias = {"type": "alias", "previousId": "guest", "userId": "c1"}
    await ingest(shop, [guest])
    assert (await ingest(shop, [guest, alias])).accepted == 2
    assert (await ingest(shop, [alias, {**alias, "previousId": "unknown"}])).refused == []
    await ingest(shop, [{**guest, "userId": "unknown"}])
    rows = await sql(shop, "SELECT external_id FROM customers")
    assert [row["external_id"] for row in rows] == ["c1"]
    assert len(await sql(shop, "SELECT FROM events")) == 3


async def test_an_email_address_is_one_id_in_any_case(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    old = await make_customer(shop, "Old@X.example")
    calls = [("Ann@X.example", 1), ("ann@x.EXAMPLE", 2), ("old@x.example", 3), ("B1", 4), ("b1", 5)]
    for name, number in calls:
        await ingest(shop, [{"type": "identify", "userId": name, "traits": {"n": number}}])
    rows = await sql(shop, "SELECT external_id, attributes->>'n' AS n FROM customers ORDER BY 1")
    assert sorted(tuple(row) for row in rows) == [
        ("B1", "4"),
        ("Old@X.example", "3"),
        ("ann@x.example", "2"),
        ("b1", "5"),
    ]
    assert await repository.get_or_create(shop, "OLD@x.example") == old


SENT = """
WITH endpoint AS (
  INSERT INTO webhook_endpoints (business_id, url, event_kinds, secret_sealed)
  VALUES ($1, 'https://x.example', '{}', '') RETURNING id
)
INSERT INTO webhook_deliveries (business_id, endpoint_id, event_kind, payload)
SELECT $1, id, 'band.changed', $2 FROM endpoint
"""


async def test_erasing_a_merged_customer_erases_both(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    await both(shop, make_customer)
    await merge(shop, "c1", "ann@x.example")
    async with tenant(shop) as unit:
        payload = {"data": {"customer_id": "ann@x.example"}}
        await unit.execute(SENT, unit.business_id, payload)
    await privacy.erase(shop, "ann@X.example")
    for table in (
        "webhook_deliveries",
        "customers",
        "customer_merges",
        "customer_aliases",
        *TABLES,
    ):
        assert await sql(shop, f"SELECT FROM {table}") == [], table


async def test_possible_duplicates_are_found_with_their_reason(
    shop: Scope, other_shop: Scope, make_customer: MakeCustomer
) -> None:
    await make_customer(shop, "c1", email="Ann@x.example", attributes={"phone": "+39 06 123456"})
    await make_customer(shop, "ann@x.example")
    await make_customer(shop, "c3", attributes={"phone": "0039 06-123456"})
    await make_customer(shop, "00c3")
    await make_customer(shop, "alone", email="alone@x.example")
    await make_customer(other_shop, "c9", email="alone@x.example")
    found = {
        group.reason: {each.customer_id for each in group.customers}
        for group in await possible_duplicates(shop)
    }
    assert found == {
        "same e-mail address": {"c1", "ann@x.example"},
        "same phone number": {"c1", "c3"},
        rows_of_ids(): {"c3", "00c3"},
    }


def rows_of_ids() -> str:
    return "ids that differ in case, spaces or leading zeros only"


async def test_each_table_about_customers_is_moved_or_rebuilt(shop: Scope) -> None:
    async with tenant(shop) as unit:
        moved = {row["name"] for row in await unit.fetch(rows_sql._TABLES, list(rows_sql.DERIVED))}
        every = {
            row["table_name"]
            for row in await unit.fetch(
                "SELECT table_name FROM information_schema.columns "
                "WHERE table_schema = 'public' AND column_name = 'customer_id'"
            )
        }
    assert {*TABLES, "card_hold_outs", "customer_aliases", "customer_merges"} <= moved
    assert moved | {*rows_sql.DERIVED} >= {name for name in every if not is_view(name)}


def is_view(name: str) -> bool:
    return name in ("scored_customers", "own_words")


async def test_a_list_reaches_the_customer_by_a_former_id(
    shop: Scope, make_customer: MakeCustomer, tmp_path: Path
) -> None:
    import polars as pl

    from pulse.imports.upsert import with_present_ids

    await make_customer(shop, "c1")
    await make_customer(shop, "c2")
    await merge(shop, "c1", "c2")
    frame = pl.DataFrame({"external_id": ["c2", "Bo@X.example", "new"], "n": [1, 2, 3]})
    async with tenant(shop) as unit:
        known = await with_present_ids(unit, frame)
    assert known["external_id"].to_list() == ["c1", "bo@x.example", "new"]
