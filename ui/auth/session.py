"""The guard before NiceGUI: no page is built and no socket opened without a session.

Pure ASGI. It finds the session of the cookie, refuses sockets from other origins (socket.io accepts
any), renews the cookie and sets the security headers. Sign-in, sign-out and static files need no
session; everything else of the dashboard does.
"""

import math
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

import nicegui
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulse.auth.rate_limit import Limiter
from pulse.auth.sign_in.session_list import is_confirmed
from pulse.auth.sign_in.staff_sessions import (
    COOKIE,
    LIFETIME,
    StaffSession,
    renew,
    session_of,
)
from pulse.errors import NotSignedIn, TooMany
from pulse.settings import current
from ui.auth.body_limits import (
    SOCKET,
    UPLOADS,
    BodyTooLarge,
    largest_body,
    limited_body,
)
from ui.auth.tabs import follow, owns_page, pages_of
from ui.texts import LANGUAGE_COOKIE, choose, reading

SIGN_IN = "/sign-in"
OPEN_PATHS = (SIGN_IN, "/sign-out", "/favicon.ico")
NICEGUI = "/_nicegui/"
OPEN_FOLDERS = (
    "/assets/",
    f"{SIGN_IN}/",  # the steps of a sign-in check the cookie themselves
    *(
        f"{NICEGUI}{nicegui.__version__}/{kind}/"
        for kind in ("static", "libraries", "components", "resources", "dynamic_resources", "esm")
    ),
)
MOST_PAGES = 60  # of one person at a time, open or just loaded; each uses about 1 MB
_pages = Limiter(burst=120, per_second=2, what="pages")
_exports = Limiter(burst=20, per_second=1 / 15, what="exports")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Vue compiles templates in the browser: NiceGUI does not work without these two.
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
    "cache-control": "no-store",  # personal data; static files override this
}


class Guard:
    """ASGI middleware around the dashboard."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass requests with a session; redirect others to sign-in, or refuse their sockets."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._request(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        session = await session_of(_cookie(headers)) if same_origin(headers) else None
        if session:
            scope.setdefault("state", {})["session"] = session  # read by `socket_guard`
            await self.app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 4401})

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        with reading(_language(headers)):
            await self._answer(scope, headers, receive, send)

    async def _answer(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        guarded = _with_headers(send)
        path = str(scope["path"])
        receive = limited_body(scope, receive, largest=largest_body(path))
        if path in OPEN_PATHS or path.startswith(OPEN_FOLDERS):
            await self._serve(scope, receive, guarded)
            return
        if path.startswith(NICEGUI) and not path.startswith(UPLOADS):
            await PlainTextResponse("Not found.", status_code=404)(scope, receive, guarded)
            return
        cookie = _cookie(headers)
        session = await session_of(cookie)
        if session is None or (path.startswith((SOCKET, UPLOADS)) and not same_origin(headers)):
            await _refuse(scope, path)(scope, receive, guarded)
            return
        if refusal := _over_the_limits(session, scope, headers):
            await refusal(scope, receive, guarded)
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
            follow(session, renewed)
        await self._serve(scope, receive, guarded)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app; a client that disconnects during the answer is no error."""
        left = False

        async def listening() -> Message:
            nonlocal left
            message = await receive()
            left = left or message["type"] == "http.disconnect"
            return message

        try:
            await self.app(scope, listening, send)
        except BodyTooLarge:
            answer = PlainTextResponse("That is too large.", 413, {"connection": "close"})
            await answer(scope, receive, send)
        except RuntimeError:
            if not left:  # NiceGUI's BaseHTTPMiddleware raises "No response returned" in that case
                raise


def same_origin(headers: Headers) -> bool:
    """Return whether the request comes from our own page; browsers always send Origin here."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    asking, ours = urlsplit(origin), urlsplit(current().public_url)
    if asking.scheme != "https" and ours.scheme == "https":
        return False
    return asking.netloc in (headers.get("host", ""), ours.netloc)


def of_request(request: Request) -> StaffSession:
    """Return the session of a request; raises NotSignedIn where the guard did not run."""
    found = getattr(request.state, "session", None)
    if not isinstance(found, StaffSession):
        raise NotSignedIn("Sign in first.")
    return found


def set_cookie(response: Response, value: str) -> None:
    """Set the session cookie: not readable by scripts, not sent by requests from other sites."""
    keep(response, COOKIE, value, int(LIFETIME.total_seconds()))


def keep(response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie that scripts cannot read and other sites' requests do not carry."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=current().public_url.startswith("https://"),
        path="/",
    )


def _over_the_limits(session: StaffSession, scope: Scope, headers: Headers) -> Response | None:
    """Return a refusal of a foreign or excessive request, or None."""
    path = str(scope["path"])
    if path.startswith(UPLOADS):
        client_id = path.removeprefix(UPLOADS).partition("/")[0]
        return None if owns_page(session, client_id) else _plain_text("Not found.", 404)
    if path.startswith("/export/") and not is_confirmed(session):
        return RedirectResponse(f"/confirm?next={_address_of(scope)}", status_code=303)
    try:
        if path.startswith("/export/"):
            _exports.take(session.staff_id)
        elif scope["method"] == "GET" and _is_page(headers):
            _pages.take(session.staff_id)
            if pages_of(session) >= MOST_PAGES:
                return _plain_text(
                    f"You have {MOST_PAGES} pages of Pulse open: close some.", 429, "30"
                )
    except TooMany as refused:
        return _plain_text(refused.message, 429, str(math.ceil(refused.retry_after)))
    return None


def _plain_text(words: str, status: int, retry_after: str = "") -> Response:
    headers = {"retry-after": retry_after} if retry_after else {}
    return PlainTextResponse(words, status_code=status, headers=headers)


def _refuse(scope: Scope, path: str) -> Response:
    if scope["method"] != "GET" or path.startswith(SOCKET):
        return PlainTextResponse("Sign in first.", status_code=401)
    wanted = _address_of(scope)
    return RedirectResponse(SIGN_IN + (f"?next={wanted}" if wanted != "/" else ""), status_code=303)


def _address_of(scope: Scope) -> str:
    """Return path and query, quoted, for the parameter `next`."""
    query = scope.get("query_string", b"").decode("latin-1")
    return quote(str(scope["path"]) + (f"?{query}" if query else ""), safe="/")


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
    return _cookie_of(headers, COOKIE)


def _cookie_of(headers: Headers, name: str) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return found.value if found else None


def _language(headers: Headers) -> str:
    """Return the language of the plain pages: chosen in this browser, or the browser's own."""
    chosen = _cookie_of(headers, LANGUAGE_COOKIE)
    return choose(chosen, accepted=headers.get("accept-language", ""))


def _is_page(headers: Headers) -> bool:
    return "text/html" in headers.get("accept", "")
