"""The database itself separates businesses."""

import asyncio

import asyncpg
import pytest

from pulse.auth import audit
from pulse.auth.scope import Scope
from pulse.db.engine import DB
from pulse.db.transaction import system, tenant
from pulse.testing.database import MakeCustomer

pytestmark = pytest.mark.slow


async def test_a_query_without_a_business_sees_only_its_own(
    shop: Scope, other_shop: Scope, make_customer: MakeCustomer
):
    await make_customer(shop, "mine")
    await make_customer(other_shop, "theirs")
    async with tenant(shop) as unit:
        rows = await unit.fetch("SELECT external_id FROM customers")
    assert [row["external_id"] for row in rows] == ["mine"]


async def test_a_write_into_another_business_is_refused(shop: Scope, other_shop: Scope):
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with tenant(shop) as unit:
            await unit.execute(
                "INSERT INTO customers (business_id, external_id) VALUES ($1, 'x')",
                other_shop.business_id,
            )


async def test_without_a_unit_of_work_tenant_tables_are_empty(database, shop: Scope):
    assert DB.pool
    async with DB.pool.acquire() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT * FROM customers")


async def test_the_system_unit_of_work_cannot_read_customers(shop: Scope):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with system() as unit:
            await unit.fetch("SELECT * FROM customers")


async def test_the_application_role_bypasses_nothing(database, shop: Scope):
    async with tenant(shop) as unit:
        rows = await unit.fetch(
            "SELECT rolname, rolsuper OR rolbypassrls AS free FROM pg_roles "
            "WHERE rolname IN ('pulse_app', 'pulse_tenant', 'pulse_system') "
            "OR rolname = session_user"
        )
    assert not [row["rolname"] for row in rows if row["free"]]


async def test_every_table_with_a_business_is_isolated(database, shop: Scope):
    async with tenant(shop) as unit:
        open_tables = await unit.fetch(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE a.attname = 'business_id' AND c.relkind IN ('r', 'p') "
            "AND c.relnamespace = 'public'::regnamespace "
            "AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        )
    assert open_tables == []


async def test_callbacks_after_commit_are_dropped_on_rollback(shop: Scope):
    told: list[str] = []
    async with tenant(shop) as unit:
        unit.after_commit(lambda: told.append("kept"))
    with pytest.raises(ZeroDivisionError):
        async with tenant(shop) as unit:
            unit.after_commit(lambda: told.append("lost"))
            raise ZeroDivisionError
    assert told == ["kept"]


async def test_failing_commits_do_not_empty_the_pool(shop: Scope):
    async def fail() -> None:
        async with tenant(shop) as unit:
            await unit.execute(
                "CREATE TEMPORARY TABLE dangling (id int PRIMARY KEY, "
                "parent int REFERENCES dangling DEFERRABLE INITIALLY DEFERRED)"
            )
            await unit.execute("INSERT INTO dangling VALUES (1, 99)")  # detected at COMMIT

    for _ in range(30):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await fail()
    async with asyncio.timeout(60), tenant(shop) as unit:
        assert await unit.fetchval("SELECT 1") == 1


async def test_units_of_work_do_not_nest(shop: Scope):
    async with tenant(shop):
        with pytest.raises(RuntimeError, match="open already"):
            async with tenant(shop):
                pass


async def test_the_audit_log_is_append_only(shop: Scope):
    async with tenant(shop) as unit:
        await audit.record(unit, shop, "staff.added", "somebody")
        await unit.execute(
            "INSERT INTO audit_entries (business_id, actor, action, created_at) "
            "VALUES ($1, '{}', 'staff.added', now() - interval '2 years')",
            shop.business_id,
        )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with tenant(shop) as unit:
            await unit.execute("UPDATE audit_entries SET subject = 'nobody'")
    async with tenant(shop) as unit:
        assert await unit.execute("DELETE FROM audit_entries") == "DELETE 1"  # the old entry
        assert await unit.fetchval("SELECT subject FROM audit_entries") == "somebody"
