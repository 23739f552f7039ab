"""uvicorn's WebSocket protocol with less memory for each connection.

Many thousand widgets are connected and idle most of the time. uvicorn gives each connection an
asyncio.Queue and an Event, which hold five deques of 0.6 kB, and keeps the headers of the request
and of the response until the connection ends.
"""

import asyncio
from collections import deque
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class Inbox:
    """The part of asyncio.Queue that the protocol uses, without a deque while it is empty."""

    __slots__ = ("_events", "_readers")

    def __init__(self) -> None:
        self._events: deque[Any] | None = None
        self._readers: list[asyncio.Future[None]] = []

    def put_nowait(self, event: Any) -> None:
        """Append an event and wake the tasks that wait for one."""
        if self._events is None:
            self._events = deque()
        self._events.append(event)
        for reader in self._readers:
            if not reader.done():
                reader.set_result(None)

    def empty(self) -> bool:
        """Whether no event waits."""
        return self._events is None

    async def get(self) -> Any:
        """Wait for an event, remove the oldest one and return it."""
        while self._events is None:
            reader = asyncio.get_running_loop().create_future()
            self._readers.append(reader)
            try:
                await reader
            finally:
                self._readers.remove(reader)
        event = self._events.popleft()
        if not self._events:
            self._events = None
        return event


class Writable:
    """The part of asyncio.Event that the protocol uses, with an Event only while it is cleared."""

    __slots__ = ("_blocked",)

    def __init__(self) -> None:
        self._blocked: asyncio.Event | None = None

    def clear(self) -> None:
        """Make senders wait, because the transport's buffer is full."""
        if self._blocked is None:
            self._blocked = asyncio.Event()

    def set(self) -> None:
        """Let all waiting senders continue."""
        if self._blocked is not None:
            self._blocked.set()
            self._blocked = None

    async def wait(self) -> bool:
        """Return when senders may continue."""
        return self._blocked is None or await self._blocked.wait()


class SlimWebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, with less memory for an idle connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = Writable()  # type: ignore[assignment]

    async def send(self, message: Any) -> None:
        """Send a message of the application; after the accept, drop the handshake's headers."""
        await super().send(message)
        if message["type"] == "websocket.accept" and self.handshake_complete:
            # The parser's generator refers to the request until the end, so it is emptied.
            self.request.headers.clear()
            self.response.headers.clear()
