"""Arbitrary bytes at a socket give an error or a close, and others are still served."""

import asyncio
import json
import random
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from pulse.auth.api_keys import create_api_key
from pulse.auth.customer_tokens import sign_for
from pulse.auth.scope import Scope
from tests.isolation.world import PLANTED
from widget_api.sockets.widget import _ANSWERS

SHORT, LONG = 400, 12_000  # frames per socket
A_LINE = 25  # frames per connection, unless one closes it
FINE = {1000, 1001, 1002, 1003, 1007, 1009, 4401, 4403, 4408, 4429}
"""Codes for client errors; 1006, 1011 and 1013 would be server errors."""
TYPES = ("authenticate", *_ANSWERS, "state", "identity_update", "", "ping" * 5000)
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, "", "x", [], {}, [[]], {"a": {}}, "\0", "\ud800", "9" * 400),
    *("x" * 281, "💩" * 280, {"token": {}}, [None] * 1000, "00000000-0000-0000-0000-000000000000"),
)
NAMES = ("context_type", "note", "client_key", "context_id", "locale", "token", "payload", "", "\0")


@pytest.mark.parametrize("path", ["/ws", "/ws/dashboard"])
async def test_no_frame_breaks_a_socket(
    path: str, address: str, scored: Scope, unlimited: None, long: bool, counts: Counter[str]
):
    key = await create_api_key(scored, "fuzz", ["read"])
    token = await sign_for("shop", "c1") if path == "/ws" else key
    chance = random.Random(path)
    left = LONG if long else SHORT
    while left > 0:
        first = token if chance.random() < 0.8 else None  # the rest start without a credential
        left -= await _line(f"ws://{address}{path}", first, chance)
    counts["fuzzed socket frames"] += LONG if long else SHORT
    async with connect(f"ws://{address}{path}?token={token}") as socket:  # the server still works
        await socket.send(json.dumps({"type": "ping", "payload": {"n": 1}}))
        async with asyncio.timeout(30):
            answers = [json.loads(await socket.recv())["type"]]
            while answers[-1] != "pong":
                answers.append(json.loads(await socket.recv())["type"])
    assert "error" not in answers, answers


async def _line(url: str, token: str | None, chance: random.Random) -> int:
    """Send invalid frames over one connection; returns how many."""
    named = f"?token={token}" if token else ""
    sent = 0
    async with connect(url + named, close_timeout=5, max_queue=None, max_size=None) as socket:
        with suppress(ConnectionClosed):
            for frame in _frames(chance):
                sent += 1
                await _send(socket, frame)
                async with asyncio.timeout(30):
                    await _heard(socket, token)
    assert socket.close_code in FINE or socket.close_code is None, (
        socket.close_code,
        socket.close_reason,
    )
    return sent


async def _send(socket: ClientConnection, frame: str | bytes | list[bytes]) -> None:
    """Send a message, or raw bytes that bypass the client's framing."""
    if isinstance(frame, list):
        with suppress(RuntimeError):  # closing because of an earlier message
            socket.transport.write(b"".join(frame))
        return
    with suppress(UnicodeEncodeError):  # no client can send a lone surrogate
        await socket.send(frame)


async def _heard(socket: ClientConnection, token: str | None) -> None:
    """Request a pong and read until it arrives; a missing answer counts as INTERNAL."""
    if token is None:
        await asyncio.wait_for(socket.wait_closed(), 30)
        return
    await socket.send('{"type": "ping", "payload": {}}')
    while True:
        said = json.loads(await socket.recv())
        assert said["type"] != "error" or said["payload"]["error_code"] != "INTERNAL", said
        assert PLANTED not in str(said)
        if said["type"] == "pong" and not said["payload"]:
            return


def _frames(chance: random.Random) -> Iterator[str | bytes | list[bytes]]:
    for _ in range(A_LINE):
        kind = chance.choice(("shaped", "shaped", "shaped", "odd", "raw"))
        if kind == "raw":
            yield [_raw(chance)]
        else:
            yield _shaped(chance) if kind == "shaped" else _odd(chance)


def _shaped(chance: random.Random) -> str:
    """Return JSON similar to a message with an error inside; sometimes truncated."""
    payload = {chance.choice(NAMES): chance.choice(ODD) for _ in range(chance.randrange(4))}
    message: Any = {"type": chance.choice(TYPES), "payload": payload}
    if chance.random() < 0.2:
        message[chance.choice(("type", "payload", "more"))] = chance.choice(ODD)
    text = json.dumps(message)
    return text[: chance.randrange(len(text))] if chance.random() < 0.15 else text


def _odd(chance: random.Random) -> str | bytes:
    depth = chance.choice((10, 900, 3_000, 8_000))
    return chance.choice(
        (
            "[" * depth + "]" * depth,
            '{"type":"ping","payload":' + '{"a":' * depth + "1" + "}" * depth + "}",
            '{"type":"ping","payload":{"n":1e999999}}',
            '{"type":"ping","payload":{"n":' + "9" * 5_000 + "}}",
            '{"type":"context_share","payload":{"context_type":NaN}}',
            '{"type":"locale","payload":{"locale":"\\ud800"}}',
            '{"type":"ping","type":"locale","payload":{}}',
            "x" * 17_000,
            "\0",
            "",
            chance.randbytes(1) * 20_000,
            chance.randbytes(50),
        )
    )


def _raw(chance: random.Random) -> bytes:
    """Return bytes that violate the protocol: opcodes, lengths, masks, encoding, fragments."""
    mask = struct.pack("!I", 0)
    return chance.choice(
        (
            b"\x81\x82" + mask + b"\xff\xfe",  # invalid UTF-8
            b"\x83\x80" + mask,  # unknown opcode
            b"\xf1\x80" + mask,  # reserved bits
            b"\x80\x81" + mask + b"x",  # end of a message that never began
            b"\x09\x80" + mask,  # fragmented ping
            b"\x89\xfe\x01\x00" + mask + b"x" * 256,  # ping that is too long
            b"\x81\xff" + struct.pack("!Q", 1 << 40) + mask,  # announces a terabyte
            b"\x81\x02{}",  # not masked
            b"\x88\x81" + mask + b"x",  # close with half a code
            b"\x88\x82" + mask + struct.pack("!H", 5),  # close with an invalid code
            b"GET / HTTP/1.1\r\n\r\n",
        )
    )
