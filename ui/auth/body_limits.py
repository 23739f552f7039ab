"""Limits for request bodies of the dashboard, checked before a body is written to disk."""

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from pulse.imports.uploads import MOST_BYTES

UPLOADS = "/_nicegui/client/"
SOCKET = "/_nicegui_ws/"
FORM_BYTES = 64 << 10  # a sign-in form has a few hundred bytes
POLL_BYTES = 1 << 20  # socket.io without a WebSocket


class BodyTooLarge(Exception):
    """The body is longer than allowed for its path."""


def largest_body(path: str) -> int:
    """Return the maximum number of bytes of a body for this path."""
    if path.startswith(UPLOADS):
        return MOST_BYTES + (1 << 20)
    return POLL_BYTES if path.startswith(SOCKET) else FORM_BYTES


def limited_body(scope: Scope, receive: Receive, *, largest: int) -> Receive:
    """Wrap `receive`: raise BodyTooLarge for a declared length at once, else when it is reached."""
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
