"""One ASGI application of API, dashboard and widget, with one lifespan.

`Root` sends /api, /v1, /ws, /widget, /health, /metrics and /demo to Litestar and everything else to
NiceGUI. It owns the lifespan: database → hub → Litestar → NiceGUI → jobs, stopped in reverse.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal

import msgspec

from pulse import logs, metrics, settings, tasks
from pulse import manual_cards as manual_cards  # registers its job
from pulse import schedules as schedules  # registers its schedule
from pulse.auth.rate_limit import close_shared_limits
from pulse.auth.request_guard import close_if_unread, refusal_of, security_headers
from pulse.cards.drafting import draft_job  # registers its job
from pulse.db.engine import DB, SERVING
from pulse.db.startup import database
from pulse.errors import PulseError, Unavailable
from pulse.jobs import gc_tuning
from pulse.jobs.worker import Worker
from pulse.learning import learning_job as learning_job  # registers its job
from pulse.learning.churn import backtest_jobs as backtest_jobs  # registers its job
from pulse.learning.churn import jobs as jobs  # registers its job
from pulse.learning.review import review_job as review_job  # registers its job
from pulse.live.hub import HUB
from pulse.live.transports import transport_for
from pulse.metrics import tracing
from pulse.segments import cluster_job as cluster_job  # registers its job
from pulse.settings import Settings

Role = Literal["all", "dashboard", "api", "worker"]
ROLES: tuple[Role, ...] = ("all", "dashboard", "api", "worker")
API_PATHS = ("/api", "/v1", "/ws", "/widget", "/health", "/metrics", "/demo")
STOP_SECONDS = 10
MOST_SOCKET_BYTES = 1 << 20

Receive = Callable[[], Any]
Send = Callable[[Any], Any]
Prepare = Callable[[], Awaitable[object]]


class Root:
    """The root application; `app` is the NiceGUI application (NiceGUI requires that attribute)."""

    def __init__(self, chosen: Settings, role: Role, api: Any, web: Any) -> None:
        self.settings = chosen
        self.role = role
        self.api = api
        self.app = web
        self.ready: asyncio.Event = asyncio.Event()
        self.prepare: Prepare | None = None
        self.refusal: PulseError | None = None

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Dispatch by path prefix; `/apis` is not `/api`."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        if scope["type"] == "http":
            receive, send = close_if_unread(scope, receive, send)
        if refused := refusal_of(scope, self.settings):
            await _refuse(scope, refused, send)
        elif self.app is None or _is_api(scope["path"]):
            await self.api(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        phase = "startup"
        try:
            async with AsyncExitStack() as stack:
                await self._open(stack)
                phase = "shutdown"
                await send({"type": "lifespan.startup.complete"})
                self.ready.set()
                await receive()
        except PulseError as refused:  # a sentence for the operator, raised by `run`
            self.refusal = refused
            await send({"type": f"lifespan.{phase}.failed", "message": ""})
            return
        except BaseException as failed:
            logs.failure(f"{phase}_failed", failed)
            await send({"type": f"lifespan.{phase}.failed", "message": repr(failed)})
            raise
        await send({"type": "lifespan.shutdown.complete"})

    async def _open(self, stack: AsyncExitStack) -> None:
        tracing.start(self.settings.otlp_endpoint, self.role)
        stack.push_async_callback(tracing.stop)
        await stack.enter_async_context(database(self.settings, application=SERVING))
        if self.prepare is not None:
            await self.prepare()
        await stack.enter_async_context(_hub(self.settings))
        stack.push_async_callback(close_shared_limits)
        stack.push_async_callback(tasks.stop_all)
        tasks.spawn(metrics.watch_event_loop(), name="event loop lag")
        await stack.enter_async_context(self.api.lifespan())
        if self.app is not None:
            await stack.enter_async_context(self.app.router.lifespan_context(self.app))
        if self.role in ("all", "worker"):
            await stack.enter_async_context(_jobs())


def build(chosen: Settings, role: Role = "all") -> Root:
    """The application for this role; NiceGUI is only imported when a dashboard is served."""
    settings.choose(chosen)
    from widget_api.app import build as build_api

    web = None
    if role in ("all", "dashboard"):
        from ui.app import build as build_web

        web = build_web()
    return Root(chosen, role, build_api(serves_live=role != "worker"), web)


def run(
    chosen: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    role: Role = "all",
    prepare: Prepare | None = None,
    when_ready: Callable[[str], Any] | None = None,
) -> None:
    """Serve until stopped. Port 0 takes a free one.

    prepare: awaited when the database is open and nothing is served yet. when_ready(url): called
    once requests are served.
    """
    import uvicorn

    from widget_api.sockets.server_protocol import SlimWebSocketProtocol

    logs.configure(chosen.log_format)
    listening = listen(host, port)
    address = f"http://{host}:{listening.getsockname()[1]}"
    root = build(chosen, role)
    root.prepare = prepare
    server = uvicorn.Server(
        uvicorn.Config(
            root,
            lifespan="on",
            access_log=False,
            log_config=None,
            ws=SlimWebSocketProtocol,
            ws_per_message_deflate=False,
            ws_max_size=MOST_SOCKET_BYTES,
            timeout_graceful_shutdown=STOP_SECONDS,
            server_header=False,
            headers=_uvicorn_headers(chosen),
            proxy_headers=True,
            forwarded_allow_ips=chosen.trusted_proxies,
        )
    )

    async def serve() -> None:
        announcing = tasks.spawn(_announce(root, address, when_ready), name="announce")
        try:
            await server.serve(sockets=[listening])
        finally:
            announcing.cancel()
            if root.refusal:
                raise root.refusal

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve())


async def _announce(root: Root, address: str, when_ready: Callable[[str], Any] | None) -> None:
    await root.ready.wait()
    gc_tuning.tune_gc()
    gc_tuning.freeze_gc()
    logs.event("pulse_started", role=root.role, address=address)
    if when_ready is not None:
        await when_ready(address)


def listen(host: str, port: int) -> socket.socket:
    """A socket listening on this address; raises Unavailable when it is in use."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as refused:
        listening.close()
        reason = f"Cannot listen on {host}, port {port}: {refused.strerror}. Try another port."
        raise Unavailable(reason, code="PORT_TAKEN") from refused
    listening.set_inheritable(False)
    return listening


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not on Windows
        return None
    return uvloop.new_event_loop


async def _refuse(scope: Any, refused: tuple[int, str, str], send: Send) -> None:
    status, code, message = refused
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    body = msgspec.json.encode({"error_code": code, "message": message, "details": {}})
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _uvicorn_headers(chosen: Settings) -> list[tuple[str, str]]:
    return [(name.decode(), value.decode()) for name, value in security_headers(chosen)]


def _without_body(send: Send) -> Send:
    """Wrap `send` for a HEAD request: status and headers of GET, without the body."""

    async def head_only(message: Any) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return head_only


def _is_api(path: str) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in API_PATHS)


@asynccontextmanager
async def _hub(chosen: Settings) -> AsyncIterator[None]:
    await HUB.start(transport_for(chosen, DB.config))
    try:
        yield
    finally:
        await HUB.stop()


@asynccontextmanager
async def _jobs() -> AsyncIterator[None]:
    worker = Worker()
    await worker.start()
    try:
        yield
    finally:
        await worker.stop()
        await draft_job.close()
