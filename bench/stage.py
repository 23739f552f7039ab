"""The stage of the API benchmarks: a separate database, server processes, an HTTP client."""

import asyncio
import os
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from pulse import clock, settings
from pulse.auth.scope import Scope
from pulse.auth.signing_keys import rotate_secret
from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.engine import app_connection, pool
from pulse.db.migrate import migrate
from pulse.db.transaction import system, tenant
from pulse.scoring import recalculation, scorecard_store
from pulse.scoring.metrics.catalogue import MetricDefinition, measure
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.scorecard import hand_set

SECRET = "a secret of the benchmark, of sufficient length"
SIGNALS = ("tenure", "engagement", "satisfaction", "loyalty", "value")
METRICS = 20
START_SECONDS = 180
LONGEST_WAIT = 60.0  # seconds for the first answer of each connection


class Stage(msgspec.Struct, frozen=True):
    """The database, the business, its secret, and its customers' ids."""

    folder: Path
    database_url: str
    business: Scope
    secret: str
    kid: str
    customers: list[str]

    def environment(self) -> dict[str, str]:
        """Environment variables for a server process on this stage."""
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "PULSE_SECRET": SECRET,
            "PULSE_DATA_DIR": str(self.folder / "data"),
        }


@asynccontextmanager
async def stage(customers: int, *, within: Path | None = None) -> AsyncIterator[Stage]:
    """A new database with one scored business of so many customers; the pool stays open."""
    async with new_database(within=within) as (folder, server):
        yield await _prepare(folder, server, customers)


@asynccontextmanager
async def new_database(
    *, within: Path | None = None, demo: bool = False
) -> AsyncIterator[tuple[Path, EmbeddedPostgres]]:
    """A folder of its own with a migrated, empty database; the pool is open inside the block."""
    with tempfile.TemporaryDirectory(prefix="pulse-bench-", dir=within) as name:
        folder = Path(name)
        chosen = settings.Settings(data_dir=folder / "data", secret=SECRET, demo=demo)
        settings.choose(chosen)
        server = EmbeddedPostgres(folder / "pg")
        await asyncio.to_thread(server.start)
        try:
            await migrate(server.connection)
            async with pool(app_connection(chosen, server.connection)):
                yield folder, server
        finally:
            await asyncio.to_thread(server.stop)


async def _prepare(folder: Path, server: EmbeddedPostgres, customers: int) -> Stage:
    async with system() as unit:
        business_id: UUID = await unit.fetchval(
            "INSERT INTO businesses (slug, name) VALUES ('bench', 'Bench') RETURNING id"
        )
    scope = Scope.for_pulse(business_id)
    fresh = await rotate_secret(scope)
    names = [f"customer-{number}" for number in range(customers)]
    await _score(scope, names)
    owner = await asyncpg.connect(**server.connection)
    await owner.execute("ANALYZE")  # autovacuum does this within a minute
    await owner.close()
    host = server.connection["host"]
    url = f"postgresql://{server.connection['user']}@/postgres?host={host}"
    return Stage(folder, url, scope, fresh.secret, fresh.kid, names)


async def _score(scope: Scope, names: Sequence[str]) -> None:
    catalogue = [
        MetricDefinition(
            key=f"metric_{number}",
            label=f"Metric {number}",
            unit="points",
            signal=SIGNALS[number % 5],
            direction="higher",
            kind="attribute_number",
            parameters={"attribute": f"metric_{number}"},
            customer_visible=number % 2 == 0,
        )
        for number in range(METRICS)
    ]
    chance = random.Random(7)
    rows = [
        (name, {f"metric_{n}": round(chance.gauss(50, 15), 2) for n in range(METRICS)})
        for name in names
    ]
    async with tenant(scope) as unit:
        await scorecard_store.save_catalogue(unit, catalogue)
        await unit.executemany(
            "INSERT INTO customers (business_id, external_id, name, attributes) "
            "VALUES ($1, $2, $2, $3)",
            [(scope.business_id, name, attributes) for name, attributes in rows],
        )
        facts = (await gather(unit)).facts
        card = hand_set(catalogue, measure(facts, catalogue, clock.days_of(clock.now())))
        await scorecard_store.publish(unit, card, by="bench")
        await recalculation.recalculate(unit)


