"""A real PostgreSQL for every test: one server per run, an empty migrated database per test.

Cloning the template takes 0.2 to 1 s, so a database is emptied and reused. It is dropped instead
when a test changed its schema or left something that prevents emptying it.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from piccolo.columns import Column

from pulse import settings, tasks
from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.auth.ttl_cache import forget_everything
from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.engine import app_connection, pool
from pulse.db.migrate import migrate
from pulse.db.transaction import Unit, system, tenant
from pulse.scoring.bands import band_of
from pulse.tables.business import Business
from pulse.tables.staff import Staff
from pulse.testing.folders import open_folder

TEMPLATE = "pulse_template"
SECRET = "only for tests: a secret that is long enough, 0123456789"


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The server of this test run."""
    with running_postgres() as server:
        yield server


@contextmanager
def running_postgres() -> Iterator[EmbeddedPostgres]:
    """A server with one migrated database to clone, until the block ends."""
    with open_folder() as folder:
        server = EmbeddedPostgres(folder / "data")
        server.start()
        try:
            asyncio.run(_make_template(server))
            yield server
        finally:
            server.stop()


async def _make_template(server: EmbeddedPostgres) -> None:
    # the server of a test run needs no watchdog
    for hurried in ("fsync", "synchronous_commit", "full_page_writes"):
        await _execute_as_owner(server, f"ALTER SYSTEM SET {hurried} = off")
    await _execute_as_owner(server, "SELECT pg_reload_conf()")
    await _execute_as_owner(server, f"CREATE DATABASE {TEMPLATE}")
    await migrate({**server.connection, "database": TEMPLATE})


@pytest.fixture
def chosen_settings(tmp_path: Path) -> settings.Settings:
    """Settings for a test: its own folder, a fixed secret, no external services."""
    made = settings.Settings(data_dir=tmp_path / "pulse", secret=SECRET, demo=True)
    made.data_dir.mkdir()
    settings.choose(made)
    return made


@pytest.fixture
async def database(
    postgres: EmbeddedPostgres, spares: "SpareDatabases", chosen_settings: settings.Settings
) -> AsyncIterator[dict[str, Any]]:
    """An empty migrated database with the pool open; yields the owner's connection arguments."""
    owner = await spares.take()
    forget_everything()
    try:
        async with pool(app_connection(chosen_settings, owner)):
            yield owner
            await tasks.stop_all()
    finally:
        await spares.give_back(owner)


@pytest.fixture(scope="session")
def spares(postgres: EmbeddedPostgres) -> "SpareDatabases":
    """Databases of this run that were used and emptied."""
    return SpareDatabases(postgres)


DISCONNECT_OTHERS = """
SET lock_timeout = '2s';
SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
STATE = """
SELECT ROW((SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute),
  (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger),
  (SELECT count(*) FROM pg_policy), (SELECT md5(string_agg(prosrc, '' ORDER BY oid)) FROM pg_proc),
  (SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
   WHERE d.datname = current_database()))::text AS schema,
  ARRAY(SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
     AND pg_relation_size(c.oid) > 0) AS filled
"""
EMPTY = "SET session_replication_role = replica; TRUNCATE {} RESTART IDENTITY CASCADE"


class SpareDatabases:
    """Provides empty migrated databases and takes them back."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._spare: list[dict[str, Any]] = []
        self._schema = ""
        self._seeded: set[str] = set()

    async def take(self) -> dict[str, Any]:
        """A spare database, or a new clone of the template."""
        if self._spare:
            return self._spare.pop()
        owner = await clone_template(self._server, f"t_{os.getpid()}_{uuid4().hex[:10]}")
        if not self._schema:
            connection = await asyncpg.connect(**owner)
            try:
                self._schema, self._seeded = await _state(connection)
            finally:
                await connection.close()
        return owner

    async def give_back(self, owner: dict[str, Any]) -> None:
        """Empty it for the next test; drop it when that is not possible."""
        if await self._empty(owner):
            self._spare.append(owner)
        else:
            await drop_database(self._server, owner["database"])

    async def _empty(self, owner: dict[str, Any]) -> bool:
        try:
            connection = await asyncpg.connect(**owner)
        except (asyncpg.PostgresError, OSError):
            return False
        try:
            await connection.execute(DISCONNECT_OTHERS)
            schema, filled = await _state(connection)
            if schema != self._schema:
                return False
            if filled - self._seeded:
                await connection.execute(EMPTY.format(", ".join(filled - self._seeded)))
            return True
        except asyncpg.PostgresError:
            return False
        finally:
            await connection.close(timeout=5)


