"""Only the person who opened a page may send events for it.

NiceGUI accepts events from any socket that names a client_id and a tab_id, and both appear in URLs.
Here every message is checked against the session of its socket. Log messages of the browser are
dropped.
"""

import inspect
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from nicegui import core
from socketio import exceptions  # type: ignore[import-untyped]

from pulse import logs
from pulse.auth.sign_in.staff_sessions import StaffSession
from ui.auth.tabs import owns_page

_MESSAGES = ("handshake", "event", "javascript_response", "ack")
_MARK = "pulse_guarded"


def apply() -> None:
    """Guard NiceGUI's socket handlers. Idempotent."""
    handlers = core.sio.handlers["/"]
    if getattr(handlers["connect"], _MARK, False):
        return
    handlers["connect"] = _guarded_connect(handlers["connect"])
    for name in _MESSAGES:
        handlers[name] = _guarded(handlers[name])
    handlers["log"] = _dropped


def _guarded_connect(inner: Callable[..., Any]) -> Callable[..., Any]:
    async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        asked = parse_qs(environ.get("QUERY_STRING", "")).get("client_id", [None])[0]
        if not owns_page(_session_of(environ), asked):
            raise exceptions.ConnectionRefusedError("This page is not yours: load it again.")
        await inner(sid, environ, auth)

    setattr(connect, _MARK, True)
    return connect


def _guarded(inner: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(inner):

        async def passing(sid: str, message: Any) -> Any:
            return await inner(sid, message) if _is_allowed(sid, message) else False

        return passing

    def passing_at_once(sid: str, message: Any) -> Any:
        return inner(sid, message) if _is_allowed(sid, message) else None

    return passing_at_once


def _is_allowed(sid: str, message: Any) -> bool:
    client_id = message.get("client_id") if isinstance(message, dict) else None
    allowed = owns_page(_session_of(core.sio.get_environ(sid) or {}), client_id)
    if not allowed:
        logs.event("socket_message_refused", level="debug")
    return allowed


def _session_of(environ: dict[str, Any]) -> StaffSession | None:
    found = environ.get("asgi.scope", {}).get("state", {}).get("session")
    return found if isinstance(found, StaffSession) else None


def _dropped(sid: str, message: Any) -> None:
    """Drop log messages sent by a browser."""
