"""Clients that send without reading: they lose their connection, and nobody else does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import connect

from pulse.auth import customer_tokens
from pulse.auth.scope import Scope
from tests.widget_api.clients import closed_with, widget
from tests.widget_api.conftest import SignedToken
from widget_api.sockets import admission, connection, server_protocol
from widget_api.sockets.admission import Gate
from widget_api.sockets.server_protocol import MOST_FRAGMENTS, SlimWebSocketProtocol

pytestmark = pytest.mark.slow

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
MASK = bytes(4)  # leaves the payload as it is
PINGS = (b"\x89\xfd" + MASK + b"x" * 125) * 500
BEGIN, GO_ON, FINISH = b"\x01\x80" + MASK, b"\x00\x80" + MASK, b"\x80\x80" + MASK
SMALL = 4096  # bytes of the kernel's buffers, so that a flood need not be large
FAR = 3600.0  # seconds; a limit that is not the one under test
SOON = 0.05


class Server:
    """The server's side of the connections of a test."""

    def __init__(self) -> None:
        self.made: asyncio.Queue[SlimWebSocketProtocol] = asyncio.Queue()
        self.is_full = asyncio.Semaphore(0)  # released for each connection whose buffer is full
        self.largest_buffer = 0
        self.is_read_while_full = False


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """Connections with small buffers in the kernel, and what happens to them."""
    seen = Server()
    connect_as_ever = SlimWebSocketProtocol.connection_made
    pause_as_ever = SlimWebSocketProtocol.pause_writing
    answer_as_ever = SlimWebSocketProtocol.handle_ping

    def connection_made(self: SlimWebSocketProtocol, transport: Any) -> None:
        kernel = transport.get_extra_info("socket")
        kernel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
        connect_as_ever(self, transport)
        seen.made.put_nowait(self)

    def pause_writing(self: SlimWebSocketProtocol) -> None:
        if self.writable.is_set():
            seen.is_full.release()
        pause_as_ever(self)

    def handle_ping(self: SlimWebSocketProtocol) -> None:
        answer_as_ever(self)
        size = self.transport.get_write_buffer_size()
        seen.largest_buffer = max(seen.largest_buffer, size)
        if not self.writable.is_set():
            seen.is_read_while_full |= self.transport.is_reading()

    monkeypatch.setattr(SlimWebSocketProtocol, "connection_made", connection_made)
    monkeypatch.setattr(SlimWebSocketProtocol, "pause_writing", pause_writing)
    monkeypatch.setattr(SlimWebSocketProtocol, "handle_ping", handle_ping)
    for module, name in (
        (server_protocol, "STUCK_SECONDS"),
        (server_protocol, "GRACE_SECONDS"),
        (connection, "SEND_SECONDS"),
        (connection, "AUTHENTICATE_SECONDS"),
        (admission, "LONGEST_TURN"),
    ):
        monkeypatch.setattr(module, name, FAR)
    return seen


@asynccontextmanager
async def raw(address: str, path: str, server: Server) -> AsyncIterator[socket.socket]:
    """A connection after its handshake, of which nothing is read."""
    host, port = address.split(":")
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, (host, int(port)))
        await loop.sock_sendall(client, HANDSHAKE.format(path=path, address=address).encode())
        async with asyncio.timeout(60):
            await server.made.get()
        yield client


async def flood(client: socket.socket) -> int:
    """Send pings until the server ends the connection; return how many batches it took."""
    batches = 0
    with pytest.raises(ConnectionError):
        async with asyncio.timeout(120):
            while True:
                await asyncio.get_running_loop().sock_sendall(client, PINGS)
                batches += 1
    return batches


@pytest.mark.parametrize("limit", ["SEND_SECONDS", "STUCK_SECONDS", "LONGEST_TURN"])
async def test_floods_of_pings_do_not_keep_a_widget_out(
    address: str,
    scored: Scope,
    token: SignedToken,
    server: Server,
    limit: str,
    monkeypatch: pytest.MonkeyPatch,
):
    """Any of the three limits alone gives the turns back."""
    gate = Gate(at_once=2)
    monkeypatch.setattr(admission, "WIDGETS", gate)
    module = {"SEND_SECONDS": connection, "STUCK_SECONDS": server_protocol}.get(limit, admission)
    monkeypatch.setattr(module, limit, SOON)
    are_full = asyncio.Event()
    verify = customer_tokens.verify

    async def late(credential: str) -> Any:
        if credential == "x":
            await are_full.wait()  # so that the refusal cannot be sent
        return await verify(credential)

    monkeypatch.setattr(customer_tokens, "verify", late)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        attackers = [
            await stack.enter_async_context(raw(address, "/ws?token=x", server)) for _ in range(2)
        ]
        floods = [group.create_task(flood(client)) for client in attackers]
        async with asyncio.timeout(60):
            for _ in floods:
                await server.is_full.acquire()
        are_full.set()
        async with widget(address, await token("c1")):
            assert gate.waiting == 0
        for client in attackers if limit == "LONGEST_TURN" else []:
            client.shutdown(socket.SHUT_RDWR)


async def test_a_flood_of_pings_is_cut_off_and_its_pongs_stay_few(
    address: str, scored: Scope, server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(server_protocol, "STUCK_SECONDS", SOON)
    async with raw(address, "/ws", server) as client:
        await flood(client)
    assert not server.is_read_while_full
    assert 65_536 < server.largest_buffer < 1_000_000  # the limit, and what one read may add


async def test_a_client_that_answers_no_ping_is_cut_off_with_its_buffer(
    address: str, scored: Scope, server: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(server_protocol, "GRACE_SECONDS", SOON)
    pause = SlimWebSocketProtocol.pause_writing

    def at_once(self: SlimWebSocketProtocol) -> None:
        pause(self)
        self.loop.call_soon(self.keepalive_timeout)

    monkeypatch.setattr(SlimWebSocketProtocol, "pause_writing", at_once)
    async with raw(address, "/ws", server) as client:
        batches = await flood(client)
    assert batches > 0, "it was cut off for what it sent, not refused"


async def test_a_message_of_too_many_fragments_is_refused_with_1009(
    address: str, scored: Scope, server: Server
):
    async with connect(f"ws://{address}/ws", compression=None) as client:
        client.transport.write(BEGIN + GO_ON * (MOST_FRAGMENTS - 2) + FINISH)
        assert (await closed_with(client))[0] == 4401  # one message, though no authentication
    async with connect(f"ws://{address}/ws", compression=None) as client:
        client.transport.write(BEGIN + GO_ON * MOST_FRAGMENTS)
        assert await closed_with(client) == (1009, "too many fragments")


async def test_fragments_before_the_accept_end_the_connection(
    address: str, scored: Scope, server: Server, monkeypatch: pytest.MonkeyPatch
):
    gate = Gate(at_once=0)
    monkeypatch.setattr(admission, "WIDGETS", gate)
    async with raw(address, "/ws", server) as client, asyncio.timeout(60):
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(client, BEGIN + GO_ON * 2000)
        with suppress(ConnectionResetError):  # when the server has not read the rest
            assert await loop.sock_recv(client, 1) == b""
    gate.left()
