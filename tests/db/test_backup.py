"""A backup contains the whole database, and a restore is complete or has no effect."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import msgspec
import pytest

from pulse import settings
from pulse.auth.scope import Scope
from pulse.db import backup
from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.engine import SERVING, app_connection, data_folder, owner_connection
from pulse.db.startup import database
from pulse.db.transaction import tenant
from pulse.errors import Conflict, Invalid, Unavailable
from pulse.settings import Settings
from pulse.testing.database import make_business

pytestmark = pytest.mark.slow


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Settings]:
    """A separate Pulse with its embedded server."""
    made = Settings(data_dir=tmp_path / "p", secret="s" * 48)
    settings.choose(made)
    async with database(made):
        yield made


async def names(scope: Scope) -> list[str]:
    async with tenant(scope) as unit:
        rows = await unit.fetch("SELECT external_id FROM customers ORDER BY 1")
    return [row["external_id"] for row in rows]


async def add(scope: Scope, *external_ids: str) -> None:
    async with tenant(scope) as unit:
        await unit.executemany(
            "INSERT INTO customers (business_id, external_id) VALUES ($1, $2)",
            [(scope.business_id, one) for one in external_ids],
        )


async def test_a_round_trip_brings_everything_back_and_nothing_else(
    own: Settings, tmp_path: Path
) -> None:
    scope = await make_business("shop")
    await add(scope, "a", "b")
    await backup.dump(own, tmp_path / "backup")
    await add(scope, "later")
    other = await make_business("other")
    await add(other, "x")

    await backup.restore(own, tmp_path / "backup")

    assert await names(scope) == ["a", "b"]
    assert await names(other) == []
    async with tenant(scope) as unit:
        enforced = await unit.fetchval(
            "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'customers'"
        )
    assert enforced


NEWER = """
CREATE VIEW later_view AS SELECT * FROM customers;
CREATE TYPE later_state AS ENUM ('a', 'b');
CREATE FUNCTION later_count(n int) RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM customers';
CREATE TABLE later (id uuid PRIMARY KEY REFERENCES businesses (id), state later_state);
"""


async def test_a_backup_of_an_older_pulse_replaces_a_newer_one(
    own: Settings, tmp_path: Path
) -> None:
    scope = await make_business("shop")
    await add(scope, "a")
    await backup.dump(own, tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    owner = await asyncpg.connect(
        **owner_connection(own, EmbeddedPostgres(data_folder(own)).connection)
    )
    await owner.execute(NEWER)  # added by a later migration
    await backup.restore(own, tmp_path / "backup")
    left = await owner.fetchval("SELECT count(*) FROM pg_class WHERE relname LIKE 'later%'")
    await owner.close()
    assert left == 0
    assert await names(scope) == ["a"]


async def test_it_restores_into_a_fresh_pulse(tmp_path: Path) -> None:
    first = Settings(data_dir=tmp_path / "p", secret="s" * 48)
    second = msgspec.structs.replace(first, data_dir=tmp_path / "q")
    settings.choose(first)
    async with database(first):
        scope = await make_business("shop")
        await add(scope, "a")
        await backup.dump(first, tmp_path / "backup")
    async with database(second):
        await backup.restore(second, tmp_path / "backup")
    async with database(second):
        assert await names(scope) == ["a"]


async def test_a_damaged_backup_changes_nothing(own: Settings, tmp_path: Path) -> None:
    scope = await make_business("shop")
    await add(scope, "a")
    await backup.dump(own, tmp_path / "backup")
    whole = (tmp_path / "backup").read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unavailable):
        await backup.restore(own, tmp_path / "cut")
    (tmp_path / "other").write_text("customers")
    with pytest.raises(Invalid):
        await backup.restore(own, tmp_path / "other")
    assert await names(scope) == ["a"]


async def test_no_command_line_contains_a_password(own: Settings, tmp_path: Path) -> None:
    server = EmbeddedPostgres(data_folder(own)).connection
    where = f"/postgres?host={server['host']}&port={server['port']}"
    by_url = Settings(data_dir=own.data_dir, database_url=f"postgresql://postgres:a%2Fword@{where}")
    told = backup.target(by_url)
    assert told.connection == f"postgresql://postgres@{where}"
    assert told.environment["PGPASSWORD"] == "a/word"
    await backup.dump(by_url, tmp_path / "kept.pulse")
    assert (tmp_path / "kept.pulse").stat().st_size > 0


async def test_nothing_is_restored_while_a_server_is_connected(
    own: Settings, tmp_path: Path
) -> None:
    scope = await make_business("shop")
    await backup.dump(own, tmp_path / "backup")
    await add(scope, "later")
    embedded = EmbeddedPostgres(data_folder(own)).connection
    serving = await asyncpg.connect(**app_connection(own, embedded, SERVING))
    try:
        with pytest.raises(Conflict, match="Stop every server first"):
            await backup.restore(own, tmp_path / "backup")
    finally:
        await serving.close()
    assert await names(scope) == ["later"]
