"""Open the configured database, migrated, and close it: for every entry point."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.engine import (
    SERVING,
    app_connection,
    data_folder,
    owner_connection,
    pool,
)
from pulse.db.migrate import check_migrated, check_urls, migrate
from pulse.db.replica import replica_pool
from pulse.settings import Settings

SERVING_WAIT, COMMAND_WAIT = 120.0, 5.0  # seconds until a missing server is an error


@asynccontextmanager
async def database(
    settings: Settings,
    *,
    fresh: bool = False,
    application: str = "pulse",
    migrates: bool = True,
) -> AsyncIterator[None]:
    """The embedded server (unless DATABASE_URL is set), migrations and the pool, closed in reverse.

    application: the name of the pool's connections; a restore refuses while SERVING is connected,
    and SERVING waits for a server that is still starting.

    migrates: if false, only an empty database is migrated, and one with missing migrations is
    refused (Unavailable).

    fresh: empty an embedded database with the layout before the baseline migration, which is
    refused otherwise.
    """
    async with embedded_server(settings) as embedded:
        emptied = fresh and embedded is not None
        wait = SERVING_WAIT if application == SERVING else COMMAND_WAIT
        owner = owner_connection(settings, embedded)
        if migrates or not await check_migrated(owner, wait=wait):
            await migrate(owner, empty_old_layout=emptied, wait=wait)
        async with (
            pool(app_connection(settings, embedded, application)),
            replica_pool(settings),
        ):
            yield


@asynccontextmanager
async def reached(settings: Settings) -> AsyncIterator[dict[str, Any]]:
    """Connection arguments of the database's owner, while the database runs; migrates nothing."""
    async with embedded_server(settings) as embedded:
        yield owner_connection(settings, embedded)


@asynccontextmanager
async def embedded_server(settings: Settings) -> AsyncIterator[dict[str, Any] | None]:
    """The embedded server's connection while it runs; None with DATABASE_URL."""
    check_urls(settings)
    server = None if settings.database_url else EmbeddedPostgres(data_folder(settings))
    if server:
        await asyncio.to_thread(server.start)
    try:
        yield server.connection if server else None
    finally:
        if server:
            await asyncio.shield(asyncio.to_thread(server.stop))
