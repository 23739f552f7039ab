"""The guard before NiceGUI: no page is built, and no socket opened, without a signed-in person.

Pure ASGI. It finds the session of the cookie, refuses sockets of foreign origins (socket.io itself
accepts any), renews the cookie, and sets the security headers. Sign-in, sign-out and static files
are let through; everything else of this face needs a session.
"""

from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit
from uuid import UUID
from weakref import WeakSet

import msgspec
from nicegui import Client, ui
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulse.auth.sign_in.staff_sessions import (
    COOKIE,
    LIFETIME,
    StaffSession,
    renew,
    roles_of_open,
    session_of,
)
from pulse.errors import NotSignedIn
from pulse.settings import current

SIGN_IN = "/sign-in"
OPEN_PATHS = (SIGN_IN, "/sign-out", "/favicon.ico")
OPEN_FOLDERS = ("/assets/", "/_nicegui/")
SOCKET = "/_nicegui_ws/"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Vue compiles templates in the browser: without these two NiceGUI draws nothing
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """ASGI middleware around the dashboard."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through who is signed in; others go to sign-in (pages) or are refused (sockets)."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._request(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        allowed = same_origin(headers) and await session_of(_cookie(headers))
        if allowed:
            await self.app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 4401})

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        guarded = _with_headers(send)
        path = str(scope["path"])
        if path in OPEN_PATHS or path.startswith(OPEN_FOLDERS):
            await self._serve(scope, receive, guarded)
            return
        cookie = _cookie(headers)
        session = await session_of(cookie)
        if session is None or (path.startswith(SOCKET) and not same_origin(headers)):
            await _refusal(scope, path)(scope, receive, guarded)
            return
        scope.setdefault("state", {})["session"] = session
        if (
            session.wants_renewal
            and cookie
            and _is_page(headers)
            and (fresh := await renew(cookie))
        ):
            guarded = _with_headers(send, cookie=fresh)
            renewed = await session_of(fresh) or session
            scope["state"]["session"] = renewed
            _follow(session, renewed)
        await self._serve(scope, receive, guarded)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app; a browser that leaves in the middle is no failure of ours."""
        left = False

        async def listening() -> Message:
            nonlocal left
            message = await receive()
            left = left or message["type"] == "http.disconnect"
            return message

        try:
            await self.app(scope, listening, send)
        except RuntimeError:
            if not left:  # NiceGUI's BaseHTTPMiddleware says "No response returned" then
                raise


def same_origin(headers: Headers) -> bool:
    """True when the page that asks is our own: browsers always send Origin with a socket."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    host = urlsplit(origin).netloc
    return host in (headers.get("host", ""), urlsplit(current().public_url).netloc)


def of_request(request: Request) -> StaffSession:
    """Who is signed in; raises NotSignedIn where the guard has not been."""
    found = getattr(request.state, "session", None)
    if not isinstance(found, StaffSession):
        raise NotSignedIn("Sign in first.")
    return found


def set_cookie(response: Response, value: str) -> None:
    """Give the browser its session: not for scripts, not for other sites' requests."""
    response.set_cookie(
        COOKIE,
        value,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=current().public_url.startswith("https://"),
        path="/",
    )


_tabs: dict[UUID, WeakSet[Client]] = {}
_KEPT = "pl-session"


def keep_tab(session: StaffSession) -> None:
    """Remember whose tab this is, so that it closes when the session ends; the shell calls it."""
    client = ui.context.client
    client.storage[_KEPT] = session
    _tabs.setdefault(session.id, WeakSet()).add(client)
    client.on_delete(lambda: _forget(client))


def of_tab() -> StaffSession:
    """Who is signed in in this tab, as far as known without asking the database."""
    found = ui.context.client.storage.get(_KEPT)
    if not isinstance(found, StaffSession):
        raise NotSignedIn("Sign in first.")
    return found


async def verified() -> StaffSession:
    """Who is signed in in this tab, with the role they have now.

    Asked before each view and before each change: a role taken away counts at once. Closes the
    tab and raises NotSignedIn when the session has ended.
    """
    session = of_tab()
    roles = await roles_of_open([session])
    if session.id not in roles:
        close_tabs(session.id)
        raise NotSignedIn("You have been signed out.")
    return msgspec.structs.replace(session, role=roles[session.id])


def close_tabs(session_id: UUID) -> None:
    """Every open tab of this session loads again, and the guard sends it to sign-in."""
    for client in list(_tabs.pop(session_id, ())):
        if not client.is_deleted:
            client.run_javascript("window.location.reload()")


async def close_ended_tabs() -> None:
    """Close the tabs of sessions that ended elsewhere; a timer of the app calls it."""
    if _tabs:
        sessions = [client.storage[_KEPT] for tabs in _tabs.values() for client in list(tabs)[:1]]
        still = await roles_of_open(sessions)
        for session_id in [known for known in _tabs if known not in still]:
            close_tabs(session_id)


def _follow(old: StaffSession, renewed: StaffSession) -> None:
    """The open tabs of a renewed session belong to the new one."""
    for client in _tabs.pop(old.id, ()):
        client.storage[_KEPT] = renewed
        _tabs.setdefault(renewed.id, WeakSet()).add(client)


def _forget(client: Client) -> None:
    session = client.storage.get(_KEPT)
    if isinstance(session, StaffSession) and (tabs := _tabs.get(session.id)) is not None:
        tabs.discard(client)
        if not tabs:
            _tabs.pop(session.id, None)


def _refusal(scope: Scope, path: str) -> Response:
    if scope["method"] != "GET" or path.startswith(SOCKET):
        return PlainTextResponse("Sign in first.", status_code=401)
    query = scope.get("query_string", b"").decode("latin-1")
    wanted = quote(path + (f"?{query}" if query else ""), safe="/")
    return RedirectResponse(SIGN_IN + (f"?next={wanted}" if wanted != "/" else ""), status_code=303)


def _with_headers(send: Send, cookie: str = "") -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if cookie:
                carrier = Response()
                set_cookie(carrier, cookie)
                headers.append("set-cookie", carrier.headers["set-cookie"])
        await send(message)

    return sending


def _cookie(headers: Headers) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return found.value if found else None


def _is_page(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "")
