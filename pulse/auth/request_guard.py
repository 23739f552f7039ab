"""Checks that run on every request and socket before anything else. Pure ASGI.

Unknown hosts, zero characters and invalid text in an address are refused here. A connection whose
request is answered before its body has arrived is closed.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from pulse.settings import Settings

# Orchestrators call health checks by IP address.
ALWAYS_ALLOWED = ("/health/live", "/health/ready")
MOST_UNREAD_BYTES = 64 << 10  # reading so few remaining bytes costs less than a new connection
CLOSE = (b"connection", b"close")

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def refusal_of(scope: Any, chosen: Settings) -> tuple[int, str, str] | None:
    """(status, error code, message) for a request to refuse, or None."""
    if _is_broken(scope.get("raw_path") or b"") or _is_broken(scope.get("query_string") or b""):
        return 400, "INVALID_INPUT", "The address holds a zero character or broken text."
    if chosen.allowed_hosts and scope["path"] not in ALWAYS_ALLOWED:
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        if _name_of(host.decode("latin-1")) not in _allowed_hosts(chosen):
            return 400, "HOST_UNKNOWN", "This server does not answer under that name."
    return None


def security_headers(chosen: Settings) -> list[tuple[bytes, bytes]]:
    """Security headers of every response; HSTS when the public address uses HTTPS."""
    if not chosen.public_url.startswith("https://"):
        return []
    return [(b"strict-transport-security", b"max-age=31536000")]


def close_if_unread(scope: Any, receive: Receive, send: Send) -> tuple[Receive, Send]:
    """`receive` and `send` that close the connection if the answer is sent before the body's end.

    uvicorn keeps such a connection open and reads and discards the rest of the body, however long
    it is: an endless body would keep the server busy after its refusal.

    A body with a Content-Length of at most MOST_UNREAD_BYTES is not watched; a chunked body has no
    length, so it is watched.
    """
    if not _is_long(scope["headers"]):
        return receive, send
    ended = False

    async def receiving() -> Any:
        nonlocal ended
        message = await receive()
        ended = ended or not message.get("more_body", False)
        return message

    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start" and not ended:
            kept = [pair for pair in message.get("headers", ()) if pair[0].lower() != CLOSE[0]]
            message = {**message, "headers": [*kept, CLOSE]}
        await send(message)

    return receiving, sending


def _is_broken(raw: bytes) -> bool:
    if b"%" not in raw:
        return b"\x00" in raw
    plain = unquote_to_bytes(raw)
    if b"\x00" in plain:
        return True
    try:
        plain.decode()
    except UnicodeDecodeError:
        return True
    return False


def _is_long(headers: Any) -> bool:
    for name, value in headers:
        if name == b"transfer-encoding":
            return True
        if name == b"content-length":
            return not value.isdigit() or int(value[:20]) > MOST_UNREAD_BYTES
    return False


def _allowed_hosts(chosen: Settings) -> set[str]:
    named = {name.strip().lower() for name in chosen.allowed_hosts.split(",") if name.strip()}
    return named | {(urlsplit(chosen.public_url).hostname or "").lower()}


def _name_of(host: str) -> str:
    return (urlsplit(f"//{host}").hostname or "").lower()
