"""Checks of every request and socket before anything else handles it. Pure ASGI.

Hosts that are not ours, zero characters and broken text in an address are refused once, here.
"""

from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from pulse.settings import Settings

ALWAYS_ALLOWED = ("/health/live", "/health/ready")  # an orchestrator asks by address


def refusal_of(scope: Any, chosen: Settings) -> tuple[int, str, str] | None:
    """(status, error code, sentence) of a request that is refused, or None."""
    if _is_broken(scope.get("raw_path") or b"") or _is_broken(scope.get("query_string") or b""):
        return 400, "INVALID_INPUT", "The address holds a zero character or broken text."
    if chosen.allowed_hosts and scope["path"] not in ALWAYS_ALLOWED:
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        if _name_of(host.decode("latin-1")) not in _allowed(chosen):
            return 400, "HOST_UNKNOWN", "This server does not answer under that name."
    return None


def security_headers(chosen: Settings) -> list[tuple[bytes, bytes]]:
    """Headers of every answer: browsers stay with HTTPS once the public address has it."""
    if not chosen.public_url.startswith("https://"):
        return []
    return [(b"strict-transport-security", b"max-age=31536000")]


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


def _allowed(chosen: Settings) -> set[str]:
    named = {name.strip().lower() for name in chosen.allowed_hosts.split(",") if name.strip()}
    return named | {(urlsplit(chosen.public_url).hostname or "").lower()}


def _name_of(host: str) -> str:
    return (urlsplit(f"//{host}").hostname or "").lower()
