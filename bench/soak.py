"""5,000 widgets and 100 dashboards for ten minutes: no error, and how memory grows.

Widgets hold WebSockets to one process, share contexts and reconnect; dashboards are NiceGUI pages
with their sockets in another process. PULSE_BENCH_SECONDS shortens it. The slope is that of a
straight line through the memory of both processes after the first fifth of the time.
"""

import asyncio
import json
import os
import random
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import numpy as np
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from bench.fanout import CONNECTING, KINDS, allow_many_files
from bench.open_pages import PATHS, signed_in
from bench.reads import token_of
from bench.stage import Stage, free_port, process, stage
from bench.tab import Tab, opened

WIDGETS = 5_000
DASHBOARDS = 100
PEOPLE = 10
SECONDS = float(os.environ.get("PULSE_BENCH_SECONDS", "600"))
TAPS_A_SECOND = 5.0
RECONNECTS_A_SECOND = 2.0
SAMPLE_SECONDS = 2.0


class Widgets:
    """Connected widgets that share contexts and reconnect; every failure is counted."""

    def __init__(self, made: Stage, port: int) -> None:
        self.taps = self.reconnects = 0
        self.problems: Counter[str] = Counter()
        """The errors, by message or close reason."""
        self._made, self._port = made, port
        self._sockets: dict[str, ClientConnection] = {}
        self._gate = asyncio.Semaphore(CONNECTING)
        self._chance = random.Random(3)

    async def open(self) -> None:
        """Connect all of them."""
        async with asyncio.TaskGroup() as group:
            for customer in self._made.customers:
                group.create_task(self._connect(customer))

    async def work(self, seconds: float) -> None:
        """Share contexts and reconnect at the given rate, for so long and at least once each."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end or not (self.problems or (self.taps and self.reconnects)):
            share = RECONNECTS_A_SECOND / (TAPS_A_SECOND + RECONNECTS_A_SECOND)
            customer = self._chance.choice(self._made.customers)
            try:
                if self._chance.random() < share:
                    await self._sockets[customer].close()
                    await self._connect(customer)
                    self.reconnects += 1
                else:
                    await self._tap(self._sockets[customer])
                    self.taps += 1
            except (OSError, TimeoutError, RuntimeError, WebSocketException) as problem:
                self.problems[str(problem)[:80] or type(problem).__name__] += 1
            await asyncio.sleep(1 / (TAPS_A_SECOND + RECONNECTS_A_SECOND))

    async def close(self) -> None:
        """Disconnect; a socket that was already closed counts as an error."""
        for socket in self._sockets.values():
            if socket.close_code is not None:
                self.problems[f"closed before: {socket.close_code} {socket.close_reason}"] += 1
            with suppress(OSError, WebSocketException):
                await socket.close()

    async def _connect(self, customer: str) -> None:
        async with self._gate:
            token = token_of(self._made, customer)
            self._sockets[customer] = await connect(
                f"ws://127.0.0.1:{self._port}/ws?token={token}",
                compression=None,
                ping_interval=None,
                open_timeout=60,
                max_queue=None,
            )
            await _heard(self._sockets[customer], "state")

    async def _tap(self, socket: ClientConnection) -> None:
        # a different note each time, because the same words within a minute count once
        key = str(time.time_ns())
        tap = {"context_type": self._chance.choice(KINDS), "note": key, "client_key": key}
        await socket.send(json.dumps({"type": "context_share", "payload": tap}))
        await _heard(socket, "context_accepted")


def run(widgets: int = WIDGETS) -> dict[str, Any]:
    """The results: error rate, and megabytes an hour by which the processes grow."""
    allow_many_files(widgets)
    dashboards = max(1, DASHBOARDS * widgets // WIDGETS)
    return asyncio.run(measured(widgets, dashboards, SECONDS))


async def measured(widgets: int, dashboards: int, seconds: float) -> dict[str, Any]:
    """Run so many of each for so long."""
    async with stage(widgets) as made:
        api, web = free_port(), free_port()
        serve = ["-m", "pulse", "serve", "--port"]
        environment = made.environment()
        async with (
            process([*serve, str(api), "--role", "api"], environment, api, "/health/ready") as one,
            process(
                [*serve, str(web), "--role", "dashboard"], environment, web, "/health/ready"
            ) as other,
            asyncio.TaskGroup() as crowd,
        ):
            crew = Widgets(made, api)
            await crew.open()
            tabs, listening = await _pages(made, web, dashboards, crowd)
            watched = crowd.create_task(_memory((one.pid, other.pid), seconds))
            await crew.work(seconds)
            samples = await watched
            lost = sum(task.done() for task in listening)
            await crew.close()
            for tab in tabs:
                await tab.close()
    return _figures(crew, tabs, lost, samples, seconds)


async def _pages(
    made: Stage, port: int, dashboards: int, crowd: asyncio.TaskGroup
) -> tuple[list[Tab], list[asyncio.Task[None]]]:
    cookies = [await signed_in(made, number) for number in range(min(PEOPLE, dashboards))]
    tabs, listening = [], []
    for number in range(dashboards):
        path, cookie = PATHS[number % len(PATHS)], cookies[number % len(cookies)]
        tabs.append(await opened(f"http://127.0.0.1:{port}", path, cookie))
        listening.append(crowd.create_task(tabs[-1].listen()))
    return tabs, listening


async def _memory(pids: tuple[int, int], seconds: float) -> list[tuple[float, float, float]]:
    """(seconds, MB of the API, MB of the dashboard), every SAMPLE_SECONDS."""
    began, samples = time.perf_counter(), []
    while (passed := time.perf_counter() - began) < seconds:
        api, web = (psutil.Process(pid).memory_info().rss / 1e6 for pid in pids)
        samples.append((passed, api, web))
        await asyncio.sleep(SAMPLE_SECONDS)
    return samples


def _figures(
    crew: Widgets, tabs: list[Tab], lost: int, samples: list[tuple[float, float, float]], s: float
) -> dict[str, Any]:
    done = crew.taps + crew.reconnects
    errors = crew.problems.total() + lost
    slopes = [_slope(samples, column) for column in (1, 2)]
    return {
        "ours": errors / max(1, done),
        "peer": None,
        "ratio": None,
        "unit": "errors a call",
        "details": {
            "seconds": s,
            "widgets": len(crew._sockets),
            "dashboards": len(tabs),
            "taps": crew.taps,
            "reconnects": crew.reconnects,
            "errors": errors,
            "problems": dict(crew.problems),
            "dashboards_lost": lost,
            "updates_of_dashboards": sum(tab.updates for tab in tabs),
            "api_mb": round(samples[-1][1], 1),
            "dashboard_mb": round(samples[-1][2], 1),
            "api_mb_per_hour": slopes[0],
            "dashboard_mb_per_hour": slopes[1],
        },
    }


def _slope(samples: list[tuple[float, float, float]], column: int) -> float:
    settled = np.array(samples[len(samples) // 5 :])
    if len(settled) < 3:
        return 0.0
    return round(float(np.polyfit(settled[:, 0], settled[:, column], 1)[0]) * 3600, 1)


async def _heard(socket: ClientConnection, kind: str) -> None:
    async with asyncio.timeout(60):
        while True:
            said = json.loads(await socket.recv())
            if said["type"] == kind:
                return
            if said["type"] == "error":
                raise RuntimeError(said["payload"]["error_code"])
