"""examples/receive-webhooks, run as a program, receiving from Pulse."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from pulse import settings
from pulse.webhooks import delivery, signing

EXAMPLE = Path(__file__).parents[2] / "examples" / "receive-webhooks" / "receive_webhooks.py"


class Example:
    """The running program."""

    def __init__(self, process: asyncio.subprocess.Process, secret: str) -> None:
        assert process.stdout is not None
        self.process, self.out, self.secret = process, process.stdout, secret
        self.url = ""

    async def line(self) -> str:
        """Return the next line it prints."""
        async with asyncio.timeout(60):
            return (await self.out.readline()).decode().strip()


@pytest.fixture
async def example(chosen_settings: settings.Settings) -> AsyncIterator[Example]:
    settings.choose(msgspec.structs.replace(chosen_settings, webhooks_private=True))
    secret = signing.new_secret()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(EXAMPLE),
        env={**os.environ, "WEBHOOK_SECRET": secret, "PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
    )
    made = Example(process, secret)
    try:
        made.url = f"http://127.0.0.1:{(await made.line()).rpartition(' ')[2]}/"
        yield made
    finally:
        process.terminate()
        await process.communicate()


async def test_it_accepts_signed_messages_once_and_refuses_others(example: Example) -> None:
    body = '{"type": "identity.changed", "data": {"customer_id": "c1"}}'
    for _ in range(2):  # the second is a repetition, accepted but not processed again
        attempt = await delivery.send(example.url, "msg_1", body, [example.secret])
        assert attempt.delivered
    forged = await delivery.send(example.url, "msg_2", body, [signing.new_secret()])
    assert (forged.delivered, forged.code) == (False, 400)
    async with httpx.AsyncClient(timeout=60) as client:
        assert (await client.post(example.url, content=body)).status_code == 400
    await delivery.send(example.url, "msg_3", body.replace("c1", "c2"), [example.secret])
    assert await example.line() == 'identity.changed {"customer_id": "c1"}'
    assert await example.line() == 'identity.changed {"customer_id": "c2"}'
