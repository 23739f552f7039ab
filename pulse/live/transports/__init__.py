"""How hints travel between processes: not at all, over PostgreSQL, or over Redis or Valkey."""

from collections.abc import Callable
from typing import Any, Protocol

from pulse.settings import Settings

Receive = Callable[[bytes | str], None]
Lost = Callable[[], None]

CHANNEL = "pulse_live"


class Transport(Protocol):
    """A broadcast channel between the processes of one Pulse; may lose and repeat, never waits."""

    @property
    def healthy(self) -> bool:
        """True while connected."""
        ...

    async def start(self, receive: Receive, lost: Lost) -> None:
        """Connect and stay connected; `lost` is called after every gap in what was received."""
        ...

    def send(self, hint: bytes) -> None:
        """Queue a text of under 8000 bytes for everybody, this process included."""
        ...

    async def stop(self) -> None:
        """Send what is queued, briefly, and disconnect."""
        ...


class Memory:
    """One process alone: nothing to send, always healthy."""

    healthy = True

    async def start(self, receive: Receive, lost: Lost) -> None:
        """Nothing to connect to."""

    def send(self, hint: bytes) -> None:
        """Nobody else is there."""

    async def stop(self) -> None:
        """Nothing to disconnect from."""


def transport_for(
    settings: Settings, database: dict[str, Any], *, alone: bool = False
) -> Transport:
    """The transport of a deployment: Redis when REDIS_URL is set, else the PostgreSQL there is.

    database: asyncpg's connection arguments. alone: the embedded server with one process on it.
    """
    if settings.redis_url:
        from pulse.live.transports.redis import RedisTransport

        return RedisTransport(settings.redis_url)
    if alone:
        return Memory()
    from pulse.live.transports.postgres import PostgresTransport

    return PostgresTransport(database)
