"""Roles and migrations at start, one starter at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stdout
from importlib.resources import files
from io import StringIO
from typing import Any

import asyncpg

from pulse import logs
from pulse.db.backup import EMPTIED
from pulse.db.engine import DB
from pulse.errors import Unavailable

LOCK = 7_306_911  # an arbitrary number that means "Pulse migrates"
BASELINE = "2026-11-28T15:02:40:212726"  # the first migration; a database without it is older
OLD_LAYOUT = (
    "This database has the layout of an earlier, unreleased Pulse and cannot be converted: start "
    "once with `pulse demo --fresh`, which empties the embedded database, or choose an empty "
    "PULSE_DATA_DIR or DATABASE_URL."
)


async def migrate(owner: dict[str, Any], *, empty_old_layout: bool = False) -> None:
    """Bring the database at `owner` (asyncpg arguments) to the newest schema; safe to repeat.

    A database older than the baseline is emptied if `empty_old_layout`, else refused. Raises
    Unavailable then, and when a migration fails; what it had done is rolled back.
    """
    async with _alone(owner) as connection:
        await connection.execute(_roles())
        if await _has_old_layout(connection):
            if not empty_old_layout:
                raise Unavailable(OLD_LAYOUT, code="OLD_LAYOUT")
            await connection.execute(EMPTIED)
        from piccolo.apps.migrations.commands.forwards import run_forwards

        DB.config = owner
        with redirect_stdout(StringIO()) as said:
            result = await run_forwards("pulse")
        if not result.success:
            raise Unavailable(f"a migration failed: {result.message}\n{said.getvalue()}")
        logs.event("database_migrated")


def _roles() -> str:
    folder = files("piccolo_migrations")
    return folder.joinpath("sql", "roles.sql").read_text(encoding="utf-8")


async def _has_old_layout(connection: Any) -> bool:
    if not await connection.fetchval("SELECT to_regclass('public.migration') IS NOT NULL"):
        return False
    done = await connection.fetch("SELECT name FROM migration WHERE app_name = 'pulse'")
    return bool(done) and BASELINE not in {row["name"] for row in done}


@asynccontextmanager
async def _alone(owner: dict[str, Any]) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(**owner, timeout=30)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        yield connection
    finally:
        await connection.close()
