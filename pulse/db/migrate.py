"""Create roles and run migrations at start, one process at a time; refuse an unsuitable server.

Waits for the server, and refuses it with one sentence when it does not answer, is too old or lacks
rights.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stdout
from importlib.resources import files
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from pulse import logs
from pulse.db.backup import EMPTIED
from pulse.db.engine import DB
from pulse.errors import Invalid, Unavailable
from pulse.settings import Settings

OLDEST = 18  # the major version
PAUSE = 1.0
SCHEMES = ("postgres", "postgresql")
_NOT_THERE = (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError)
LOCK = 7_306_911  # an arbitrary number for the advisory lock of migrations
BASELINE = "2026-11-28T15:02:40:212726"  # the first migration; a database without it is older
OLD_LAYOUT = (
    "This database has the layout of an earlier, unreleased Pulse and cannot be converted: start "
    "once with `pulse demo --fresh`, which empties the embedded database, or choose an empty "
    "PULSE_DATA_DIR or DATABASE_URL."
)


async def migrate(
    owner: dict[str, Any], *, empty_old_layout: bool = False, wait: float = 5.0
) -> None:
    """Migrate the database at `owner` (asyncpg arguments) to the newest schema; idempotent.

    A database older than the baseline is emptied if `empty_old_layout`, else refused. Raises
    Unavailable when it is refused, when a migration fails (which is then rolled back), and when
    there is no suitable server within `wait` seconds.
    """
    async with _migration_lock(owner, wait) as connection:
        await _make_roles(connection)
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


async def check_migrated(owner: dict[str, Any], *, wait: float = 5.0) -> bool:
    """Whether the database has every migration; False for one that has none yet.

    Raises Unavailable when some are missing: commands do not migrate while servers may still run
    the older code.
    """
    connection = await connected(owner, wait=wait)
    try:
        done = await _applied_migrations(connection)
    finally:
        await connection.close()
    if missing := sorted(known_migrations() - done):
        if not done or BASELINE not in done:
            return False
        raise Unavailable(
            f"The database waits for {len(missing)} migrations (the first is {missing[0]}): run "
            "`pulse migrate`, or start `pulse serve`.",
            code="NOT_MIGRATED",
        )
    return True


def known_migrations() -> set[str]:
    """The ids of this Pulse's migrations, read from their files."""
    folder = files("piccolo_migrations") / "versions"
    texts = (one.read_text("utf-8") for one in folder.iterdir() if one.name.startswith("pulse_"))
    return {found[1] for text in texts if (found := _ID.search(text))}


_ID = re.compile(r'^ID = "([^"]+)"', re.MULTILINE)


async def _applied_migrations(connection: Any) -> set[str]:
    if not await connection.fetchval("SELECT to_regclass('public.migration') IS NOT NULL"):
        return set()
    rows = await connection.fetch("SELECT name FROM migration WHERE app_name = 'pulse'")
    return {row["name"] for row in rows}


FACTS = """
SELECT current_setting('server_version') AS version,
  current_setting('max_connections')::int AS connections_most,
  (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
  pg_database_size(current_database()) AS bytes,
  extract(epoch FROM clock_timestamp())::float8 AS clock,
  (SELECT count(*) FROM pgqueuer WHERE status = 'failed') AS jobs_held,
  (SELECT coalesce(extract(epoch FROM now() - min(execute_after)), 0)::float8 FROM pgqueuer
   WHERE status = 'queued') AS oldest_job,
  (SELECT coalesce(array_agg(c.relname::text ORDER BY c.relname), '{}') FROM pg_class c
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
     AND NOT c.relispartition
     AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'business_id')
     AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
     AND c.relname <> 'directory_entries') AS unprotected
"""


async def facts(owner: dict[str, Any], *, wait: float = 5.0) -> dict[str, Any]:
    """The facts that `pulse doctor` checks; the database must be migrated."""
    connection = await connected(owner, wait=wait)
    try:
        return dict(await connection.fetchrow(FACTS))
    finally:
        await connection.close()


