"""Faults under load: processes killed, PostgreSQL stopped or out of disk, clocks that jump.

Clients send events, contexts, notes and outcomes all the time and record what was not acknowledged.
Each round injects one fault and measures the recovery: from the end of the fault until an event and
a context are accepted again and the server reports itself ready. After the rounds of a fault the
invariants are checked. PULSE_BENCH_ROUNDS sets the rounds of each fault.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg
import msgspec
import psutil
from websockets.asyncio.client import connect

from bench import invariants
from bench.faulty_scene import (
    Scene,
    deployment,
    is_running,
    is_small,
    postgres_processes,
    start_postgres,
    stopped,
)
from bench.reads import token_of
from pulse.db.embedded.server import pg_ctl

ROUNDS = int(os.environ.get("PULSE_BENCH_ROUNDS", "10"))
HANG_SECONDS = 3.0
RECOVERY_SECONDS = 120.0  # seconds to wait for a recovery; then the round counts as stuck
SLOW_SOCKETS = 50
RECONNECTS = 100  # per round


Fault = Callable[[Scene], Awaitable[None]]


async def kill_process(scene: Scene) -> None:
    """Kill the serving process with kill -9, and start it again."""
    scene.api.kill()
    await scene.api.start()


async def kill_worker(scene: Scene) -> None:
    """Kill the worker process with kill -9, and start it again."""
    scene.worker.kill()
    await scene.worker.start()


async def kill_postgres(scene: Scene) -> None:
    """Kill PostgreSQL and its processes with kill -9, and start it with crash recovery."""
    for process in postgres_processes(scene):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    await asyncio.to_thread(start_postgres, scene)


async def restart_postgres(scene: Scene) -> None:
    """Restart PostgreSQL in an orderly way, as for an update."""
    await asyncio.to_thread(pg_ctl, scene.postgres.data, "stop", "-w", "-m", "fast")
    await asyncio.to_thread(start_postgres, scene)


async def hang_postgres(scene: Scene) -> None:
    """Stop PostgreSQL for some seconds (SIGSTOP), as on storage that does not answer."""
    with stopped(scene):
        await asyncio.sleep(HANG_SECONDS)


async def slow_postgres(scene: Scene) -> None:
    """Let PostgreSQL run a twentieth of the time."""
    end = time.perf_counter() + HANG_SECONDS
    while time.perf_counter() < end:
        with stopped(scene):
            await asyncio.sleep(0.19)
        await asyncio.sleep(0.01)


async def cut_connections(scene: Scene) -> None:
    """End every connection, including those that LISTEN."""
    owner = await asyncpg.connect(**scene.postgres.connection)
    try:
        await owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    finally:
        await owner.close()


async def disk_full(scene: Scene) -> None:
    """Fill the disk of PostgreSQL for some seconds."""
    free = os.statvfs(scene.postgres.data)
    filler = scene.postgres.data.parent / "filler"
    with suppress(OSError), filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize)
    try:
        await asyncio.sleep(HANG_SECONDS)
    finally:
        filler.unlink()
    if not is_running(scene):  # PostgreSQL stops by itself when the write-ahead log has no room
        await asyncio.to_thread(start_postgres, scene)


async def kill_redis(scene: Scene) -> None:
    """Kill Redis with kill -9, and start an empty one in its place."""
    scene.redis.kill()
    await asyncio.sleep(0.5)
    await scene.redis.start()


async def hanging_model(scene: Scene) -> None:
    """Let the model accept requests without answering, then answer one byte a second."""
    for mode in ("hang", "drip"):
        scene.model.mode = mode
        await asyncio.sleep(HANG_SECONDS / 2)
    scene.model.mode = "refuse"


async def clock_jumps(scene: Scene) -> None:
    """Set the clocks of both processes a day ahead, then an hour back; PostgreSQL's stays."""
    for seconds in (86_400, -3_600):
        scene.clock.set(seconds)
        await asyncio.sleep(HANG_SECONDS)
    scene.clock.set(0)


