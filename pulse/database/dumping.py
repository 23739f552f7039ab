"""Backups by PostgreSQL's own pg_dump and pg_restore, which ship with the embedded server."""

import asyncio
from pathlib import Path

from pulse.database.embedded import EmbeddedPostgres, binaries
from pulse.database.engine import data_folder
from pulse.errors import Invalid, Unavailable
from pulse.settings import Settings


async def dump(settings: Settings, file: Path) -> None:
    """Write the whole database into `file` (custom format), or leave no file at all.

    The database must be running. Raises Unavailable with pg_dump's own words when it fails, e.g.
    when the owner of a server of one's own may not pass row-level security (BYPASSRLS).
    """
    unfinished = file.with_name(file.name + ".unfinished")
    words = ["--format=custom", f"--file={unfinished}", f"--dbname={_connection(settings)}"]
    failed = await _run("pg_dump", words)
    if failed:
        unfinished.unlink(missing_ok=True)
        raise Unavailable(f"The backup failed: {failed}")
    unfinished.replace(file)


async def restore(settings: Settings, file: Path) -> None:
    """Put a backup in the place of everything there is, in one transaction: all of it or nothing.

    The database must be running and migrated (its roles are not part of a backup), and nobody else
    may use it meanwhile. A backup of an older Pulse is migrated when the database is opened next.
    Raises Invalid for a file that is no backup, Unavailable with pg_restore's words when it fails.
    """
    with file.open("rb") as opened:
        if opened.read(5) != b"PGDMP":
            raise Invalid("This file is not a backup made by `pulse backup`.", code="NOT_A_BACKUP")
    failed = await _run(
        "pg_restore",
        [
            "--clean",
            "--if-exists",
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={_connection(settings)}",
            str(file),
        ],
    )
    if failed:
        raise Unavailable(f"Nothing was restored: {failed}")


async def _run(program: str, words: list[str]) -> str:
    """Run one of PostgreSQL's programs; its complaint, or an empty text."""
    process = await asyncio.create_subprocess_exec(
        str(binaries() / program), *words, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    return said.decode(errors="replace").strip() if process.returncode else ""


def _connection(settings: Settings) -> str:
    """Where the owner of the tables connects, as libpq reads it."""
    if settings.database_url:
        return settings.database_owner_url or settings.database_url
    return _embedded(EmbeddedPostgres(data_folder(settings)))


def _embedded(server: EmbeddedPostgres) -> str:
    return " ".join(
        f"{'dbname' if key == 'database' else key}='{value}'"
        for key, value in server.connection.items()
    )
