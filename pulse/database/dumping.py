"""Backups by PostgreSQL's own pg_dump, which ships with the embedded server."""

import asyncio
from pathlib import Path

from pulse.database.embedded import EmbeddedPostgres, binaries
from pulse.database.engine import data_folder
from pulse.errors import Unavailable
from pulse.settings import Settings


async def dump(settings: Settings, file: Path) -> None:
    """Write the whole database into `file` (custom format), or leave no file at all.

    The database must be running. Raises Unavailable with pg_dump's own words when it fails, e.g.
    when the owner of a server of one's own may not pass row-level security (BYPASSRLS).
    """
    unfinished = file.with_name(file.name + ".unfinished")
    words = ["--format=custom", f"--file={unfinished}", f"--dbname={_connection(settings)}"]
    process = await asyncio.create_subprocess_exec(
        str(binaries() / "pg_dump"), *words, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    if process.returncode:
        unfinished.unlink(missing_ok=True)
        raise Unavailable(f"The backup failed: {said.decode(errors='replace').strip()}")
    unfinished.replace(file)


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
