"""A receiver of webhooks over real HTTP, with answers set by a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import msgspec
import pytest

from pulse import settings


class Receiver:
    """Stores requests; returns `answers` in turn, then the last one repeatedly.

    slowly: begins each answer with this and continues it byte by byte, without an end.
    """

    def __init__(self) -> None:
        self.answers: list[bytes] = [ok()]
        self.got: list[tuple[dict[str, str], str]] = []
        self.url = ""
        self.hold = asyncio.Event()
        self.hold.set()
        self.slowly = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:])
            if value
        }
        body = (await reader.readexactly(int(headers.get("content-length", 0)))).decode()
        self.got.append((headers, body))
        await self.hold.wait()
        if self.slowly:
            await self._drip(reader, writer)
            return
        writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        await writer.drain()
        writer.close()

    async def _drip(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.slowly)
        with suppress(ConnectionError):
            while not reader.at_eof():  # until the sender hangs up
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()


def answer(status: str, *headers: str, body: str = "") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def ok() -> bytes:
    return answer("200 OK", body="thanks")


@pytest.fixture
async def receiver(chosen_settings: settings.Settings) -> AsyncIterator[Receiver]:
    """Listens on this machine; private addresses are allowed for the test."""
    settings.choose(msgspec.structs.replace(chosen_settings, webhooks_private=True))
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    async with server:
        yield made
        made.hold.set()
