"""Helpers for our sockets in tests: connect, send, receive, be closed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed


async def say(socket: ClientConnection, kind: str, **payload: Any) -> None:
    await socket.send(json.dumps({"type": kind, "payload": payload}))


async def hear(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the payload of the next message of this kind, skipping others."""
    async with asyncio.timeout(60):
        while True:
            said = json.loads(await socket.recv())
            if said["type"] == kind:
                payload: dict[str, Any] = said["payload"]
                return payload


async def hear_each(socket: ClientConnection, *kinds: str) -> list[dict[str, Any]]:
    """Return the payloads of the next message of each kind, in any order."""
    found: dict[str, dict[str, Any]] = {}
    async with asyncio.timeout(60):
        while set(kinds) - set(found):
            said = json.loads(await socket.recv())
            found.setdefault(said["type"], said["payload"])
    return [found[kind] for kind in kinds]


async def until_pong(socket: ClientConnection) -> AsyncIterator[str | bytes]:
    """Return the messages before the answer to a ping."""
    async for said in socket:
        yield said
        if json.loads(said)["type"] == "pong":
            return


async def closed_with(socket: ClientConnection) -> tuple[int, str]:
    """Return the code and reason with which the server closed."""
    async with asyncio.timeout(60):
        with suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code or 0, socket.close_reason or ""


@asynccontextmanager
async def widget(address: str, token: str) -> AsyncIterator[ClientConnection]:
    """A widget connected by the subprotocol that has read its state."""
    async with connect(
        f"ws://{address}/ws", subprotocols=["pulse.v1", f"pulse.token.{token}"]
    ) as socket:
        await hear(socket, "state")
        yield socket


@asynccontextmanager
async def dashboard(address: str, key: str) -> AsyncIterator[ClientConnection]:
    async with connect(
        f"ws://{address}/ws/dashboard", additional_headers={"Authorization": f"Bearer {key}"}
    ) as socket:
        await hear(socket, "ready")
        yield socket
