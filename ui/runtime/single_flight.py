"""Share one read among many open pages that need it at the same time.

Pages that are opened share an answer for a moment. Refreshes share one for longer, but never one
that started before the change they have to show; they then read once more.
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar, cast

from pulse import tasks
from ui.auth.tabs import book_of_tab

SHARED_SECONDS = 0.4
"""Seconds for which opening pages share an answer."""

REFRESHED_SECONDS = 1.0
"""Seconds for which refreshes share an answer.

With many open tabs refreshes take turns, and separate reads would take longer than the turns: an
answer serves everybody waiting since before it started.
"""

T = TypeVar("T")


REST = 1.0
"""Seconds of pause per second of drawing before the next page draws.

Clicks have priority: the busier the machine, the longer the turns of refreshes.
"""

LONGEST_REST = 0.1  # seconds


class Turns:
    """Refreshes of one business draw one at a time with pauses; their reads are limited too.

    Refreshes that have read their data draw before others start.
    """

    def __init__(self, reading: int) -> None:
        self.reading = asyncio.Semaphore(reading)
        self._drawing = False
        self._ready: deque[asyncio.Future[None]] = deque()
        self._fresh: deque[asyncio.Future[None]] = deque()

    async def begin(self, ready: bool) -> None:
        """Wait until no other refresh draws."""
        if not self._drawing:
            self._drawing = True
            return
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._ready if ready else self._fresh).append(told)
        try:
            await told
        except asyncio.CancelledError:
            if not told.cancelled():
                self._next()
            raise

    def end(self, took: float) -> None:
        """Let the next refresh draw, after a pause."""
        if self._ready or self._fresh:
            rest = min(REST * took, LONGEST_REST)
            asyncio.get_running_loop().call_later(rest, self._next)
        else:
            self._drawing = False

    def _next(self) -> None:
        for waiting in (self._ready, self._fresh):
            while waiting:
                told = waiting.popleft()
                if not told.done():
                    told.set_result(None)
                    return
        self._drawing = False


class Turn:
    """The turn of one refresh, which can be released and taken again."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self._began: float | None = None

    async def take(self, *, ready: bool = False) -> None:
        """Wait for the turn."""
        await self.turns.begin(ready)
        self._began = asyncio.get_running_loop().time()

    @property
    def held(self) -> bool:
        """Whether the turn is held; False also while waiting for a read."""
        return self._began is not None

    def leave(self) -> None:
        """Release the turn."""
        if self._began is not None:
            began, self._began = self._began, None
            self.turns.end(asyncio.get_running_loop().time() - began)


class Slot(Turn):
    """A read's place among the running ones, released while it waits for another read."""

    async def take(self, *, ready: bool = False) -> None:
        """Wait for a place."""
        await self.turns.reading.acquire()
        self._began = 0.0

    def leave(self) -> None:
        """Release the place."""
        if self._began is not None:
            self._began = None
            self.turns.reading.release()


class Age:
    """What a caller accepts: answers read at `since` or later; `oldest` is the time of the oldest.

    Both are seconds of the event loop's clock.
    With a `turn`, the caller is a refresh that draws; it releases its turn while waiting.
    """

    def __init__(self, since: float, turn: Turn | None = None) -> None:
        self.since = since
        self.oldest = math.inf
        self.turn = turn

    async def wait(self, task: "asyncio.Task[T]") -> T:
        """Return the answer of a read, releasing the turn meanwhile."""
        if self.turn is None or not self.turn.held or task.done():
            return await asyncio.shield(task)
        self.turn.leave()
        try:
            return await asyncio.shield(task)
        finally:
            await self.turn.take(ready=True)


AGE: ContextVar[Age | None] = ContextVar("age of shared answers", default=None)


class _Read:
    """One answer for many pages; `begun`: None while it waits for the previous read."""

    def __init__(
        self, load: Callable[[], Awaitable[Any]], before: "_Read | None", age: Age | None
    ) -> None:
        self.begun: float | None = None
        self.expired = False
        self.loop = asyncio.get_running_loop()
        self._since = age.since if age else self.loop.time() - SHARED_SECONDS
        self.task = tasks.spawn(self._in_turn(load, before, age), name="shared read")

    def serves(self, now: float, age: Age | None = None) -> bool:
        """Return whether a caller may use this answer: it was or will be read late enough."""
        if self.expired or self.task.get_loop() is not asyncio.get_running_loop():
            return False
        if self.begun is None:
            return True
        if age is None:
            return now - self.begun <= SHARED_SECONDS
        return now - self.begun <= REFRESHED_SECONDS and self.begun >= age.since

    async def _in_turn(
        self, load: Callable[[], Awaitable[Any]], before: "_Read | None", age: Age | None
    ) -> tuple[Any, Exception | None]:
        if before is not None and before.task.get_loop() is self.loop:
            await asyncio.wait([before.task])
        if age is None or age.turn is None:
            return await self._loaded(load)
        slot = Slot(age.turn.turns)
        await slot.take()
        try:
            return await self._loaded(load, slot)
        finally:
            slot.leave()

    async def _loaded(
        self, load: Callable[[], Awaitable[Any]], slot: Slot | None = None
    ) -> tuple[Any, Exception | None]:
        """Return the answer or the failure, which each caller raises; it is not logged here."""
        self.begun = self.loop.time()
        within = Age(self._since, slot)
        AGE.set(within)  # local to this task: reads it shares with others set their age here
        try:
            return await load(), None
        except Exception as failure:
            return None, failure
        finally:
            self.begun = min(self.begun, within.oldest)


_shared: dict[Hashable, _Read] = {}


async def shared(key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
    """Return the answer of `load`, called once for all pages that want the same.

    Never concurrently: when a read takes longer than SHARED_SECONDS, later callers wait for one
    further common read.
    """
    key = (book_of_tab(), key)
    now = asyncio.get_running_loop().time()
    known, age = _shared.get(key), AGE.get()
    if known is None or not known.serves(now, age):
        known = _shared[key] = _Read(load, known, age)
        known.task.add_done_callback(partial(_forget_later, key, known))
    if age is None:
        answer, failure = await asyncio.shield(known.task)
    else:
        answer, failure = await age.wait(known.task)
        age.oldest = min(age.oldest, known.begun or 0.0)
    if failure is not None:
        raise failure
    return cast(T, answer)


def expire(key: Hashable) -> None:
    """Let the next caller read again: a running read began before the caller changed the data."""
    known = _shared.get((book_of_tab(), key))
    if known is not None and known.begun is not None:
        known.expired = True


def _forget_later(key: Hashable, read: _Read, _: object) -> None:
    read.loop.call_later(REFRESHED_SECONDS, _forget, key, read)


def _forget(key: Hashable, read: _Read) -> None:
    if _shared.get(key) is read:
        del _shared[key]
