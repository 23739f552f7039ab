"""Backups with PostgreSQL's own pg_dump and pg_restore, which come with the embedded server."""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from pulse.db.embedded.server import EmbeddedPostgres, binaries
from pulse.db.engine import SERVING, data_folder
from pulse.errors import Conflict, Invalid, Unavailable
from pulse.settings import Settings

PRIVATE = 0o600  # only the owner may read a backup: it holds the data of all customers
CHUNK = 1 << 20  # bytes


class Target(NamedTuple):
    """Where libpq connects, and the environment for its programs."""

    connection: str
    environment: dict[str, str]


EMPTIED = """
DO $body$
DECLARE
  home CONSTANT oid := 'public'::regnamespace;
  command text;
BEGIN
  FOREACH command IN ARRAY coalesce((
    SELECT array_agg(said ORDER BY place) FROM (
      SELECT 1 AS place, oid, 'pg_class'::regclass AS kept_in,
        format('DROP %s IF EXISTS public.%I CASCADE', CASE relkind
          WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
          ELSE 'TABLE' END, relname) AS said
      FROM pg_class WHERE relnamespace = home AND relkind IN ('r', 'p', 'v', 'm', 'S')
      UNION ALL
      SELECT 2, oid, 'pg_proc'::regclass, format('DROP ROUTINE IF EXISTS public.%I(%s) CASCADE',
        proname, pg_get_function_identity_arguments(oid))
      FROM pg_proc WHERE pronamespace = home
      UNION ALL
      SELECT 3, oid, 'pg_type'::regclass, format('DROP TYPE IF EXISTS public.%I CASCADE', typname)
      FROM pg_type WHERE typnamespace = home AND typtype IN ('e', 'd')
    ) there
    WHERE NOT EXISTS (  -- an extension's own parts stay with it
      SELECT FROM pg_depend d
      WHERE d.classid = there.kept_in AND d.objid = there.oid AND d.deptype = 'e')
  ), '{}') LOOP
    EXECUTE command;
  END LOOP;
END $body$;
"""


async def dump(settings: Settings, file: Path) -> None:
    """Write the whole database to `file` (custom format); on failure no file remains.

    The database must be running. Raises Unavailable with pg_dump's message when it fails, e.g. when
    the owner on an external server may not bypass row-level security (BYPASSRLS).
    """
    unfinished = file.with_name(file.name + ".unfinished")
    try:
        unfinished.touch(mode=PRIVATE)
    except OSError as wrong:
        raise Invalid(f"The backup cannot be written there: {wrong.strerror}.") from wrong
    failed = await _run_dump(unfinished, target(settings))
    if failed:
        unfinished.unlink(missing_ok=True)
        raise Unavailable(f"The backup failed: {failed}")
    unfinished.replace(file)


async def restore(settings: Settings, file: Path) -> None:
    """Replace the whole database by a backup, in one transaction: all of it or nothing.

    The database must be running and migrated (its roles are not part of a backup), and must not be
    in use. A backup of an older Pulse is migrated when the database is opened next. Raises Invalid
    for a file that is no backup, Conflict while a server or another program is connected,
    Unavailable with pg_restore's message when it fails.
    """
    with file.open("rb") as opened:
        if opened.read(5) != b"PGDMP":
            raise Invalid("This file is not a backup made by `pulse backup`.", code="NOT_A_BACKUP")
    place = target(settings)
    await _check_unused(place)
    failed = await _run_restore(file, place)
    if failed:
        raise Unavailable(f"Nothing was restored: {failed}")


_SERVERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = '{serving}'
"""


async def _check_unused(place: Target) -> None:
    """Raise Conflict while a Pulse server is connected, because its caches would be wrong."""
    process = await asyncio.create_subprocess_exec(
        str(binaries() / "psql"),
        *("--no-psqlrc", "--tuples-only", "--no-align", f"--dbname={place.connection}"),
        f"--command={_SERVERS.format(serving=SERVING)}",
        env=place.environment,
        stdout=PIPE,
        stderr=PIPE,
    )
    said, failed = await process.communicate()
    if process.returncode:
        raise Unavailable(f"Nothing was restored: {failed.decode(errors='replace').strip()}")
    if int(said):
        words = "Pulse is serving from this database. Stop every server first, then restore."
        raise Conflict(words, code="SERVING")


async def _run_restore(file: Path, place: Target) -> str:
    """Empty the database and write the backup into it; returns the error text, or an empty text.

    pg_restore's own --clean drops only what the backup holds; what a newer Pulse has added since
    would remain. So psql first drops everything in the same transaction, which it commits at the
    end of its input. If the backup turns out to be damaged, psql is killed before that.
    """
    source = await asyncio.create_subprocess_exec(
        str(binaries() / "pg_restore"),
        *("--no-owner", "--exit-on-error", "--file=-", str(file)),
        stdout=PIPE,
        stderr=PIPE,
    )
    target = await asyncio.create_subprocess_exec(
        str(binaries() / "psql"),
        *("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"),
        *("--output=/dev/null", f"--dbname={place.connection}"),
        env=place.environment,
        stdin=PIPE,
        stdout=DEVNULL,
        stderr=PIPE,
    )
    assert source.stderr
    assert target.stderr
    read, refused, _ = await asyncio.gather(
        source.stderr.read(), target.stderr.read(), _pipe(source, target)
    )
    failed = await source.wait() or await target.wait()
    return (refused or read).decode(errors="replace").strip() or "it failed" if failed else ""


async def _pipe(source: Process, target: Process) -> None:
    """Pipe the output of one process to another; if the source fails, the reader is killed."""
    assert source.stdout
    assert target.stdin
    try:
        target.stdin.write(EMPTIED.encode())
        while piece := await source.stdout.read(CHUNK):
            target.stdin.write(piece)
            await target.stdin.drain()
        if await source.wait():
            target.kill()
        target.stdin.close()
    except ConnectionError:  # the reader has failed: its error message has the reason
        if source.returncode is None:
            source.kill()


async def _run_dump(file: Path, place: Target) -> str:
    """Let pg_dump write the file; returns its error text, or an empty text."""
    process = await asyncio.create_subprocess_exec(
        str(binaries() / "pg_dump"),
        *("--format=custom", f"--file={file}", f"--dbname={place.connection}"),
        env=place.environment,
        stderr=PIPE,
    )
    _, said = await process.communicate()
    return said.decode(errors="replace").strip() if process.returncode else ""


def target(settings: Settings) -> Target:
    """How to connect as the owner of the tables.

    A password is passed in the environment, because everybody on the machine can read command
    lines.
    """
    url = settings.database_owner_url or settings.database_url
    if not settings.database_url or not url:
        return Target(_embedded(EmbeddedPostgres(data_folder(settings))), dict(os.environ))
    parts = urlsplit(url)
    if parts.password is None:
        return Target(url, dict(os.environ))
    open_to_all = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@", 1))
    return Target(open_to_all.geturl(), {**os.environ, "PGPASSWORD": unquote(parts.password)})


def _embedded(server: EmbeddedPostgres) -> str:
    return " ".join(
        f"{'dbname' if key == 'database' else key}='{value}'"
        for key, value in server.connection.items()
    )
