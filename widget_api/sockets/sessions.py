"""Shared by both sockets: accepting with close codes, and limits of open connections."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from pulse.errors import TooMany
from pulse.live.subscription import Subscription
from pulse.tasks import spawn
from widget_api import metrics
from widget_api.sockets.connection import (
    GONE,
    SERVICE_RESTART,
    AnySocket,
    Closing,
    Line,
    closing_of,
)

RECHECK_SECONDS = 60.0  # seconds a socket may stay open after its credential was revoked

_taken: Counter[Hashable] = Counter()


@asynccontextmanager
async def accepted_socket(socket: AnySocket, kind: str) -> AsyncIterator[Line]:
    """An accepted socket; at the end of the block it is closed with the matching code."""
    line = Line(socket, kind)
    open_now = metrics.sockets.labels(kind)
    open_now.inc()
    try:
        await line.accept()
        yield line
    except GONE:
        pass
    except Exception as error:
        end = closing_of(error)
        await line.close(end.code, end.reason)
    finally:
        open_now.dec()


@contextmanager
def connection_slot(place: Hashable, most: int) -> Iterator[None]:
    """Occupy one of at most `most` connections of this customer or business; raises TooMany."""
    if _taken[place] >= most:
        raise TooMany("Too many open connections.", retry_after=30)
    _taken[place] += 1
    try:
        yield
    finally:
        _taken[place] -= 1
        if not _taken[place]:
            del _taken[place]


@asynccontextmanager
async def sending_messages(
    line: Line,
    heard: Subscription,
    tell: Callable[[Subscription], Awaitable[None]],
) -> AsyncIterator[None]:
    """Send messages in a task while the block runs; when the task ends, close the socket."""

    async def write() -> None:
        try:
            await tell(heard)
            raise Closing(SERVICE_RESTART, "RESTART")
        except GONE:
            await line.close(1001, "GONE")
        except Exception as error:
            end = closing_of(error)
            await line.close(end.code, end.reason)

    writer = spawn(write(), name=f"socket-{line.kind}")
    try:
        yield
    finally:
        writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer
