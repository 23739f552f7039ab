"""One WebSocket: accept, authenticate in one of three ways, send with a time-out, close.

The credential is in the subprotocols (`pulse.v1`, `pulse.token.<credential>`), in the first message
`{"type": "authenticate", "payload": {"token": …}}`, or in `?token=`. The socket is accepted before
it is closed, because browsers expose the code of a close but not of a refused handshake.
"""

import asyncio
from itertools import count
from typing import Any

import msgspec
from litestar.connection import WebSocket
from litestar.exceptions import WebSocketDisconnect

from pulse.db.transient import is_transient
from pulse.errors import NotAllowed, NotSignedIn, PulseError, TooMany, Unavailable
from pulse.live.messages import encode
from pulse.live.subscription import SlowConsumer
from widget_api import metrics
from widget_api.errors import problem_of
from widget_api.sockets.admission import PLACE

SUBPROTOCOL = "pulse.v1"
TOKEN_MARK = "pulse.token."  # noqa: S105 - the mark in front of a credential, not one
AUTHENTICATE_SECONDS = 5.0
SEND_SECONDS = 10.0  # seconds; a client that reads nothing for this long is treated as gone
LONGEST_MESSAGE = 16_384  # characters; a shared note has 280

SERVICE_RESTART, TRY_AGAIN_LATER, INTERNAL = 1012, 1013, 1011
UNAUTHENTICATED, NOT_ALLOWED, NO_AUTH_IN_TIME, TOO_MANY = 4401, 4403, 4408, 4429
GONE = (WebSocketDisconnect, ConnectionError, OSError)  # an expired time limit is an OSError

AnySocket = WebSocket[Any, Any, Any]


class Closing(Exception):
    """Raised to close the socket with a code and a short reason (an error code)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Incoming(msgspec.Struct, frozen=True):
    """A message from the client."""

    type: str
    payload: dict[str, Any] = {}


class Line:
    """A WebSocket with timeouts and close codes; `kind` is its label in the metrics."""

    __slots__ = ("_open", "kind", "number", "socket")

    def __init__(self, socket: AnySocket, kind: str) -> None:
        self.socket = socket
        self.kind = kind
        self.number = next(_numbers)
        self._open = False

    async def accept(self) -> None:
        """Accept the handshake, with our subprotocol if it was offered; raises one of GONE."""
        offered = self.socket.scope["subprotocols"]
        async with asyncio.timeout(SEND_SECONDS):
            await self.socket.accept(subprotocols=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        self._open = True

    def forget_handshake(self) -> None:
        """Drop the headers of the handshake; they take some kilobytes while the socket is open."""
        self.socket.scope["headers"], self.socket.scope["subprotocols"] = [], []

    def admitted(self) -> None:
        """Let the next handshake in; does nothing without a queue of handshakes."""
        place = self.socket.scope.get("state", {}).get(PLACE)
        if place is not None:
            place.leave()

    def presented(self) -> str | None:
        """The credential in the handshake, or None."""
        for offer in self.socket.scope["subprotocols"]:
            if offer.startswith(TOKEN_MARK):
                return offer.removeprefix(TOKEN_MARK)
        given = self.socket.query_params.get("token")
        return str(given) if given else None

    async def authenticate(self) -> str:
        """The credential of the first message; raises Closing 4408 when none arrives in time."""
        try:
            async with asyncio.timeout(AUTHENTICATE_SECONDS):
                said = await self.receive()
        except TimeoutError:
            raise Closing(NO_AUTH_IN_TIME, "NO_AUTH_IN_TIME") from None
        token = said.payload.get("token") if said.type == "authenticate" else None
        if not isinstance(token, str):
            raise Closing(UNAUTHENTICATED, "UNAUTHENTICATED")
        return token

    async def receive(self) -> Incoming:
        """The next message; an unreadable one has the type "". Raises one of GONE."""
        event: Any = await self.socket.receive()
        if event["type"] == "websocket.disconnect":
            self._open = False
            raise _gone()
        text = event.get("text")
        if not isinstance(text, str) or len(text) > LONGEST_MESSAGE:
            return UNREADABLE
        try:
            return _decoder.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return UNREADABLE

    async def send(self, kind: str, payload: Any) -> None:
        """Send `{"type", "payload"}`."""
        await self.send_raw(encode({"type": kind, "payload": payload}))

    async def send_raw(self, content: bytes) -> None:
        """Send JSON text; raises one of GONE when the client is gone or does not read."""
        if not self._open:
            raise _gone()
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self.socket.send_data(content.decode())
        except TimeoutError:
            await self.close(TRY_AGAIN_LATER, "SLOW_CONSUMER")
            raise ConnectionError("the consumer takes nothing") from None

    async def close(self, code: int, reason: str) -> None:
        """Close the socket; does nothing when it is already closed."""
        if not self._open:
            return
        self._open = False
        metrics.closings.labels(self.kind, str(code)).inc()
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self.socket.close(code, reason)
        except (*GONE, RuntimeError):  # the server noticed the end first, or nothing is read
            return


def _gone() -> WebSocketDisconnect:
    return WebSocketDisconnect(detail="gone")


def closing_of(error: Exception) -> Closing:
    """The close code for an error."""
    if isinstance(error, Closing):
        return error
    for kind, code in _CODES.items():
        if isinstance(error, kind):
            reason = error.code if isinstance(error, PulseError) else "TRY_AGAIN_LATER"
            return Closing(code, reason)
    code = TRY_AGAIN_LATER if is_transient(error) else INTERNAL
    return Closing(code, problem_of(error).error_code)


def is_database_error(error: Exception) -> bool:
    """Whether the error only means that the database is busy or unavailable.

    Then an open socket stays open: thousands closed at once would reconnect at once, to a database
    that is busy.
    """
    return isinstance(error, Unavailable) or is_transient(error)


_CODES: dict[Any, int] = {
    NotSignedIn: UNAUTHENTICATED,
    NotAllowed: NOT_ALLOWED,
    TooMany: TOO_MANY,
    SlowConsumer: TRY_AGAIN_LATER,
    Unavailable: TRY_AGAIN_LATER,
}

UNREADABLE = Incoming("")
_numbers = count()
_decoder = msgspec.json.Decoder(Incoming)
