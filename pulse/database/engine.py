"""The Piccolo engine and its pool: no connection at import, a transaction that cannot leak.

Two roles share the work. The *owner* migrates and owns the tables. The application connects as
`pulse_app`, which owns nothing, bypasses nothing and may not even read a tenant table before it
has entered a unit of work (`tenancy`).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import asyncpg
import msgspec
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from pulse.settings import Settings

APP_ROLE = "pulse_app"
POOL_MIN, POOL_MAX = 2, 20
COMMAND_SECONDS = 60


class SafeTransaction(PostgresTransaction):
    """Gives its connection back also when COMMIT or ROLLBACK raises; Piccolo's own does not."""

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Commit or roll back, and always release; never swallows the error."""
        if self._parent:
            return False
        try:
            if exception_type:
                if not self._rolled_back:
                    await self.rollback()  # type: ignore[no-untyped-call]  # Piccolo
            elif not (self._committed or self._rolled_back):
                await self.commit()  # type: ignore[no-untyped-call]  # Piccolo
        finally:
            self.engine.current_transaction.reset(self.context)
            await asyncio.shield(self._give_back())
        return False

    async def _give_back(self) -> None:
        if self.engine.pool:
            await self.engine.pool.release(self.connection)
        else:
            await self.connection.close()


class Engine(PostgresEngine):
    """A PostgresEngine that learns where its server is at start, not at import."""

    def __init__(self) -> None:
        super().__init__(config={})

    async def check_version(self) -> None:
        """Nothing: the embedded server does not exist yet when modules are imported."""

    async def prep_database(self) -> None:
        """Nothing: migrations do this."""

    def transaction(self, allow_nested: bool = True) -> SafeTransaction:
        """A transaction that always gives its connection back."""
        return SafeTransaction(engine=self, allow_nested=allow_nested)


DB = Engine()
os.environ.setdefault("PICCOLO_CONF", "pulse.database.piccolo_conf")  # how tables find DB


@asynccontextmanager
async def pool(connection: dict[str, Any]) -> AsyncIterator[None]:
    """Open the application's pool on `connection` (asyncpg arguments) for the time inside."""
    DB.config = connection
    await DB.start_connection_pool(
        min_size=POOL_MIN,
        max_size=POOL_MAX,
        command_timeout=COMMAND_SECONDS,
        init=prepare,
        reset=_as_it_is,
    )
    try:
        yield
    finally:
        opened, DB.pool = DB.pool, None
        if opened:
            await _close(opened)


async def _close(opened: Any) -> None:
    try:
        async with asyncio.timeout(10):
            await opened.close()
    except TimeoutError:
        opened.terminate()


async def _as_it_is(_: Any) -> None:
    """No RESET ALL when a connection comes back: everything we set is local to a transaction,
    SafeTransaction ends those, and the extra round trip would cost as much as a small query."""


async def prepare(connection: Any) -> None:
    """Teach a connection that jsonb is Python objects (a str is taken as ready JSON text)."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_json_text, decoder=msgspec.json.decode
    )


def _json_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def owner_connection(settings: Settings, embedded: dict[str, Any] | None) -> dict[str, Any]:
    """Where migrations connect: the embedded superuser, or the owner's URL."""
    if embedded:
        return dict(embedded)
    return {"dsn": settings.database_owner_url or settings.database_url}


def app_connection(settings: Settings, embedded: dict[str, Any] | None) -> dict[str, Any]:
    """Where the application connects, always acting as `pulse_app`.

    The embedded server knows that role as a user. For DATABASE_URL the session takes the role at
    its start, so that a privileged URL does not make the application privileged.
    """
    if embedded:
        return {**embedded, "user": APP_ROLE}
    return {"dsn": settings.database_url, "server_settings": {"role": APP_ROLE}}


def data_folder(settings: Settings) -> Path:
    """Where the embedded PostgreSQL keeps its files."""
    return settings.data_dir / "postgres"


def rows(records: Sequence[Any]) -> list[dict[str, Any]]:
    """asyncpg records as dictionaries."""
    return [dict(record) for record in records]


Connection = asyncpg.Connection