async def _make_roles(connection: Any) -> None:
    try:
        await connection.execute(_roles())
    except asyncpg.InsufficientPrivilegeError as wrong:
        user = await connection.fetchval("SELECT current_user")
        raise Unavailable(
            f"The user {user} may not create Pulse's roles ({wrong}). Let an administrator run "
            f"piccolo_migrations/sql/roles.sql once, then GRANT pulse_app TO {user} WITH ADMIN "
            "TRUE, INHERIT FALSE, SET TRUE.",
            code="DATABASE_RIGHTS",
        ) from wrong


def _roles() -> str:
    folder = files("piccolo_migrations")
    return folder.joinpath("sql", "roles.sql").read_text(encoding="utf-8")


async def _has_old_layout(connection: Any) -> bool:
    done = await _applied_migrations(connection)
    return bool(done) and BASELINE not in done


@asynccontextmanager
async def _migration_lock(owner: dict[str, Any], wait: float) -> AsyncIterator[Any]:
    connection = await connected(owner, wait=wait)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        yield connection
    finally:
        await connection.close()


def check_urls(settings: Settings) -> None:
    """Raise Invalid when a database URL is not a PostgreSQL URL."""
    for name, url in (
        ("DATABASE_URL", settings.database_url),
        ("DATABASE_OWNER_URL", settings.database_owner_url),
        ("READ_DATABASE_URL", settings.read_database_url),
    ):
        scheme = urlsplit(url).scheme
        if url and scheme not in SCHEMES:
            said = f"begins with {scheme}://" if scheme else "has no scheme"
            raise Invalid(
                f"{name} {said}; Pulse needs PostgreSQL: postgresql://user:password@host/database.",
                code="DATABASE_URL_WRONG",
            )


async def connected(owner: dict[str, Any], *, wait: float) -> Any:
    """A connection to a suitable server, waiting up to `wait` seconds.

    Raises Unavailable, with one sentence for the operator, when nothing answers, the password or
    the database is wrong, or the server is too old.
    """
    connection = await _wait_for_server(owner, wait)
    version = connection.get_server_version()
    if version.major < OLDEST:
        await connection.close()
        raise Unavailable(
            f"This is PostgreSQL {version.major}.{version.minor}; Pulse needs {OLDEST} or newer. "
            "Upgrade it, or leave DATABASE_URL empty to use the embedded one.",
            code="DATABASE_TOO_OLD",
        )
    return connection


async def _wait_for_server(owner: dict[str, Any], wait: float) -> Any:
    end, told = time.monotonic() + wait, False
    while True:
        try:
            return await asyncpg.connect(**owner, timeout=max(5.0, wait))
        except _NOT_THERE as away:
            if time.monotonic() >= end:
                raise Unavailable(
                    f"No PostgreSQL answers at {_place(owner)} ({_reason(away)}): is it running, "
                    "and does a firewall let Pulse through?",
                    code="DATABASE_AWAY",
                ) from away
            if not told:
                logs.event("database_awaited", level="warning", place=_place(owner))
                told = True
            await asyncio.sleep(PAUSE)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as wrong:
            raise Unavailable(
                f"PostgreSQL at {_place(owner)} refuses the connection: {_reason(wrong)}. Check "
                "user, password and database in DATABASE_URL and DATABASE_OWNER_URL.",
                code="DATABASE_REFUSES",
            ) from wrong


def _place(owner: dict[str, Any]) -> str:
    """Host and port, without user and password."""
    dsn = owner.get("dsn")
    if not dsn:
        return str(owner.get("host", "localhost"))
    found = urlsplit(dsn)
    try:
        return f"{found.hostname or 'localhost'}:{found.port or 5432}"
    except ValueError:
        return "the address in DATABASE_URL"


def _reason(error: BaseException) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__
