"""The table classes match the migrated tables."""

import importlib
import pkgutil

import asyncpg
import pytest
from piccolo.table import Table

import pulse.tables

WITHOUT_A_CLASS = {"migration"}  # Piccolo's own


def described() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for module in pkgutil.iter_modules(pulse.tables.__path__, "pulse.tables."):
        for item in vars(importlib.import_module(module.name)).values():
            if isinstance(item, type) and issubclass(item, Table) and item is not Table:
                found[item._meta.tablename] = {column._meta.name for column in item._meta.columns}
    return found


@pytest.fixture
async def migrated(database) -> dict[str, set[str]]:
    connection = await asyncpg.connect(**database)
    try:
        rows = await connection.fetch(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c "
            "JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' "
            "AND c.table_name NOT LIKE 'pgqueuer%'"
        )
    finally:
        await connection.close()
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["table_name"], set()).add(row["column_name"])
    return found


async def test_every_table_is_described_and_every_description_migrated(migrated):
    assert set(described()) == set(migrated) - WITHOUT_A_CLASS


async def test_descriptions_name_the_same_columns(migrated):
    differing = {
        name: columns ^ migrated[name]
        for name, columns in described().items()
        if columns != migrated.get(name)
    }
    assert differing == {}


async def test_every_tenant_table_has_row_level_security(migrated, database):
    connection = await asyncpg.connect(**database)
    try:
        open_ones = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity) "
            "AND relname IN (SELECT table_name FROM information_schema.columns "
            "WHERE column_name = 'business_id')"
        )
    finally:
        await connection.close()
    assert [row["relname"] for row in open_ones] == []
