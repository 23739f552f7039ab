"""Concurrent reads share one query; each gets its own answer, tenants stay separate."""

import asyncio
from typing import Any

import asyncpg
import pytest

from pulse.auth.scope import Scope
from pulse.db.dataloader import DataLoader
from pulse.db.engine import DB
from pulse.testing.database import MakeCustomer

SQL = "SELECT * FROM pulse_read_identities($1, $2)"


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The keys of every query sent."""
    asked: list[list[str]] = []
    fetch = DataLoader._fetch

    async def counted(self: DataLoader, business_id: Any, keys: Any) -> Any:
        asked.append(list(keys))
        return await fetch(self, business_id, keys)

    monkeypatch.setattr(DataLoader, "_fetch", counted)
    return asked


async def test_reads_during_a_query_share_the_next_one(
    shop: Scope, make_customer: MakeCustomer, queries: list[list[str]]
):
    for number in range(20):
        await make_customer(shop, f"c{number}")
    reads = DataLoader(SQL, "external_id")
    rows = await asyncio.gather(*(reads.read(shop, f"c{number % 20}") for number in range(60)))
    assert [row["external_id"] for row in rows] == [f"c{number % 20}" for number in range(60)]
    assert len(queries) <= 3
    assert not reads._waiting


async def test_unknown_customers_and_those_of_others_give_none(
    shop: Scope, other_shop: Scope, make_customer: MakeCustomer
):
    await make_customer(shop, "mine")
    await make_customer(other_shop, "theirs")
    reads = DataLoader(SQL, "external_id")
    mine, theirs, nobody = await asyncio.gather(
        reads.read(shop, "mine"), reads.read(shop, "theirs"), reads.read(shop, "nobody")
    )
    assert mine["external_id"] == "mine"
    assert theirs is None
    assert nobody is None


async def test_a_read_sees_what_was_written_before_it_was_asked(
    shop: Scope, make_customer: MakeCustomer
):
    reads = DataLoader(SQL, "external_id")
    assert await reads.read(shop, "late") is None
    await make_customer(shop, "late")
    assert (await reads.read(shop, "late"))["external_id"] == "late"


async def test_the_connection_is_returned_without_privileges(
    shop: Scope, make_customer: MakeCustomer
):
    await make_customer(shop, "mine")
    await DataLoader(SQL, "external_id").read(shop, "mine")
    assert DB.pool
    async with DB.pool.acquire() as connection:
        assert await connection.fetchval("SELECT current_user") == "pulse_app"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM customers")


async def test_a_failed_query_fails_its_readers_and_the_next_one_works(
    shop: Scope, make_customer: MakeCustomer
):
    await make_customer(shop, "mine")
    broken = DataLoader("SELECT * FROM no_such_function($1, $2)", "external_id")
    for _ in range(2):
        with pytest.raises(asyncpg.UndefinedFunctionError):
            await broken.read(shop, "mine")
    assert not broken._waiting


async def test_a_cancelled_reader_does_not_cancel_others(shop: Scope, make_customer: MakeCustomer):
    await make_customer(shop, "mine")
    reads = DataLoader(SQL, "external_id")
    leaving = asyncio.ensure_future(reads.read(shop, "mine"))  # noqa: TID251 - cancelled below
    staying = asyncio.ensure_future(reads.read(shop, "mine"))  # noqa: TID251 - awaited below
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying)["external_id"] == "mine"
