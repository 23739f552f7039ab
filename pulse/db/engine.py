"""The Piccolo engine and its pool: no connection at import, no leaked connections.

There are two roles. The *owner* migrates and owns the tables. The application connects as
`pulse_app`, which owns nothing, cannot bypass row-level security and cannot read a tenant table
before it has entered a unit of work (`transaction`).
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

from pulse import logs, metrics
from pulse.errors import Unavailable
from pulse.settings import Settings

APP_ROLE = "pulse_app"
POOL_MIN, POOL_MAX = 2, 20
COMMAND_SECONDS = 60
CONNECT_SECONDS = 10
ACQUIRE_SECONDS = 10.0  # seconds to wait for a free connection; then 503
SETTLE_SECONDS = 3.0  # seconds to wait for a rollback or a release; then the connection is closed
RETRY_SECONDS = 2.0

LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""Exceptions of asyncpg on a connection whose server is gone or hangs."""


class SafeTransaction(PostgresTransaction):
    """A transaction that always returns its connection to the pool; Piccolo's own does not.

    Acquire, BEGIN, COMMIT, ROLLBACK and release each survive a cancellation, a time-out and a lost
    server. A connection that cannot be ended cleanly within SETTLE_SECONDS is closed, and the pool
    opens another one.
    """

    isolation: str | None = None
    pool: Any = None
    """The pool of the connection; None before there is one."""

    @property
    def committed(self) -> bool:
        """Whether PostgreSQL has confirmed the commit."""
        return bool(self._committed)

    async def __aenter__(self) -> PostgresTransaction:
        """Acquire and begin; raises Unavailable (DATABASE_BUSY) after ACQUIRE_SECONDS."""
        if self._parent is not None:
            parent: PostgresTransaction = self._parent
            return parent
        self.connection = await self.get_connection()
        self.pool = self.pool or self.engine.pool
        try:
            self.transaction = self.connection.transaction(isolation=self.isolation)
            await self.begin()  # type: ignore[no-untyped-call]  # Piccolo
        except BaseException:
            self.connection.terminate()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def get_connection(self) -> Any:
        """A connection of the pool, or a new one when no pool is open."""
        pool = self.engine.pool
        if pool is None:
            return await self.engine.get_new_connection()
        metrics.pool_waiting.inc()
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                return await pool.acquire()
        except TimeoutError:
            metrics.pool_timeouts.inc()
            raise Unavailable(
                "Pulse is very busy: no database connection became free in time.",
                code="DATABASE_BUSY",
                retry_after=RETRY_SECONDS,
            ) from None
        finally:
            metrics.pool_waiting.dec()

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Commit or roll back, and always release; does not suppress the error."""
        if self._parent:
            return False
        self._leave_context()
        try:
            if exception_type:
                await self._roll_back()
            elif not (self._committed or self._rolled_back):
                await self._commit()
        finally:
            await self._release()
        return False

    def _leave_context(self) -> None:
        try:
            self.engine.current_transaction.reset(self.context)
        except ValueError:  # a generator closed from another task's context
            self.engine.current_transaction.set(None)

    async def _commit(self) -> None:
        """COMMIT, and record how it ended even when the caller is cancelled meanwhile."""
        commit = self.commit()  # type: ignore[no-untyped-call]  # Piccolo
        work = asyncio.get_running_loop().create_task(commit)  # always awaited below
        try:
            await asyncio.shield(work)
        except asyncpg.PostgresError:
            raise
        except BaseException:
            if not work.done():
                await asyncio.wait([work], timeout=SETTLE_SECONDS)
            if not self._committed:
                self.connection.terminate()
            raise

    async def _roll_back(self) -> None:
        if self._rolled_back or self._committed:
            return
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await self.rollback()  # type: ignore[no-untyped-call]  # Piccolo
        except LOST:
            self.connection.terminate()  # the server rolls back when the connection is closed
        except BaseException:
            self.connection.terminate()
            raise

    async def _release(self) -> None:
        try:
            if self.pool:
                await self.pool.release(self.connection, timeout=SETTLE_SECONDS)
            else:
                await self.connection.close(timeout=SETTLE_SECONDS)
        except LOST as failed:
            logs.event("connection_discarded", level="warning", error=type(failed).__name__)


class Engine(PostgresEngine):
    """A PostgresEngine that gets its server's address at start, not at import."""

    def __init__(self) -> None:
        super().__init__(config={})

    async def check_version(self) -> None:
        """Does nothing: the embedded server does not exist yet when modules are imported."""

    async def prep_database(self) -> None:
        """Does nothing: migrations prepare the database."""

    def transaction(self, allow_nested: bool = True) -> SafeTransaction:
        """A transaction that always returns its connection to the pool."""
        return SafeTransaction(engine=self, allow_nested=allow_nested)


DB = Engine()
metrics.pool_connections.labels("most").set(POOL_MAX)
metrics.pool_connections.labels("used").set_function(
    lambda: DB.pool.get_size() - DB.pool.get_idle_size() if DB.pool else 0
)
# the name under which tables find DB
os.environ.setdefault("PICCOLO_CONF", "pulse.db.piccolo_conf")


@asynccontextmanager
async def pool(connection: dict[str, Any]) -> AsyncIterator[None]:
    """Open the application's pool on `connection` (asyncpg arguments) inside the block."""
    DB.config = connection
    await DB.start_connection_pool(
        min_size=POOL_MIN,
        max_size=POOL_MAX,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        init=prepare,
        reset=skip_reset,
    )
    try:
        yield
    finally:
        opened, DB.pool = DB.pool, None
        if opened:
            await close(opened)


async def close(opened: Any) -> None:
    """Close a pool, by force after ten seconds."""
    try:
        async with asyncio.timeout(10):
            await opened.close()
    except TimeoutError:
        opened.terminate()


async def skip_reset(_: Any) -> None:
    """Reset nothing when a connection returns to the pool.

    Every setting is local to a transaction, SafeTransaction ends those, and RESET ALL would take as
    long as a small query.
    """


async def prepare(connection: Any) -> None:
    """Make a connection decode jsonb to Python objects (a str is passed as JSON text)."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=json_text, decoder=msgspec.json.decode
    )


def json_text(value: Any) -> str:
    """JSON text as stored in this database: dates in ISO 8601, NaN as null; a str is unchanged.

    Piccolo's own encoder writes dates and NaN differently: pass it this text where they occur.
    """
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def owner_connection(settings: Settings, embedded: dict[str, Any] | None) -> dict[str, Any]:
    """Connection arguments for migrations: the embedded superuser, or the owner's URL."""
    if embedded:
        return dict(embedded)
    return {"dsn": settings.database_owner_url or settings.database_url}


SERVING = "pulse serve"  # the application_name of a server's connections


def app_connection(
    settings: Settings, embedded: dict[str, Any] | None, application: str = "pulse"
) -> dict[str, Any]:
    """Connection arguments for the application, which always acts as `pulse_app`.

    application: the application_name. The embedded server has that role as a user. With
    DATABASE_URL the session switches to the role at its start, so that a privileged URL gives no
    privileges.
    """
    named = {"application_name": application}
    if embedded:
        return {**embedded, "user": APP_ROLE, "server_settings": named}
    return {"dsn": settings.database_url, "server_settings": {"role": APP_ROLE, **named}}


def data_folder(settings: Settings) -> Path:
    """The folder with the files of the embedded PostgreSQL."""
    return settings.data_dir / "postgres"


def rows(records: Sequence[Any]) -> list[dict[str, Any]]:
    """asyncpg records as dictionaries."""
    return [dict(record) for record in records]


Connection = asyncpg.Connection