@asynccontextmanager
async def process(
    arguments: Sequence[str], environment: dict[str, str], port: int, path: str
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """A server process, from when it answers `path` with 200 until the end of the block."""
    with tempfile.TemporaryFile() as log:
        running = subprocess.Popen(  # noqa: ASYNC220 - started once, before anything is measured
            [sys.executable, *arguments], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            await _answering(running, port, path, log)
            yield running
        finally:
            running.terminate()
            try:
                running.wait(15)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


async def _answering(running: subprocess.Popen[bytes], port: int, path: str, log: Any) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode()
    deadline = perf_counter() + START_SECONDS
    while perf_counter() < deadline and running.poll() is None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            status = await reader.readline()
            writer.close()
            if b" 200 " in status:
                return
        except OSError:
            pass
        await asyncio.sleep(0.1)
    log.seek(0)
    raise RuntimeError(f"the server did not start:\n{log.read().decode()[-3000:]}")


def free_port() -> int:
    """A free port that was not returned before.

    It is below the ports that systems assign to outgoing connections, because a free one of those
    could be taken by any caller before our server starts. It is above 10,080, the last of the ports
    that browsers refuse.
    """
    for port in _PORTS:
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("There is no free port left.")


_PORTS = iter(random.SystemRandom().sample(range(11_000, 32_000), 21_000))


class Caller(asyncio.Protocol):
    """One keep-alive connection that sends the next request after each answer."""

    def __init__(self, requests: Sequence[bytes], offset: int) -> None:
        self.requests = requests
        self.at = offset
        self.answered = 0
        self.wrong = 0
        self.first_wrong = b""
        self.latencies: list[float] = []
        self.has_answer = asyncio.Event()
        self.stopped = False
        self._sent = 0.0
        self._buffer = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        """Send the first request."""
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Read answers; send a request after each."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            start = head.index(b"content-length:") + 15
            length = int(head[start:].split(b"\r\n", 1)[0])
            if len(self._buffer) < end + 4 + length:
                return
            self.answered += 1
            self.has_answer.set()
            if not head.startswith(b"http/1.1 200"):
                self._note_wrong(self._buffer[: end + 4 + length])
            self.latencies.append(perf_counter() - self._sent)
            self._buffer = self._buffer[end + 4 + length :]
            if not self.stopped:
                self._ask()

    def connection_lost(self, _: Exception | None) -> None:
        """Count a lost connection as a wrong answer, unless the load has ended."""
        if not self.stopped:
            self._note_wrong(b"the connection was lost")

    def _note_wrong(self, answer: bytes) -> None:
        self.wrong += 1
        self.first_wrong = self.first_wrong or answer

    def close(self) -> None:
        """Close the connection."""
        self.stopped = True
        self._transport.close()

    def _ask(self) -> None:
        self.at = (self.at + 1) % len(self.requests)
        self._sent = perf_counter()
        self._transport.write(self.requests[self.at])


async def load(
    port: int, requests: Sequence[bytes], *, connections: int, seconds: float
) -> dict[str, float]:
    """Requests a second over so many connections; raises when any answer is not 200."""
    loop = asyncio.get_running_loop()
    callers = []
    for number in range(connections):
        offset = number * len(requests) // connections
        caller = Caller(requests, offset)
        await loop.create_connection(lambda made=caller: made, "127.0.0.1", port)  # type: ignore[misc]
        callers.append(caller)
    before, began = sum(c.answered for c in callers), perf_counter()
    await asyncio.sleep(seconds)
    # on a busy machine, wait until each has at least one answer
    async with asyncio.timeout(LONGEST_WAIT):
        for caller in callers:
            await caller.has_answer.wait()
    answered, took = sum(c.answered for c in callers) - before, perf_counter() - began
    for caller in callers:
        caller.close()
    if wrong := sum(caller.wrong for caller in callers):
        first = next(caller.first_wrong for caller in callers if caller.wrong)[:600]
        raise RuntimeError(f"{wrong} answers of the server at port {port} were not 200: {first!r}")
    waits = sorted(wait for caller in callers for wait in caller.latencies)
    return {
        "answers": sum(caller.answered for caller in callers),
        "per_second": round(answered / took, 1),
        "p50_ms": round(waits[len(waits) // 2] * 1000, 2),
        "p99_ms": round(waits[len(waits) * 99 // 100] * 1000, 2),
    }
