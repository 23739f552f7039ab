"""Hints over PostgreSQL's LISTEN and NOTIFY, on a separate connection.

Never inside a transaction that writes: commits with a NOTIFY wait for each other on a global lock.
"""

import asyncio
from typing import Any

import asyncpg

from pulse.live.transports import CHANNEL
from pulse.live.transports.notify_sql import notify
from pulse.live.transports.reconnecting import Supervised

CONNECT_SECONDS = 10
COMMAND_SECONDS = 10


class PostgresTransport(Supervised):
    """One LISTEN connection outside the pool, also used for sending."""

    name = "postgres"
    failures = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncio.TimeoutError)

    def __init__(self, database: dict[str, Any]) -> None:
        super().__init__()
        self._database = database
        self._connection: Any = None
        self._ended = False

    async def _connect(self) -> None:
        self._ended = False
        self._connection = await asyncpg.connect(
            **self._database, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS
        )
        self._connection.add_termination_listener(self._terminated)
        await self._connection.add_listener(CHANNEL, self._heard)

    async def _send(self, batch: list[bytes]) -> None:
        await notify(self._connection, CHANNEL, [hint.decode() for hint in batch])

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.remove_termination_listener(self._terminated)
            connection.terminate()

    def _check(self) -> None:
        if self._ended:
            raise ConnectionError("the LISTEN connection ended")

    def _heard(self, _connection: Any, _pid: int, _channel: str, hint: str) -> None:
        self._receive(hint)

    def _terminated(self, _connection: Any) -> None:
        self._ended = True
        self._wake.set()
