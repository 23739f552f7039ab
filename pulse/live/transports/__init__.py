"""Transports of hints between processes: none, PostgreSQL, or Redis or Valkey."""

from collections.abc import Callable
from typing import Any, Protocol

from pulse.settings import Settings

Receive = Callable[[bytes | str], None]
Lost = Callable[[], None]

CHANNEL = "pulse_live"


class Transport(Protocol):
    """A broadcast channel between the processes of one Pulse.

    It may lose and repeat hints, and never blocks.
    """

    @property
    def healthy(self) -> bool:
        """True while connected."""
        ...

    async def start(self, receive: Receive, lost: Lost) -> None:
        """Connect and stay connected; `lost` is called after every gap in what was received."""
        ...

    def send(self, hint: bytes) -> None:
        """Queue a text of less than 8000 bytes for all processes, this one included."""
        ...

    async def stop(self) -> None:
        """Send what is queued, for a short time, and disconnect."""
        ...


class Memory:
    """A single process: nothing to send, always healthy."""

    healthy = True

    async def start(self, receive: Receive, lost: Lost) -> None:
        """Does nothing: there is nothing to connect to."""

    def send(self, hint: bytes) -> None:
        """Does nothing: there is no other process."""

    async def stop(self) -> None:
        """Does nothing: there is nothing to disconnect from."""


def transport_for(
    settings: Settings, database: dict[str, Any], *, alone: bool = False
) -> Transport:
    """The transport of a deployment: Redis when REDIS_URL is set, else PostgreSQL.

    database: asyncpg's connection arguments. alone: an embedded server used by one process only.
    """
    if settings.redis_url:
        from pulse.live.transports.redis import RedisTransport

        return RedisTransport(settings.redis_url)
    if alone:
        return Memory()
    from pulse.live.transports.postgres import PostgresTransport

    return PostgresTransport(database)
