"""Base of networked transports: stay connected, send from a bounded queue, report gaps."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections import deque
from contextlib import suppress

from pulse import logs
from pulse.live.transports import Lost, Receive
from pulse.tasks import spawn

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 1.0  # seconds between attempts to connect, doubling
MOST_WAITING = 10_000  # hints kept while disconnected; the oldest are dropped first, with a warning
KEEPALIVE_SECONDS = 5.0
FIRST_CONNECT_SECONDS = 5.0  # seconds that start-up waits before it continues without a connection


class Supervised(ABC):
    """A transport kept running by one task: connect, listen, send, reconnect after a failure."""

    name: str
    failures: tuple[type[Exception], ...]

    def __init__(self) -> None:
        self.healthy = False
        self._waiting: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self._receive: Receive = lambda _: None
        self._lost: Lost = lambda: None

    async def start(self, receive: Receive, lost: Lost) -> None:
        """Connect in the background and wait briefly for the first success."""
        self._receive, self._lost = receive, lost
        self._task = spawn(self._keep_alive(), name=f"live-{self.name}")
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_CONNECT_SECONDS):
                await self._connected.wait()

    def send(self, hint: bytes) -> None:
        """Queue a hint; while disconnected the oldest are dropped above the limit."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            logs.event("live_hint_dropped", level="warning", transport=self.name)
        self._waiting.append(hint)
        self._wake.set()

    async def stop(self) -> None:
        """Let the queue drain for up to a second, then disconnect."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=1)
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self.healthy = False

    async def _keep_alive(self) -> None:
        pause, gap = FIRST_PAUSE, False
        while not self._stopping:
            try:
                await self._connect()
                self.healthy, pause = True, FIRST_PAUSE
                self._connected.set()
                if gap:
                    logs.event("live_transport_back", transport=self.name)
                    self._lost()
                await self._work()
            except self.failures as failed:
                logs.event(
                    "live_transport_lost",
                    level="warning",
                    transport=self.name,
                    error=type(failed).__name__,
                )
                gap = True
            finally:
                self.healthy = False
                await self._disconnect()
            if not self._stopping:
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _work(self) -> None:
        """Send the queue until asked to stop; a hint leaves the queue once it was sent."""
        while True:
            self._wake.clear()
            while self._waiting:
                batch = list(self._waiting)[:100]
                await self._send(batch)
                for _ in range(min(len(batch), len(self._waiting))):
                    self._waiting.popleft()
            if self._stopping:
                return
            try:
                async with asyncio.timeout(KEEPALIVE_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                await self._send([])
            self._check()

    @abstractmethod
    async def _connect(self) -> None:
        """Open the connection and listen; raises one of `failures`."""

    @abstractmethod
    async def _send(self, batch: list[bytes]) -> None:
        """Send these hints; an empty batch only checks the connection."""

    @abstractmethod
    async def _disconnect(self) -> None:
        """Close whatever is open; raises nothing."""

    @abstractmethod
    def _check(self) -> None:
        """Raise one of `failures` when the connection has ended while nothing was sent."""
