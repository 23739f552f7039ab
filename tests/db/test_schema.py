"""The tables are the schema: generated, complete, and ready for distribution by business_id."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from piccolo_migrations.piccolo_app import APP_CONFIG
from pulse.db import schema
from pulse.db.migrate import migrate
from pulse.db.transaction import system, tenant
from pulse.errors import Unavailable
from pulse.tables.staff import Staff
from pulse.testing.database import TEMPLATE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NOT_SPREAD = ("directory_entries",)  # what must be unique over all businesses stays in one place
TENANT_TABLES = """
SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'business_id'
AND c.relname <> ALL ($1) ORDER BY 1"""


@pytest.fixture
async def owner(database):
    connection = await asyncpg.connect(**database)
    yield connection
    await connection.close()


@pytest.fixture
async def tenant_tables(owner) -> list[str]:
    found = [row["name"] for row in await owner.fetch(TENANT_TABLES, NOT_SPREAD)]
    assert len(found) >= 33
    return found


def test_the_tables_need_no_migration(tmp_path: Path):
    for name in ("piccolo_migrations", "pulse"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "piccolo_conf.py", tmp_path)
    environment = {key: value for key, value in os.environ.items() if key != "PICCOLO_CONF"}
    said = subprocess.run(
        [*_piccolo(), "migrations", "new", "pulse", "--auto"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    assert "No changes detected" in said.stdout


def _piccolo() -> list[str]:
    return [sys.executable, "-c", "from piccolo.main import main; main()"]


async def test_schema_sql_is_the_migrated_schema(database):
    assert schema.schema_of(database) == schema.FILE.read_text(), "run `make schema`"


async def test_every_tenant_table_can_be_partitioned_by_business(owner, tenant_tables):
    for name in tenant_tables:
        await owner.execute(
            f"CREATE TABLE {name}_parted (LIKE {name} INCLUDING ALL) "
            "PARTITION BY HASH (business_id)"
        )
    made = await owner.fetchval("SELECT count(*) FROM pg_class WHERE relkind = 'p'")
    assert made == len(tenant_tables)


async def test_business_id_leads_every_key(owner, tenant_tables):
    keys = await owner.fetch(
        "SELECT conrelid::regclass::text AS name, conname, pg_get_constraintdef(oid) AS said "
        "FROM pg_constraint WHERE contype IN ('p', 'u', 'f') "
        "AND conrelid::regclass::text = ANY ($1)",
        tenant_tables,
    )
    assert len([key for key in keys if "PRIMARY KEY" in key["said"]]) == len(tenant_tables)
    assert [
        key["conname"]
        for key in keys
        if "KEY (business_id" not in key["said"] and "UNIQUE (business_id" not in key["said"]
    ] == []


async def test_business_id_leads_every_index_of_several_columns(owner, tenant_tables):
    indexes = await owner.fetch(
        "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid, 1, true) AS first "
        "FROM pg_index WHERE indrelid::regclass::text = ANY ($1) "
        "AND (indnkeyatts > 1 OR indisunique)",
        tenant_tables,
    )
    assert len(indexes) > 50
    assert [index["name"] for index in indexes if index["first"] != "business_id"] == []


async def test_an_e_mail_is_unique_over_all_businesses(shop, other_shop):
    async with system():
        found = await Staff.select(Staff.business_id).where(Staff.email == "admin@shop.example")
    assert found == [{"business_id": shop.business_id}]
    with pytest.raises(asyncpg.UniqueViolationError, match="directory_entries_pkey"):
        async with tenant(other_shop):
            await Staff.insert(
                Staff(
                    business_id=other_shop.business_id,
                    email="Admin@Shop.example",
                    name="Eve",
                    role="viewer",
                    password_hash="x",
                )
            )


async def test_an_e_mail_is_available_again_after_deletion(shop, other_shop):
    async with tenant(shop):
        await Staff.delete().where(Staff.email == "admin@shop.example")
    async with tenant(other_shop):
        await Staff.update({Staff.email: "admin@shop.example"}).where(
            Staff.email == "admin@other.example"
        )
    async with system() as unit:
        entries = await unit.fetch("SELECT key FROM directory_entries WHERE kind = 'staff_email'")
    assert [entry["key"] for entry in entries] == ["admin@shop.example"]


@pytest.fixture
async def without_pool(postgres) -> AsyncIterator[dict[str, Any]]:
    admin = await asyncpg.connect(**postgres.connection)
    await admin.execute(f"CREATE DATABASE of_old TEMPLATE {TEMPLATE}")
    yield {**postgres.connection, "database": "of_old"}
    await admin.execute("DROP DATABASE of_old WITH (FORCE)")
    await admin.close()


async def test_an_old_layout_is_refused_and_emptied_on_request(without_pool):
    old = await asyncpg.connect(**without_pool)
    await old.execute("INSERT INTO businesses (slug, name) VALUES ('shop', 'The Shop')")
    await old.execute("UPDATE migration SET name = '2026-11-22T13:00:00:000001'")
    with pytest.raises(Unavailable, match="--fresh") as refused:
        await migrate(without_pool)
    assert refused.value.code == "OLD_LAYOUT"
    await migrate(without_pool, empty_old_layout=True)
    assert await old.fetchval("SELECT count(*) FROM businesses") == 0
    await old.close()


def test_every_migration_has_an_id_of_its_own():
    """Of two migrations with one id Piccolo would skip the second."""
    folder = Path(APP_CONFIG.resolved_migrations_folder_path)
    ids = [
        re.search(r'^ID = "(.+)"', file.read_text(), re.M).group(1)
        for file in folder.glob("pulse_*.py")
    ]
    assert sorted(set(ids)) == sorted(ids)
