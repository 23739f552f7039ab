"""The memory of an open socket on the server, and the order and back-pressure of its messages."""

import asyncio
import secrets
from typing import Any

import pytest
from websockets.asyncio.client import connect

from pulse.auth.scope import Scope
from pulse.live.hub import HUB
from pulse.live.messages import Message
from pulse.tasks import spawn
from tests.widget_api.clients import closed_with, hear, say, widget
from tests.widget_api.conftest import SignedToken
from widget_api.sockets.server_protocol import Inbox, SlimWebSocketProtocol, Writable

MESSAGES = 40
LONG = 200_000  # bytes, twice as many letters: all together more than the kernel's buffers hold


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[SlimWebSocketProtocol]:
    """The server's side of every connection, in order."""
    found: list[SlimWebSocketProtocol] = []
    connect_as_ever = SlimWebSocketProtocol.connection_made

    def connection_made(self: SlimWebSocketProtocol, transport: Any) -> None:
        found.append(self)
        connect_as_ever(self, transport)

    monkeypatch.setattr(SlimWebSocketProtocol, "connection_made", connection_made)
    return found


async def test_an_open_widget_holds_no_header_of_its_handshake(
    address: str, scored: Scope, token: SignedToken, made: list[SlimWebSocketProtocol]
):
    async with widget(address, await token("c1")) as socket:
        (server,) = made
        assert not [*server.request.headers.raw_items(), *server.response.headers.raw_items()]
        assert not server.scope["headers"]
        assert not server.scope["subprotocols"]
        await say(socket, "ping", n=1)
        assert await hear(socket, "pong") == {"n": 1}
        await say(socket, "authenticate", token=await token("c2"))
        assert (await closed_with(socket))[0] == 4401


async def test_a_slow_reader_gets_every_message_in_order(
    address: str, scored: Scope, key: str, monkeypatch: pytest.MonkeyPatch
):
    paused = asyncio.Event()
    clear = Writable.clear

    def noted(self: Writable) -> None:
        paused.set()
        clear(self)

    monkeypatch.setattr(Writable, "clear", noted)
    headers = {"Authorization": f"Bearer {key}"}
    async with connect(
        f"ws://{address}/ws/dashboard", additional_headers=headers, compression=None
    ) as staff:
        await hear(staff, "ready")
        for number in range(MESSAGES):
            payload = {"number": number, "text": secrets.token_hex(LONG)}
            HUB.publish(Message(business_id=scored.business_id, kind="notice", payload=payload))
        await asyncio.wait_for(paused.wait(), 20)
        heard = [(await hear(staff, "notice"))["number"] for _ in range(MESSAGES)]
    assert heard == list(range(MESSAGES))


async def test_a_cancelled_reader_loses_no_event():
    inbox = Inbox()
    impatient = spawn(inbox.get(), name="impatient")
    await asyncio.sleep(0)
    inbox.put_nowait("first")
    impatient.cancel()
    inbox.put_nowait("second")
    await asyncio.wait([impatient])
    assert impatient.cancelled()
    assert [await inbox.get(), await inbox.get()] == ["first", "second"]
    assert inbox.empty()


async def test_two_readers_share_the_events():
    inbox = Inbox()
    async with asyncio.TaskGroup() as group:
        readers = [group.create_task(inbox.get()) for _ in range(2)]
        await asyncio.sleep(0)
        inbox.put_nowait(1)
        inbox.put_nowait(2)
    assert {reader.result() for reader in readers} == {1, 2}
    assert inbox.empty()


async def test_a_waiting_writer_continues_after_being_blocked_again():
    writable = Writable()
    assert await writable.wait()
    writable.clear()
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(writable.wait()) for _ in range(2)]
        await asyncio.sleep(0)
        assert not any(one.done() for one in waiting)
        writable.set()
        writable.clear()
    assert all(one.result() for one in waiting)
