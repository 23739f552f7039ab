"""Two API, two dashboard and two worker processes on one PostgreSQL, behind HAProxy.

HAProxy runs with deploy/haproxy.cfg, the file that compose.yaml mounts.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import msgspec

from bench.faulty_load import Load
from bench.faulty_parts import Process, Redis
from bench.stage import Stage, free_port, stage

CONFIGURATION = Path(__file__).parents[1] / "deploy" / "haproxy.cfg"
CUSTOMERS = 200
PAUSE = 0.25  # seconds between two calls of each of the load's four clients
ROLES = ("api", "dashboard", "worker")
TRANSPORTS = ("postgres", "redis")
Transport = Literal["postgres", "redis"]


class Proxy:
    """HAProxy before the API and dashboard processes."""

    def __init__(self, port: int, servers: dict[str, list[Process]]) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._environment = {**os.environ, "PULSE_BIND": f"127.0.0.1:{port}"} | {
            f"PULSE_{role.upper()}_{number}": f"127.0.0.1:{process.port}"
            for role in ("api", "dashboard")
            for number, process in enumerate(servers[role], 1)
        }
        self._running: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> "Proxy":
        """Start HAProxy, and wait until it listens."""
        program = shutil.which("haproxy") or shutil.which("/usr/sbin/haproxy")
        if program is None:
            raise RuntimeError("install haproxy")
        self._running = await asyncio.create_subprocess_exec(
            program,
            *("-db", "-f", str(CONFIGURATION)),
            env=self._environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._running.stderr
        async with asyncio.timeout(20):
            while True:
                if self._running.returncode is not None:
                    raise RuntimeError((await self._running.stderr.read()).decode())
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return self
                await asyncio.sleep(0.05)

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        if self._running:
            with suppress(ProcessLookupError):
                self._running.kill()
            await self._running.wait()


class Cluster(msgspec.Struct):
    """The running processes, with the load of `bench faults` going through the proxy."""

    stage: Stage
    processes: dict[str, list[Process]]
    proxy: Proxy
    redis: Redis
    load: Load
    transports: dict[Transport, dict[str, str]]
    transport: Transport = "postgres"

    async def replace(self, role: str, number: int) -> None:
        """Restart a killed process, with the present transport."""
        process = self.processes[role][number]
        process.environment = self.transports[self.transport]
        await process.start()


@asynccontextmanager
async def cluster() -> AsyncIterator[Cluster]:
    """Two processes per role on one embedded PostgreSQL, hints by LISTEN/NOTIFY; Redis runs too."""
    with tempfile.TemporaryDirectory(prefix="pulse-cluster-") as name:
        os.chmod(name, 0o755)  # PostgreSQL runs as another user when this runs as root
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            made = await enter(stage(CUSTOMERS, within=Path(name)))
            redis = await enter(Redis(free_port()))
            plain = made.environment() | {"REDIS_URL": "", "OPENAI_API_KEY": ""}
            transports: dict[Transport, dict[str, str]] = {
                "postgres": plain,
                "redis": plain | {"REDIS_URL": redis.url},
            }
            processes = {role: [Process(role, free_port(), plain) for _ in "12"] for role in ROLES}
            everybody = [one for two in processes.values() for one in two]
            for process in everybody:
                stack.push_async_exit(process)
            await asyncio.gather(*(process.start() for process in everybody))
            proxy = await enter(Proxy(free_port(), processes))
            load = await enter(Load(made, proxy.port, PAUSE))
            yield Cluster(made, processes, proxy, redis, load, transports)


def figures(waits: list[float]) -> dict[str, Any]:
    """Milliseconds: the median, the 99th percentile, the maximum."""
    ordered = sorted(wait * 1000 for wait in waits)
    return {
        "p50_ms": round(ordered[len(ordered) // 2], 1),
        "p99_ms": round(ordered[max(0, -(-len(ordered) * 99 // 100) - 1)], 1),
        "slowest_ms": round(ordered[-1], 1),
        "count": len(ordered),
    }
