"""From a customer's shared context to every open dashboard, with 5,000 widgets connected.

The server is one process of Pulse. Widgets hold real WebSockets and have read their state. Every
context is sent over a widget's socket, written to the database, changes the ranking, and is timed
until each dashboard has received it. Then as many widgets again connect, and the server's memory
for each widget is reported for both numbers. It includes what a server allocates once, for its
first widget.
"""

import asyncio
import json
import resource
import statistics
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import psutil
from websockets.asyncio.client import ClientConnection, connect

from bench.reads import token_of
from bench.stage import Stage, free_port, process, stage
from pulse.auth.api_keys import create_api_key

WIDGETS = 5_000
DASHBOARDS = 10
TAPS = 200
WARM = 10  # taps before the measured ones
PAUSE = 0.05  # seconds between two contexts: 20 a second in one business
CONNECTING = 25  # connections opened at once
LIMIT_MS = 200.0
KINDS = ("stuck", "busy", "exploring", "frustrated")


def run(widgets: int = WIDGETS, taps: int = TAPS) -> dict[str, Any]:
    """The results: p99 from context to dashboard in ms, with p50, memory and connections.

    widgets: how many are connected during the taps; memory is measured with twice as many, too.
    """
    allow_many_files(widgets * 2)
    return asyncio.run(_run(widgets, taps))


async def _run(widgets: int, taps: int) -> dict[str, Any]:
    async with stage(widgets * 2) as made:
        key = await create_api_key(made.business, "bench", ["read"])
        port = free_port()
        arguments = ["-m", "pulse", "serve", "--role", "api", "--port", str(port)]
        async with (
            process(arguments, made.environment(), port, "/health/ready") as server,
            AsyncExitStack() as stack,
        ):
            before = _megabytes(server.pid)
            began = time.perf_counter()
            sockets = await _connected(stack, made, port, made.customers[:widgets])
            connecting = time.perf_counter() - began
            hall = [await _dashboard(stack, port, key) for _ in range(DASHBOARDS)]
            await _time_contexts(sockets, hall, range(WARM))
            waits, accepted = await _time_contexts(sockets, hall, range(WARM, WARM + taps))
            memory = {widgets: _megabytes(server.pid) - before}
            await _connected(stack, made, port, made.customers[widgets:])
            memory[widgets * 2] = _megabytes(server.pid) - before
    return _figures(waits, accepted, connecting, memory)


def _figures(
    waits: list[float], accepted: list[float], connecting: float, memory: dict[int, float]
) -> dict[str, Any]:
    kilobytes = {each: round(whole * 1000 / each, 1) for each, whole in memory.items()}
    widgets, most = kilobytes
    ordered = sorted(wait * 1000 for wait in waits)
    p99 = ordered[len(ordered) * 99 // 100]
    return {
        "bench": "fanout",
        "ours": round(p99, 2),
        "peer": None,
        "ratio": None,
        "unit": "ms from tap to every dashboard, p99",
        "details": {
            "p50_ms": round(statistics.median(ordered), 2),
            "p99_ms": round(p99, 2),
            "slowest_ms": round(ordered[-1], 2),
            "limit_ms": LIMIT_MS,
            "widgets": widgets,
            "dashboards": DASHBOARDS,
            "messages": len(ordered),
            "accepted_p50_ms": round(statistics.median(accepted) * 1000, 2),
            "connected_in_s": round(connecting, 1),
            "kb_per_widget": kilobytes[most],
            "growth": {f"{each:,}": {"kb_per_widget": kb} for each, kb in kilobytes.items()},
        },
    }


async def _connected(
    stack: AsyncExitStack, made: Stage, port: int, customers: Sequence[str]
) -> list[ClientConnection]:
    gate = asyncio.Semaphore(CONNECTING)

    async def one(customer: str) -> ClientConnection:
        async with gate:
            socket = await stack.enter_async_context(
                connect(
                    f"ws://127.0.0.1:{port}/ws",
                    subprotocols=["pulse.v1", f"pulse.token.{token_of(made, customer)}"],  # type: ignore[list-item]
                    compression=None,
                    ping_interval=None,
                    open_timeout=60,
                )
            )
            await _heard(socket, "state")
            return socket

    return list(await asyncio.gather(*(one(customer) for customer in customers)))


async def connect_dashboard(stack: AsyncExitStack, port: int, key: str) -> ClientConnection:
    """A WebSocket to /ws/dashboard of the process at this port, closed with the stack."""
    return await stack.enter_async_context(
        connect(
            f"ws://127.0.0.1:{port}/ws/dashboard",
            additional_headers={"Authorization": f"Bearer {key}"},
            compression=None,
            ping_interval=None,
        )
    )


async def _dashboard(stack: AsyncExitStack, port: int, key: str) -> ClientConnection:
    socket = await connect_dashboard(stack, port, key)
    await _heard(socket, "ready")
    return socket


async def _time_contexts(
    sockets: list[ClientConnection], hall: list[ClientConnection], taps: range
) -> tuple[list[float], list[float]]:
    """Seconds from each context to each dashboard, and to the confirmation at its widget.

    Each round shares another context type, because the same one within a minute counts once.
    """
    accepted: list[float] = []
    waits: list[float] = []
    for number in taps:
        began = time.perf_counter()
        socket = sockets[number * 7919 % len(sockets)]
        tap = {"context_type": KINDS[number // len(sockets) % len(KINDS)], "client_key": f"{began}"}
        told = [asyncio.ensure_future(_time_of(desk, "context_shared")) for desk in hall]  # noqa: TID251 - no server here
        await socket.send(json.dumps({"type": "context_share", "payload": tap}))
        accepted.append(await _time_of(socket, "context_accepted") - began)
        waits += [moment - began for moment in await asyncio.gather(*told)]
        await asyncio.sleep(PAUSE)
    return waits, accepted


async def _time_of(socket: ClientConnection, kind: str) -> float:
    await _heard(socket, kind)
    return time.perf_counter()


async def _heard(socket: ClientConnection, kind: str) -> Any:
    async with asyncio.timeout(60):
        while True:
            said = json.loads(await socket.recv())
            if said["type"] == kind:
                return said["payload"]
            if said["type"] == "error":
                raise RuntimeError(f"the server refused: {said['payload']}")


def _megabytes(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def allow_many_files(widgets: int) -> None:
    """Raise the limit of open files here and for the server; sockets are files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = widgets * 2 + 1000
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


if __name__ == "__main__":
    print(json.dumps(run()))