async def _state(connection: Any) -> tuple[str, set[str]]:
    """A fingerprint of the schema, and the names of the tables that are not empty."""
    found = await connection.fetchrow(STATE)
    return found["schema"], set(found["filled"])


async def clone_template(server: EmbeddedPostgres, name: str) -> dict[str, Any]:
    """A new migrated database; returns asyncpg arguments of its owner."""
    await _execute_as_owner(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    return {**server.connection, "database": name}


async def drop_database(server: EmbeddedPostgres, name: str) -> None:
    """Drop a database, closing its connections."""
    await _execute_as_owner(server, f"DROP DATABASE {name} WITH (FORCE)")


async def make_business(slug: str, name: str = "") -> Scope:
    """A business and the scope of an admin in it."""
    async with system():
        business = Business(slug=slug, name=name or slug)
        await Business.insert(business)
        person = await add_person(business.id, f"admin@{slug}.example", "Ada Admin", "admin")
    return Scope(business.id, Actor("staff", person["id"], "Ada Admin"), Role.admin)


async def add_person(business_id: UUID, email: str, name: str, role: str) -> dict[str, Any]:
    """Insert a member of staff who has no password to sign in with; their business_id and id."""
    row: dict[Column, Any] = {
        Staff.business_id: business_id,
        Staff.email: email,
        Staff.name: name,
        Staff.role: role,
        Staff.password_hash: "x",
    }
    made = await Staff.insert(Staff(row)).returning(Staff.business_id, Staff.id)
    return dict(made[0])


@pytest.fixture
async def shop(database: dict[str, Any]) -> Scope:
    """An empty business and an admin's scope in it."""
    return await make_business("shop", "The Shop")


# Default values of a score's columns in tests.
SCORE: dict[str, Any] = {
    "identity_strength": 50.0,
    "coverage": 1.0,
    "change_7d": None,
    "change_30d": None,
    "recent_high": 50.0,
}


SCORE_COLUMNS = (
    *SCORE,
    *("band", "lifecycle", "orders", "last_order_at", "usual_gap_days", "habitual"),
    *("value_year", "value_at_risk"),
)


async def keep_score(unit: Unit, customer_id: UUID, score: dict[str, Any]) -> None:
    """Write a current score with the given values, without scoring."""
    if "band" not in score:
        score = {**score, "band": band_of(score["identity_strength"])}
    places = ", ".join(f"${n}" for n in range(3, len(score) + 3))
    await unit.execute(
        f"INSERT INTO customer_scores (business_id, customer_id, {', '.join(score)}, scored_on, "
        f"scored_at, scorecard_id) VALUES ($1, $2, {places}, current_date, now(), uuidv7())",
        unit.business_id,
        customer_id,
        *score.values(),
    )


MakeCustomer = Callable[..., Awaitable[UUID]]


@pytest.fixture
def make_customer(database: dict[str, Any]) -> MakeCustomer:
    """`await make_customer(scope, external_id="c1", name="…", …)` returns the new id."""

    async def make(scope: Scope, external_id: str = "c1", **columns: Any) -> UUID:
        columns = {"name": f"Customer {external_id}", **columns}
        score = {name: columns.pop(name) for name in SCORE_COLUMNS if name in columns}
        names = ", ".join(["business_id", "external_id", *columns])
        places = ", ".join(f"${n}" for n in range(1, len(columns) + 3))
        async with tenant(scope) as unit:
            found: UUID = await unit.fetchval(
                f"INSERT INTO customers ({names}) VALUES ({places}) RETURNING id",
                scope.business_id,
                external_id,
                *columns.values(),
            )
            if score:
                await keep_score(unit, found, {**SCORE, **score})
        return found

    return make


async def _execute_as_owner(server: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(**server.connection)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
