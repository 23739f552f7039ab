"""5,000 widgets come back at once, as after a deployment: how long until each has its state again.

All sockets are lost in the same moment and every widget connects again without a pause, which is
worse than the real one with its jitter. Meanwhile a customer's page reads over REST, 20 times a
second; nobody may wait a second for it.
"""

import asyncio
import itertools
import json
import time
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.fanout import allow_many_files
from bench.reads import token_of
from bench.stage import Stage, free_port, process, stage

WIDGETS = 5_000
LIMIT_SECONDS = 10.0
REST_PAUSE = 0.05  # seconds between two reads
WAIT = 300.0  # seconds, the longest that one widget may need


def run(widgets: int = WIDGETS) -> dict[str, Any]:
    """The figures: seconds until all are back, the first one's wait, REST reads meanwhile."""
    allow_many_files(widgets)
    return asyncio.run(_run(widgets))


async def _run(widgets: int) -> dict[str, Any]:
    async with stage(widgets) as made:
        port = free_port()
        arguments = ["-m", "pulse", "serve", "--role", "api", "--port", str(port)]
        async with process(arguments, made.environment(), port, "/health/ready"):
            tokens = [token_of(made, customer) for customer in made.customers]
            first_time, _ = await _storm(made, port, tokens)
            again, reads = await _storm(made, port, tokens)
    return _figures(first_time, again, reads)


async def _storm(made: Stage, port: int, tokens: list[str]) -> tuple[list[float], list[float]]:
    """Seconds until each widget has its state, and seconds of each REST read; all are hung up."""
    sockets: list[ClientConnection] = []
    async with asyncio.timeout(WAIT):
        all_back = asyncio.Event()
        reading = asyncio.create_task(  # noqa: TID251 - no server here
            _reads(made, port, tokens, all_back)
        )
        began = time.perf_counter()
        waits = await asyncio.gather(*(_back(port, token, sockets, began) for token in tokens))
        all_back.set()
        reads = await reading
    await asyncio.gather(*(socket.close() for socket in sockets))
    return sorted(waits), sorted(reads)


async def _back(port: int, token: str, sockets: list[ClientConnection], began: float) -> float:
    socket = await connect(
        f"ws://127.0.0.1:{port}/ws",
        subprotocols=["pulse.v1", f"pulse.token.{token}"],  # type: ignore[list-item]
        compression=None,
        ping_interval=None,
        open_timeout=WAIT,
    )
    sockets.append(socket)
    while json.loads(await socket.recv())["type"] != "state":
        pass
    return time.perf_counter() - began


async def _reads(made: Stage, port: int, tokens: list[str], all_back: asyncio.Event) -> list[float]:
    """Read one identity after the other, at least one; an answer other than 200 raises."""
    seconds: list[float] = []
    whose = itertools.cycle(zip(made.customers, tokens, strict=True))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=WAIT) as client:
        while not (seconds and all_back.is_set()):
            customer, token = next(whose)
            headers = {"Authorization": f"Bearer {token}"}
            began = time.perf_counter()
            answer = await client.get(f"/api/customers/{customer}/identity", headers=headers)
            answer.raise_for_status()
            seconds.append(time.perf_counter() - began)
            await asyncio.sleep(REST_PAUSE)
    return seconds


def _figures(first_time: list[float], again: list[float], reads: list[float]) -> dict[str, Any]:
    return {
        "ours": round(again[-1], 2),
        "peer": None,
        "ratio": None,
        "unit": f"seconds until {len(again)} widgets are back",
        "details": {
            "limit_s": LIMIT_SECONDS,
            "widgets": len(again),
            "first_back_s": round(again[0], 3),
            "half_back_s": round(again[len(again) // 2], 2),
            "first_connect_s": round(first_time[-1], 2),
            "rest_reads": len(reads),
            "rest_p95_ms": round(reads[len(reads) * 95 // 100] * 1000, 1) if reads else None,
            "rest_slowest_ms": round(reads[-1] * 1000, 1) if reads else None,
        },
    }
