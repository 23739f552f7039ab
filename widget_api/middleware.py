"""Middleware for every request: origins, security headers, the log, the metrics."""

import re
import secrets
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from typing import Any
from urllib.parse import quote, unquote

from litestar import Litestar
from litestar.types import Message, Receive, Send

from pulse import logs
from pulse.auth.businesses import every_allowed_origin
from pulse.metrics import tracing
from widget_api import metrics
from widget_api.auth import SLASH_INSIDE
from widget_api.origins import is_own
from widget_api.sockets import admission

PREFLIGHT_SECONDS = b"7200"  # seconds; the most that Chromium accepts
# A star, because scripts of the host page (tracing, frameworks) add headers to every request. It
# does not include `authorization`, and no cookies are allowed with it.
ALLOWED_HEADERS = b"authorization, content-type, *"
CACHE_CONTROL = b"cache-control"
ALLOW_ORIGIN = b"access-control-allow-origin"
ALLOWED_METHODS = b"GET, POST, PUT, DELETE"
SLASH_INSIDE_RAW = quote(SLASH_INSIDE).encode()
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
SAFE_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


class Edge:
    """The ASGI application of the API: Litestar with the middleware around it."""

    def __init__(self, litestar: Litestar) -> None:
        self.litestar = litestar

    def lifespan(self) -> AbstractAsyncContextManager[None]:
        """Start and stop Litestar; the composition root enters this context."""
        return self.litestar.lifespan()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket" and scope["path"] == admission.PATH:
            await admission.WIDGETS.serve(scope, receive, send, self.litestar)
        else:
            await self.litestar(scope, receive, send)

    async def _http(self, scope: Any, receive: Receive, send: Send) -> None:
        began = perf_counter()
        request_id = _request_id(scope)
        logs.REQUEST.set(request_id.decode())
        _keep_slashes(scope)
        added, preflight = await _origin_headers(scope)
        status = 500

        async def passing(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                rates = scope.get("state", {}).get("rate_headers", ())
                named = (b"x-request-id", request_id)
                message["headers"] = _merge(message["headers"], [*added, *rates, named])
            await send(message)

        try:
            with tracing.span(scope["method"], scope["headers"]) as traced:
                if preflight:
                    await _answer_preflight(passing)
                else:
                    await self.litestar(scope, receive, passing)
                _name_span(traced, scope, status)
        finally:
            _log_request(scope, status, perf_counter() - began)


def _request_id(scope: Any) -> bytes:
    """The request id given by the proxy or the caller, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return bytes(value)
    return secrets.token_hex(16).encode()


def _merge(headers: Any, added: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Add headers to a response, except to one that already allows every origin.

    A browser refuses a response with two Access-Control-Allow-Origin headers.
    """
    given = [(bytes(name), bytes(value)) for name, value in headers]
    names = {name.lower() for name, _ in given}
    if ALLOW_ORIGIN in names:
        added = [pair for pair in added if pair[0] != ALLOW_ORIGIN]
    # responses hold personal data; the widget's files set their own caching
    if CACHE_CONTROL not in names:
        added = [*added, (CACHE_CONTROL, b"no-store")]
    return [*given, *added]


def _keep_slashes(scope: Any) -> None:
    """Protect an encoded slash (%2F) in a customer's id from routing; `auth` decodes it."""
    raw = scope.get("raw_path") or b""
    if b"%2" in raw and b"%2f" in raw.lower():
        kept = raw.replace(b"%2F", SLASH_INSIDE_RAW).replace(b"%2f", SLASH_INSIDE_RAW)
        scope["path"] = unquote(kept.decode("ascii", "replace"))


def _name_span(traced: Any, scope: Any, status: int) -> None:
    """Name the trace span of a request by its route, because the path contains customer ids."""
    route = scope.get("path_template") or "unmatched"
    traced.update_name(f"{scope['method']} {route}")
    traced.set_attribute("http.route", route)
    traced.set_attribute("http.response.status_code", status)
    if caller := scope.get("user"):
        traced.set_attribute("pulse.business_id", str(caller.business.id))


def _log_request(scope: Any, status: int, seconds: float) -> None:
    """Count the request and log it: the route, but no query string, headers or body."""
    route = scope.get("path_template") or "unmatched"
    method = scope["method"]
    metrics.request(method, route, status, seconds)
    read = method in ("GET", "HEAD", "OPTIONS") and status < 400
    caller = scope.get("user")
    of_business = {"business_id": str(caller.business.id)} if caller else {}
    logs.event(
        "request_handled",
        level="error" if status >= 500 else "debug" if read else "info",
        method=method,
        route=route,
        status=status,
        duration_ms=round(seconds * 1000, 2),
        **of_business,
    )


async def _origin_headers(scope: Any) -> tuple[list[tuple[bytes, bytes]], bool]:
    """The headers to add, and whether this is a preflight.

    A preflight names no business, so it is checked against the origins of all businesses; the
    request that follows is checked against its own business's list (`auth`). Cookies are never
    allowed from another origin.
    """
    origin = requested = host = None
    for name, value in scope["headers"]:
        if name == b"origin":
            origin = value
        elif name == b"access-control-request-method":
            requested = value
        elif name == b"host":
            host = value
    if origin is None:
        return SAFE_HEADERS, False
    added = [*SAFE_HEADERS, (b"vary", b"Origin")]
    text, own = origin.decode("latin-1"), (host or b"").decode("latin-1")
    if text in await every_allowed_origin() or is_own(text, own):
        added += [
            (ALLOW_ORIGIN, origin),
            (b"access-control-expose-headers", b"retry-after, etag, x-request-id"),
        ]
    return added, requested is not None and scope["method"] == "OPTIONS"


async def _answer_preflight(send: Send) -> None:
    headers = [
        (b"access-control-allow-methods", ALLOWED_METHODS),
        (b"access-control-allow-headers", ALLOWED_HEADERS),
        (b"access-control-max-age", PREFLIGHT_SECONDS),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
