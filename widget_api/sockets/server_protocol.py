"""uvicorn's WebSocket protocol with less memory for each connection, and an end for stuck ones.

Many thousand widgets are connected and idle most of the time. uvicorn gives each connection an
asyncio.Queue and an Event, which hold five deques of 0.6 kB, and keeps the headers of the request
and of the response until the connection ends.

A client that reads nothing would keep its connection for ever: a transport with data in its buffer
does not close. Here such a connection is aborted after a while. Pings of a client that does not
read the pongs, and messages of endless fragments, cannot fill the memory.
"""

import asyncio
from collections import deque
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

STUCK_SECONDS = 30.0  # seconds without a byte leaving a full buffer, or until a close has left it
GRACE_SECONDS = 5.0  # seconds for the buffer of a client that has not answered our ping
MOST_FRAGMENTS = 1024  # of one message; empty ones do not count for its size


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

    def is_set(self) -> bool:
        """Whether senders may continue."""
        return self._blocked is None

    async def wait(self) -> bool:
        """Return when senders may continue."""
        return self._blocked is None or await self._blocked.wait()


class SlimWebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, with less memory for an idle connection and limits for a stuck one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = Writable()  # type: ignore[assignment]
        self._deadline: asyncio.TimerHandle | None = None

    async def send(self, message: Any) -> None:
        """Send a message of the application; after the accept, drop the handshake's headers."""
        kind = message["type"]
        try:
            await super().send(message)
        except asyncio.CancelledError:
            # The application stopped waiting for the buffer: nothing else would end the connection.
            if kind in {"websocket.accept", "websocket.close"}:
                self.transport.abort()
            raise
        if kind == "websocket.accept" and self.handshake_complete:
            # The parser's generator refers to the request until the end, so it is emptied.
            self.request.headers.clear()
            self.response.headers.clear()

    async def receive(self) -> Any:
        """The next event; a client that does not read is not read from either."""
        event = await super().receive()
        if not self.writable.is_set():
            self.transport.pause_reading()
        return event

    async def run_asgi(self) -> None:
        """Run the application; after it the connection ends even if the client reads nothing."""
        await super().run_asgi()
        if not self.disconnected:
            self._abort_in(STUCK_SECONDS)

    def pause_writing(self) -> None:
        """The buffer is full: senders wait, and some of it has to leave in time."""
        super().pause_writing()
        if self._deadline is None:
            self._expect_progress()

    def resume_writing(self) -> None:
        """The buffer is empty again: senders and reading continue, unless we are closing."""
        super().resume_writing()
        if not (self.close_sent or self.transport.is_closing()):
            self._drop_deadline()
        if not (self.read_paused or self.transport.is_closing()):
            self.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake whoever waits, and drop the deadline."""
        super().connection_lost(exc)
        self._drop_deadline()

    def keepalive_timeout(self) -> None:
        """Close; uvicorn alone would wait until the client has read the whole buffer."""
        super().keepalive_timeout()
        if self.transport.is_closing():
            self._abort_in(GRACE_SECONDS)

    def handle_ping(self) -> None:
        """Answer; when the answers fill the buffer, read no further pings until it is empty.

        Reading pauses here and not in pause_writing, so that the pongs of a slow client are read.
        """
        super().handle_ping()
        if self.transport.get_write_buffer_size() > self.transport.get_write_buffer_limits()[1]:
            # If it was full before the upgrade, the transport has told the HTTP protocol only.
            self.pause_writing()
            self.transport.pause_reading()

    def handle_cont(self, event: Frame) -> None:
        """Add a fragment to its message, or fail with 1009."""
        if self.close_sent or self.transport.is_closing():
            return
        if len(self.frames) < MOST_FRAGMENTS:
            super().handle_cont(event)
            return
        self.frames = []
        self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
        self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        """Close with the parser's code; before the accept there is no such code, only an end."""
        if self.conn.close_sent is None:
            self.transport.abort()
        else:
            super().handle_parser_exception()

    def _expect_progress(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._deadline = self.loop.call_later(STUCK_SECONDS, self._check_progress, left)

    def _check_progress(self, before: int) -> None:
        if self.transport.get_write_buffer_size() < before:
            self._expect_progress()
        else:
            self.transport.abort()

    def _abort_in(self, seconds: float) -> None:
        self._drop_deadline()
        self._deadline = self.loop.call_later(seconds, self.transport.abort)

    def _drop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
