"""Upgrading while another process serves: migrations only add, running statements work.

The code of an earlier release is not available here. It requires of a newer schema that every
table, column and function exists unchanged, and that its inserts need not fill a new column. A
process that serves must not notice that another one migrates.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import asyncpg
import pytest
from piccolo.apps.migrations.commands.forwards import run_forwards

from pulse.auth.scope import Scope
from pulse.auth.ttl_cache import forget_everything
from pulse.contexts import sharing
from pulse.contexts.widget_state import widget_state
from pulse.customers import repository
from pulse.customers.arrivals_sql import make_customers
from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.engine import DB, app_connection, pool
from pulse.db.migrate import known_migrations, migrate
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import system, tenant
from pulse.scoring import queries, scorecard_store
from pulse.settings import Settings
from pulse.tables.customer import CustomerScore
from pulse.tables.scorecard import Scorecard
from pulse.tasks import spawn

pytestmark = pytest.mark.slow

NEWEST = 8  # migrations that the previous release does not have
COLUMNS = """
SELECT c.relname::text AS part, a.attname::text AS name,
  format_type(a.atttypid, a.atttypmod) AS kind,
  a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attgenerated = '' AS required
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
  AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
"""
FUNCTIONS = """
SELECT p.proname::text AS name, pg_get_function_arguments(p.oid) AS takes,
  pg_get_function_result(p.oid) AS gives
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
"""


@pytest.fixture(scope="module")
def name() -> str:
    return "rolling_upgrade"


@pytest.fixture
async def before(postgres: EmbeddedPostgres, name: str) -> AsyncIterator[dict[str, Any]]:
    """A database with the schema of the previous release."""
    admin = await asyncpg.connect(**postgres.connection)
    await admin.execute(f"CREATE DATABASE {name}")
    owner = {**postgres.connection, "database": name}
    configured, DB.config = DB.config, owner
    with redirect_stdout(StringIO()):
        done = await run_forwards("pulse", migration_id=sorted(known_migrations())[-NEWEST - 1])
    assert done.success, done.message
    DB.config = configured
    yield owner
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def schema(owner: dict[str, Any]) -> tuple[dict[tuple[str, str], Any], set[Any]]:
    connection = await asyncpg.connect(**owner)
    columns = {(row["part"], row["name"]): row for row in await connection.fetch(COLUMNS)}
    functions = {tuple(row) for row in await connection.fetch(FUNCTIONS)}
    await connection.close()
    return columns, functions


async def test_the_newest_migrations_only_add(before: dict[str, Any]) -> None:
    known, called = await schema(before)
    await migrate(before)
    present, callable_now = await schema(before)
    assert called <= callable_now
    for place, column in known.items():
        assert place in present, f"{place} is gone: the release before reads it"
        assert present[place]["kind"] == column["kind"], place
        assert column["required"] or not present[place]["required"], f"{place} became required"
    tables = {table for table, _ in known}
    added = {place: column for place, column in present.items() if place not in known}
    for (table, column), about in added.items():
        fills_itself = table not in tables or not about["required"]
        assert fills_itself, f"{table}.{column}: inserts of the release before do not fill it"


@pytest.fixture
def scorecards_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read scorecards without the column of the newest migrations (the business has none)."""
    read = Scorecard.select(Scorecard.id, Scorecard.version).where(
        Scorecard.business_id == Param("business_id"), Scorecard.status == "published"
    )
    monkeypatch.setattr(scorecard_store, "_EACH_PUBLISHED", prepared(read))


@pytest.fixture
def scores_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read current scores without the column of the newest migrations (nobody is scored)."""
    known = [getattr(CustomerScore, name) for name in queries._SCORED if name != "habitual"]
    read = CustomerScore.select(
        CustomerScore.customer_id.as_alias("who"), *known, CustomerScore.scored_on
    ).where(
        CustomerScore.business_id == Param("business_id"),
        any_of(CustomerScore.customer_id, Param("ids")),
    )
    monkeypatch.setattr(queries, "_SCORES", prepared(read))


async def test_a_serving_process_is_not_affected_by_a_migration(
    before: dict[str, Any],
    chosen_settings: Settings,
    scorecards_as_before: None,
    scores_as_before: None,
) -> None:
    """Today's code serves for the release before; only scorecards and scores are read as it did."""
    forget_everything()
    migrated, kept = asyncio.Event(), 0

    async def serve(scope: Scope, customer: str) -> int:
        """Write and read continuously; returns how many writes succeeded after the migration."""
        done = after = 0
        while after < 3:
            async with tenant(scope) as unit:
                known = await repository.id_of(unit, customer)
                await sharing.share(unit, known, "own_words", f"{customer} {done}", None)
            assert (await widget_state(scope, customer)).contexts[0].note == f"{customer} {done}"
            done += 1
            after += migrated.is_set()
        return done

    async with pool(app_connection(chosen_settings, before)):
        async with system() as unit:
            business = await unit.fetchval(
                "INSERT INTO businesses (slug, name) VALUES ('roll', 'Roll') RETURNING id"
            )
        scope = Scope.for_pulse(business)
        names = [f"c{number}" for number in range(4)]
        async with tenant(scope) as unit:
            await make_customers(unit, names)  # names its columns, as the release before did
        serving = [spawn(serve(scope, each), name=f"serves {each}") for each in names]
        await asyncio.sleep(0)
        await _migrated_by_another_process(before, chosen_settings)
        migrated.set()
        acknowledged = sum(await asyncio.gather(*serving))
        async with tenant(scope) as unit:
            kept = await unit.fetchval("SELECT count(*) FROM customer_contexts")
    assert kept == acknowledged
    forget_everything()


async def _migrated_by_another_process(owner: dict[str, Any], chosen: Settings) -> None:
    """Run `pulse migrate`, as the first process of the new release does."""
    where = f"postgresql://{owner['user']}@/{owner['database']}?host={owner['host']}"
    environment = {
        **os.environ,
        "DATABASE_URL": where,
        "PULSE_DATA_DIR": str(chosen.data_dir),
        "PULSE_SECRET": chosen.secret,
    }
    command = [sys.executable, "-m", "pulse", "migrate"]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
