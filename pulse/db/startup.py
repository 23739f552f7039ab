"""From settings to an open, migrated database, and back: what every entry point begins with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.engine import SERVING, app_connection, data_folder, owner_connection, pool
from pulse.db.migrate import check_urls, migrate
from pulse.settings import Settings

SERVING_WAIT, COMMAND_WAIT = 120.0, 5.0  # seconds until a missing server is an error


@asynccontextmanager
async def database(
    settings: Settings, *, fresh: bool = False, application: str = "pulse"
) -> AsyncIterator[None]:
    """The embedded server (unless DATABASE_URL is set), migrations, the pool; undone in reverse.

    application is the name of the pool's connections; a restore refuses while SERVING is there, and
    SERVING waits for a server that is still starting.

    `fresh` empties an embedded database of the layout before the baseline migration, which is
    refused otherwise.
    """
    check_urls(settings)
    server = None if settings.database_url else EmbeddedPostgres(data_folder(settings))
    if server:
        await asyncio.to_thread(server.start)
    try:
        embedded = server.connection if server else None
        emptied = fresh and server is not None
        wait = SERVING_WAIT if application == SERVING else COMMAND_WAIT
        await migrate(owner_connection(settings, embedded), empty_old_layout=emptied, wait=wait)
        async with pool(app_connection(settings, embedded, application)):
            yield
    finally:
        if server:
            await asyncio.shield(asyncio.to_thread(server.stop))
