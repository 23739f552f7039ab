"""How large the body of a request to the dashboard may be, refused before it is written to disk."""

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from pulse.imports.uploads import MOST_BYTES

UPLOADS = "/_nicegui/client/"
SOCKET = "/_nicegui_ws/"
FORM_BYTES = 64 << 10  # a form of sign-in has some hundred
POLL_BYTES = 1 << 20  # socket.io without a WebSocket


class BodyTooLarge(Exception):
    """The body is longer than its path allows."""


def largest_body(path: str) -> int:
    """Bytes a body sent to this path may have."""
    if path.startswith(UPLOADS):
        return MOST_BYTES + (1 << 20)
    return POLL_BYTES if path.startswith(SOCKET) else FORM_BYTES


def limited_body(scope: Scope, receive: Receive, *, largest: int) -> Receive:
    """`receive` that raises BodyTooLarge at once for a declared length, else when it is reached."""
    declared = Headers(scope=scope).get("content-length", "0")
    received = 0

    async def receiving() -> Message:
        nonlocal received
        if declared.isdigit() and int(declared[:20]) > largest:
            raise BodyTooLarge
        message = await receive()
        received += len(message.get("body", b""))
        if received > largest:
            raise BodyTooLarge
        return message

    return receiving
