"""Own-book access: the database limits every query to customers of certain owners."""

import re
from typing import Any

import asyncpg
import msgspec
import pytest

from pulse.auth.role_definitions import set_role_rule, set_team
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.grants import RoleRule
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.staff_sessions import session_of
from pulse.auth.staff import add_staff, change_role
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.db.transaction import tenant
from pulse.errors import NotAllowed, NotFound
from pulse.imports import export, history
from pulse.live.messages import Message
from pulse.testing.database import MakeCustomer
from ui.auth.tabs import in_book

PASSWORD = "a long enough password"
OF_CUSTOMERS = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attname = 'customer_id'
  AND NOT a.attisdropped AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
REQUIRED = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type,
  (SELECT string_agg(pg_get_constraintdef(k.oid), ' ') FROM pg_constraint k
   WHERE k.conrelid = a.attrelid AND k.contype = 'c' AND a.attnum = ANY (k.conkey)) AS checks
FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
  AND a.attname NOT IN ('business_id', 'customer_id')
  AND coalesce(pg_get_expr(d.adbin, d.adrelid), 'NULL') LIKE 'NULL%'
"""
FILLERS = {
    "uuid": "uuidv7()",
    "text": "md5(random()::text)",
    "jsonb": "'{}'",
    "boolean": "false",
    "date": "current_date",
    "timestamp with time zone": "now()",
    "tsvector": "''::tsvector",
}


@pytest.fixture
async def cleo(shop: Scope, database: dict[str, Any]) -> Scope:
    """A csm who sees her own customers."""
    await add_staff(shop, "cleo@shop.example", "Cleo", Role.csm, PASSWORD)
    await set_role_rule(shop, RoleRule("csm", book="own"))
    _, session = await sign_in("cleo@shop.example", PASSWORD)
    assert session.book == f"own:{session.staff_id}"
    return session.scope


async def add_row(owner: asyncpg.Connection, table: str, scope: Scope, customer: Any) -> None:
    """Insert a row about this customer, with all required values."""
    values = {"business_id": f"'{scope.business_id}'", "customer_id": f"'{customer}'"}
    for column in await owner.fetch(REQUIRED, table):
        allowed = re.search(r"'(\w+)'::text", column["checks"] or "")
        filler = FILLERS.get(column["type"], "'{}'" if column["type"].endswith("[]") else "0")
        values[column["name"]] = f"'{allowed[1]}'" if allowed else filler
    await owner.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())}) "
        "ON CONFLICT DO NOTHING"
    )


async def test_a_query_without_a_filter_returns_the_own_book_only(
    shop: Scope, cleo: Scope, make_customer: MakeCustomer, database: dict[str, Any]
):
    mine = await make_customer(shop, "mine", owner_id=cleo.actor.id)
    theirs = await make_customer(shop, "theirs", owner_id=shop.actor.id)
    await make_customer(shop, "nobodys")
    owner = await asyncpg.connect(**database)
    tables = [row[0] for row in await owner.fetch(OF_CUSTOMERS)]
    assert len(tables) >= 16
    await owner.execute("SET session_replication_role = replica")  # no checks, no triggers
    for table in tables:
        for customer in (mine, theirs):
            await add_row(owner, table, shop, customer)
    await owner.close()
    for name in [*tables, "own_words"]:
        async with tenant(cleo) as unit:
            seen = await unit.fetch(f"SELECT DISTINCT customer_id FROM {name}")
        assert [row[0] for row in seen] == [mine], name
        async with tenant(shop) as unit:
            seen = await unit.fetch(f"SELECT DISTINCT customer_id FROM {name}")
        assert {row[0] for row in seen} >= {mine, theirs}, name
    for name in ("customers", "scored_customers"):
        async with tenant(cleo) as unit:
            assert [row[0] for row in await unit.fetch(f"SELECT id FROM {name}")] == [mine]
    async with tenant(cleo) as unit:
        await unit.set_local(**{"pulse.book": ""})  # a book that is not set is an empty one
        assert await unit.fetchval("SELECT count(*) FROM customers") == 0


async def test_lists_counts_exports_and_messages_respect_the_book(
    shop: Scope, cleo: Scope, make_customer: MakeCustomer
):
    mine = await make_customer(shop, "mine", name="Mine Own", owner_id=cleo.actor.id)
    theirs = await make_customer(shop, "theirs", name="Else Where", owner_id=shop.actor.id)
    listed = await repository.listing(cleo)
    assert [row.external_id for row in listed.rows] == ["mine"]
    assert await repository.count_exactly(cleo, None) == 1
    assert await repository.seen_among(cleo, [mine, theirs]) == {mine}
    with pytest.raises(NotFound):
        await repository.customer(cleo, "theirs")
    text = b"".join([part async for part in export.list_as_csv(cleo, CustomerFilter())]).decode()
    assert "mine" in text
    assert "theirs" not in text
    with pytest.raises(NotAllowed):
        [part async for part in history.error_file(cleo, mine)]

    def told(customer: Any) -> Message:
        return Message(business_id=shop.business_id, kind="card_created", customer_id=customer)

    _, session = await sign_in("cleo@shop.example", PASSWORD)
    heard = await in_book(session, [told(theirs), told(mine), told(None)])
    assert [one.customer_id for one in heard] == [mine, None]


async def test_customers_cannot_be_moved_into_or_out_of_the_book(
    shop: Scope, cleo: Scope, make_customer: MakeCustomer
):
    await make_customer(shop, "mine", owner_id=cleo.actor.id)
    await make_customer(shop, "theirs", owner_id=shop.actor.id)
    with pytest.raises(NotAllowed) as refused:
        await make_customer(cleo, "new")  # an own-book role creates no customers without an owner
    assert refused.value.code == "OUTSIDE_BOOK"
    async with tenant(cleo) as unit:
        changed = await unit.execute("UPDATE customers SET owner_id = $1", cleo.actor.id)
    assert changed == "UPDATE 1"


async def test_a_team_shares_its_customers_and_another_role_ends_the_session(
    shop: Scope, cleo: Scope, make_customer: MakeCustomer
):
    dan = await add_staff(shop, "dan@shop.example", "Dan", Role.csm, PASSWORD)
    await make_customer(shop, "mine", owner_id=cleo.actor.id)
    await make_customer(shop, "dans", owner_id=dan)
    await make_customer(shop, "theirs", owner_id=shop.actor.id)
    await set_role_rule(shop, RoleRule("csm", book="team"))
    assert cleo.actor.id
    for person in (cleo.actor.id, dan):
        await set_team(shop, person, "North")
    cookie, session = await sign_in("cleo@shop.example", PASSWORD)
    found = await repository.listing(session.scope)
    assert {row.external_id for row in found.rows} == {"mine", "dans"}
    await change_role(shop, session.staff_id, Role.manager)
    assert await session_of(cookie) is None
    _, session = await sign_in("cleo@shop.example", PASSWORD)
    assert session.scope.sees_all
    assert len((await repository.listing(session.scope)).rows) == 3
    assert not msgspec.structs.replace(session.scope, book="own:x").sees_all