async def slow_consumers(scene: Scene) -> None:
    """Connect widgets that never read."""
    async with asyncio.TaskGroup() as group:
        for customer in scene.stage.customers[:SLOW_SOCKETS]:
            group.create_task(_connect_without_reading(scene, customer))


async def reconnects(scene: Scene) -> None:
    """Connect widgets that disconnect, again and again."""
    for start in range(0, RECONNECTS, 20):
        async with asyncio.TaskGroup() as group:
            for customer in scene.stage.customers[start : start + 20]:
                group.create_task(_connect_and_close(scene, customer))


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        kill_process,
        kill_worker,
        kill_postgres,
        restart_postgres,
        hang_postgres,
        slow_postgres,
        cut_connections,
        disk_full,
        kill_redis,
        hanging_model,
        clock_jumps,
        slow_consumers,
        reconnects,
    )
}


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """The results: rounds; what was lost, repeated or stuck; seconds to recover from each fault."""
    return asyncio.run(measured(rounds, list(FAULTS)))


async def measured(rounds: int, faults: list[str]) -> dict[str, Any]:
    """Run `rounds` rounds of each of these faults."""
    results: dict[str, dict[str, Any]] = {}
    async with deployment() as scene:
        for name in faults:
            if name == "disk_full" and not is_small(scene.postgres.data):
                continue
            if name == "clock_jumps" and not scene.clock.environment:
                continue
            results[name] = await _rounds(scene, name, rounds)
        sent = scene.load.acknowledged.count
    total = {key: sum(one[key] for one in results.values()) for key in _COUNTED}
    recoveries = [one["recovery_s"]["slowest"] for one in results.values()]
    return {
        "ours": total["lost"] + total["doubled"] + total["stuck"],
        "peer": None,
        "ratio": None,
        "unit": "things lost, doubled or stuck",
        "details": total
        | {
            "acknowledged": sent,
            "slowest_recovery_s": max(recoveries),
            "recovery_s": {name: one["recovery_s"] for name, one in results.items()},
            "faults": results,
            "left_out": sorted(set(faults) - set(results)),
        },
    }


_COUNTED = ("rounds", "lost", "doubled", "stuck", "wrong_scores", "connections_missing")


async def _rounds(scene: Scene, name: str, rounds: int) -> dict[str, Any]:
    recoveries: list[float] = []
    for _ in range(rounds):
        await FAULTS[name](scene)
        recoveries.append(await _recovery(scene))
    await scene.load.pause()
    found = await invariants.broken(scene.stage.business, scene.load.acknowledged)
    scene.load.go_on()
    found.stuck += sum(one >= RECOVERY_SECONDS for one in recoveries)
    return {
        "rounds": rounds,
        **msgspec.to_builtins(found),
        "recovery_s": {
            "median": round(statistics.median(recoveries), 2),
            "slowest": round(max(recoveries), 2),
        },
    }


async def _recovery(scene: Scene) -> float:
    began = time.perf_counter()
    with suppress(TimeoutError):
        async with asyncio.timeout(RECOVERY_SECONDS):
            await scene.load.next_acknowledged()
            while not await scene.load.is_ready():  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
    return time.perf_counter() - began


async def _connect_without_reading(scene: Scene, customer: str) -> None:
    with suppress(OSError, TimeoutError):
        async with _widget(scene, customer, max_queue=1):
            await asyncio.sleep(HANG_SECONDS)


async def _connect_and_close(scene: Scene, customer: str) -> None:
    with suppress(OSError, TimeoutError):
        async with _widget(scene, customer, max_queue=16) as socket:
            socket.transport.abort()


def _widget(scene: Scene, customer: str, *, max_queue: int) -> Any:
    token = token_of(scene.stage, customer)
    return connect(
        f"ws://127.0.0.1:{scene.api.port}/ws?token={token}",
        compression=None,
        ping_interval=None,
        max_queue=max_queue,
        close_timeout=1,
    )
