"""Roles and migrations at start, one starter at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stdout
from io import StringIO
from typing import Any

import asyncpg

from pulse import logs
from pulse.database.engine import DB
from pulse.errors import Unavailable

LOCK = 7_306_911  # an arbitrary number that means "Pulse migrates"
ROLES = """
DO $body$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['pulse_tenant', 'pulse_system'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', name);
    END IF;
  END LOOP;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pulse_app') THEN
    CREATE ROLE pulse_app LOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT;
  END IF;
  GRANT pulse_tenant, pulse_system TO pulse_app WITH INHERIT FALSE, SET TRUE;
  IF NOT pg_has_role(current_user, 'pulse_app', 'SET') THEN
    EXECUTE format('GRANT pulse_app TO %I WITH INHERIT FALSE, SET TRUE', current_user);
  END IF;
END $body$
"""


async def migrate(owner: dict[str, Any]) -> None:
    """Bring the database at `owner` (asyncpg arguments) to the newest schema; safe to repeat.

    Raises Unavailable when a migration fails; what it had done is rolled back.
    """
    async with _alone(owner) as connection:
        await connection.execute(ROLES)
        from piccolo.apps.migrations.commands.forwards import run_forwards

        DB.config = owner
        with redirect_stdout(StringIO()) as said:
            result = await run_forwards("pulse")
        if not result.success:
            raise Unavailable(f"a migration failed: {result.message}\n{said.getvalue()}")
        logs.event("database_migrated")


@asynccontextmanager
async def _alone(owner: dict[str, Any]) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(**owner, timeout=30)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        yield connection
    finally:
        await connection.close()
