"""The API as clients use it: over ASGI for REST, over a real server for sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from pulse import workflows
from pulse.auth.api_keys import create_api_key
from pulse.auth.customer_tokens import sign_for
from pulse.auth.scope import Scope
from pulse.auth.signing_keys import rotate_secret
from pulse.live.hub import HUB
from pulse.server import MOST_SOCKET_BYTES
from pulse.tasks import spawn
from widget_api import limits
from widget_api.app import build
from widget_api.middleware import Edge
from widget_api.sockets import sessions as seats
from widget_api.sockets.server_protocol import SlimWebSocketProtocol

SignedToken = Callable[..., Awaitable[str]]


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Every test begins with full buckets."""
    for named in vars(limits).values():
        limiter = getattr(named, "local", named)  # of a SharedLimiter
        if isinstance(limiter, limits.Limiter):
            limiter._buckets.clear()


@pytest.fixture
async def api(shop: Scope) -> Edge:
    """The API on the real database, with one business that has a secret."""
    await rotate_secret(shop)
    return build()


@pytest.fixture
async def client(api: Edge) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the API in this process."""
    transport = httpx.ASGITransport(app=api, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://pulse.test") as made:
        yield made


@pytest.fixture
def token(api: Edge) -> SignedToken:
    """`await token("c1")`: the headers of that customer of the shop."""

    async def sign(external_id: str = "c1", slug: str = "shop") -> str:
        return await sign_for(slug, external_id)

    return sign


@pytest.fixture
async def key(shop: Scope) -> str:
    """An API key of the shop with all scopes."""
    return await create_api_key(shop, "tests", ["read", "write", "ingest"])


def bearer(credential: str) -> dict[str, str]:
    """Return the header with a token or a key."""
    return {"Authorization": f"Bearer {credential}"}


class QuietServer(uvicorn.Server):
    """A server inside the test's loop that ignores signals and reports when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then report it."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Any:
        """Leave signals to pytest."""
        yield


@asynccontextmanager
async def listening(api: Edge) -> AsyncIterator[str]:
    """`host:port` of the API on a real uvicorn, until the block ends."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        api,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws=SlimWebSocketProtocol,
        ws_max_size=MOST_SOCKET_BYTES,
        timeout_graceful_shutdown=20,
    )
    server = QuietServer(config)
    serving = spawn(server.serve([bound]), name="test-server")
    async with asyncio.timeout(60):
        await server.listening.wait()
    try:
        yield "{}:{}".format(*bound.getsockname())
    finally:
        server.should_exit = True
        await serving
    assert not seats._taken, "a seat was not given back"
    assert not HUB.listeners, "a subscription was left behind"


@pytest.fixture
async def address(api: Edge) -> AsyncIterator[str]:
    """`host:port` of the API on a real uvicorn."""
    async with listening(api) as found:
        yield found


@pytest.fixture
async def scored(ordering_shop: Scope) -> Scope:
    """Ten customers, c0 … c9, with scores."""
    await workflows.rescore(ordering_shop)
    return ordering_shop
