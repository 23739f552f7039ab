"""No socket message reveals or changes data across businesses or customers."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from pulse import workflows
from pulse.live.hub import HUB
from pulse.live.messages import Message
from tests.isolation.principals import Principal, everybody, unharmed
from tests.isolation.requests import NOBODY
from tests.isolation.world import PLANTED, World, build
from tests.widget_api.conftest import listening
from widget_api.app import build as build_api
from widget_api.sockets.widget import _ANSWERS

SOCKETS = ("/ws", "/ws/dashboard")
MESSAGES = ("authenticate", *_ANSWERS, "unknown")


async def test_every_message_of_every_principal_is_isolated(
    database: dict[str, Any], unlimited: None, counts: Counter[str]
):
    world = await build(database)
    principals = await everybody(world)
    answers = 0
    async with listening(build_api()) as address:
        for principal in principals[:-1]:
            tokens = [other.token for other in principals if other.token]
            async with unharmed(world, principal):
                for path in SOCKETS:
                    messages = _messages(world, tokens)
                    heard = await _said(f"ws://{address}{path}", principal, messages)
                    _check(world, principal, heard)
                    counts["isolation: socket messages"] += len(messages)
                    answers += len(heard)
    await world.owner.close()
    assert answers > len(principals), "silence would prove nothing"


async def test_messages_of_one_business_never_reach_another(
    database: dict[str, Any], unlimited: None
):
    world = await build(database)
    principals = await everybody(world)
    async with listening(build_api()) as address, AsyncExitStack() as stack:
        lines = [
            (one, path, *await stack.enter_async_context(_line(f"ws://{address}{path}", one)))
            for one in principals
            for path in SOCKETS
        ]
        await workflows.share_context(world.harbor, "p-1", "stuck", f"{PLANTED} words")
        for business in (world.harbor, world.ferry):
            HUB.publish(Message(business_id=business.business_id, kind="notice"))
        for principal, path, line, heard in lines:
            with suppress(ConnectionClosed):  # a principal without permission was disconnected
                kind = "notice" if path == "/ws/dashboard" else "pong"
                await _ask(line, "ping", {}, heard, until=kind)
            if principal is principals[-1]:
                assert path == "/ws" or "context_shared" in "".join(heard)
            else:
                _check(world, principal, heard)
                assert str(world.person) not in "".join(heard), principal.name
    await world.owner.close()


@asynccontextmanager
async def _line(
    url: str, principal: Principal
) -> AsyncIterator[tuple[ClientConnection, list[str]]]:
    """Open a connection of this principal that receives its messages, and what it was sent so far.

    A widget has authenticated and has its state; a dashboard is subscribed.
    """
    heard: list[str] = []
    async with connect(url, additional_headers=principal.headers) as socket:
        with suppress(ConnectionClosed):
            if principal.token and url.endswith("/ws"):
                await _ask(socket, "authenticate", {"token": principal.token}, heard, until="state")
            elif principal.headers and url.endswith("/ws/dashboard"):
                await _hear(socket, heard, until="ready")
        yield socket, heard


def _messages(world: World, tokens: list[str]) -> list[dict[str, Any]]:
    """Return every message type with ids of the harbor in every id field of the schema."""
    named = {f"{table.rstrip('s')}_id": str(ids[0]) for table, ids in world.ids.items() if ids}
    every = named | {"customer_id": "p-1", "business_id": "harbor", "id": str(world.person)}
    contexts = [str(one) for one in world.ids["customer_contexts"][:1]]
    bags: list[Any] = [
        *({**every, "context_id": one, "client_key": one} for one in (*contexts, NOBODY)),
        {**every, "context_type": "stuck", "note": "words", "locale": "de"},
        {"context_id": [], "context_type": {}, "note": 5, "locale": {}, "token": []},
    ]
    messages = [{"type": kind, "payload": bag} for kind in MESSAGES for bag in bags]
    return [
        *messages[len(bags) :],
        *({"type": "authenticate", "payload": {"token": token}} for token in tokens),
        *messages[: len(bags)],
    ]


async def _said(url: str, principal: Principal, messages: list[dict[str, Any]]) -> list[str]:
    """Return the answers; a closed connection is reopened for the next message."""
    heard: list[str] = []
    left = list(messages)
    while left:
        socket = await connect(url, additional_headers=principal.headers)
        try:
            if principal.token and url.endswith("/ws"):
                await _ask(socket, "authenticate", {"token": principal.token}, heard)
            while left:
                message = left.pop(0)
                await _ask(socket, message["type"], message["payload"], heard)
                await _ask(socket, "ping", {}, heard, until="pong")
        except ConnectionClosed:
            assert socket.close_code != 1011, (principal.name, socket.close_reason)
        finally:
            await socket.close()
    return heard


async def _ask(
    socket: ClientConnection, kind: str, payload: Any, heard: list[str], until: str = ""
) -> None:
    await socket.send(json.dumps({"type": kind, "payload": payload}))
    if until:
        await _hear(socket, heard, until)


async def _hear(socket: ClientConnection, heard: list[str], until: str) -> None:
    """Add the next messages to `heard`, up to the first of the type `until`."""
    async with asyncio.timeout(30):
        while True:
            heard.append(str(await socket.recv()))
            if json.loads(heard[-1])["type"] == until:
                return


def _check(world: World, principal: Principal, heard: list[str]) -> None:
    said = "".join(heard)
    assert principal.forbidden not in said, principal.name
    assert '"INTERNAL"' not in said, (principal.name, said)
    if not principal.is_home:
        assert not [one for one in world.silent if one in said], principal.name
