"""5,000 widgets reconnect at once, as after a deployment: how long until each has its state.

All sockets are lost at the same moment and every widget reconnects without a pause, which is worse
than the real widget with its random delay. Meanwhile customers' pages read over REST, 20 times a
second, from a separate process, so that the client side of the sockets does not slow them; no read
may take a second.
"""

import asyncio
import itertools
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
from websockets.asyncio.client import ClientConnection, connect

from bench.fanout import allow_many_files
from bench.reads import token_of
from bench.stage import Stage, free_port, process, stage

WIDGETS = 5_000
LIMIT_SECONDS = 10.0
REST_PAUSE = 0.05  # seconds between two reads
PAGES = 200  # customers whose pages read, in turn
WAIT = 300.0  # seconds, the longest wait allowed for one widget


def run(widgets: int = WIDGETS) -> dict[str, Any]:
    """The results: seconds until all are back, the first one's wait, REST reads meanwhile."""
    allow_many_files(widgets)
    return asyncio.run(_run(widgets))


async def _run(widgets: int) -> dict[str, Any]:
    async with stage(widgets) as made:
        port = free_port()
        arguments = ["-m", "pulse", "serve", "--role", "api", "--port", str(port)]
        async with process(arguments, made.environment(), port, "/health/ready") as server:
            tokens = [token_of(made, customer) for customer in made.customers]
            first_time, _ = await _storm(made, port, tokens)
            spent = _processor(server.pid)
            again, reads = await _storm(made, port, tokens)
            spent = _processor(server.pid) - spent
    return _figures(first_time, again, reads, spent)


def _processor(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


async def _storm(made: Stage, port: int, tokens: list[str]) -> tuple[list[float], list[float]]:
    """Seconds until each widget has its state, and of each REST read; all are disconnected."""
    sockets: list[ClientConnection] = []
    async with asyncio.timeout(WAIT):
        with _reader(made, port, tokens) as (all_back, seconds):
            began = time.perf_counter()
            waits = await asyncio.gather(
                *(_reconnect(port, token, sockets, began) for token in tokens)
            )
            all_back.set()
            reads = await asyncio.to_thread(seconds.get, timeout=WAIT)
    await asyncio.gather(*(socket.close() for socket in sockets))
    return sorted(waits), sorted(reads)


async def _reconnect(port: int, token: str, sockets: list[ClientConnection], began: float) -> float:
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


@contextmanager
def _reader(made: Stage, port: int, tokens: list[str]) -> Iterator[tuple[Any, Any]]:
    """A process that reads until the event is set, and the queue that then holds its seconds."""
    spawning = multiprocessing.get_context("spawn")
    reading, all_back, seconds = spawning.Event(), spawning.Event(), spawning.Queue()
    pages = [*zip(made.customers, tokens, strict=True)][:PAGES]
    reader = spawning.Process(target=_read, args=(port, pages, reading, all_back, seconds))
    reader.start()
    try:
        if not reading.wait(WAIT):
            raise TimeoutError("the reader has not begun")
        yield all_back, seconds
    finally:
        all_back.set()
        reader.join()


def _read(port: int, pages: list[tuple[str, str]], reading: Any, all_back: Any, into: Any) -> None:
    """Read one identity after another, at least one; an answer other than 200 raises."""
    seconds: list[float] = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=WAIT) as client:
        for customer, token in itertools.cycle(pages):
            if seconds and all_back.is_set():
                break
            began = time.perf_counter()
            path = f"/api/customers/{customer}/identity"
            answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
            answer.raise_for_status()
            seconds.append(time.perf_counter() - began)
            reading.set()
            all_back.wait(REST_PAUSE)
    into.put(seconds)


def _figures(
    first_time: list[float], again: list[float], reads: list[float], spent: float
) -> dict[str, Any]:
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
            "server_processor_ms_a_widget": round(spent * 1000 / len(again), 2),
            "rest_reads": len(reads),
            "rest_p95_ms": round(reads[len(reads) * 95 // 100] * 1000, 1) if reads else None,
            "rest_slowest_ms": round(reads[-1] * 1000, 1) if reads else None,
        },
    }
