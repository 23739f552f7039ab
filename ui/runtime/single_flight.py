"""Share one read among many open pages that need it at the same moment.

Pages that open share an answer for a moment. Refreshes share one for longer, but never one that
was begun before what they have to show: whoever has heard of more by then comes round again.
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
"""How long pages that open share one answer."""

REFRESHED_SECONDS = 1.0
"""How long refreshes do. With many tabs open they take turns, and reading anew for each would
take longer than the turns: an answer serves whoever waits since before it was begun."""

T = TypeVar("T")


REST = 1.0
"""For each second of drawing, so many of rest before the next page draws: those who click come
first, and the more the machine has to do, the longer the pages take turns."""

LONGEST_REST = 0.1  # seconds


class Turns:
    """Refreshes of one business draw one at a time, with rests; so many of their reads run.

    Who has read what they draw comes before who has yet to begin.
    """

    def __init__(self, reading: int) -> None:
        self.reading = asyncio.Semaphore(reading)
        self._drawing = False
        self._ready: deque[asyncio.Future[None]] = deque()
        self._fresh: deque[asyncio.Future[None]] = deque()

    async def begin(self, ready: bool) -> None:
        """Wait until nobody else draws."""
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
        """Let the next one draw, after a rest."""
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
    """The turn of one refresh; it may be left for a while and taken again."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self._began: float | None = None

    async def take(self, *, ready: bool = False) -> None:
        """Wait for it."""
        await self.turns.begin(ready)
        self._began = asyncio.get_running_loop().time()

    @property
    def held(self) -> bool:
        """False before, after, and while somebody waits for a read on its behalf."""
        return self._began is not None

    def leave(self) -> None:
        """It is somebody else's."""
        if self._began is not None:
            began, self._began = self._began, None
            self.turns.end(asyncio.get_running_loop().time() - began)


class Slot(Turn):
    """A read's place among those that run; it is left while the read waits for another one."""

    async def take(self, *, ready: bool = False) -> None:
        """Wait for it."""
        await self.turns.reading.acquire()
        self._began = 0.0

    def leave(self) -> None:
        """Another read may run."""
        if self._began is not None:
            self._began = None
            self.turns.reading.release()


class Age:
    """How old an answer may be for who asks, and how old the oldest they got was.

    With a `turn`, who asks is a refresh that draws; it leaves its turn while it waits.
    """

    def __init__(self, since: float, turn: Turn | None = None) -> None:
        self.since = since
        self.oldest = math.inf
        self.turn = turn

    async def wait(self, task: "asyncio.Task[T]") -> T:
        """The answer of a read; meanwhile somebody else may draw."""
        if self.turn is None or not self.turn.held or task.done():
            return await asyncio.shield(task)
        self.turn.leave()
        try:
            return await asyncio.shield(task)
        finally:
            await self.turn.take(ready=True)


AGE: ContextVar[Age | None] = ContextVar("age of shared answers", default=None)


class _Read:
    """One answer for many pages; `begun` is None while it waits for the read before it."""

    def __init__(
        self, load: Callable[[], Awaitable[Any]], before: "_Read | None", age: Age | None
    ) -> None:
        self.begun: float | None = None
        self.loop = asyncio.get_running_loop()
        self._since = age.since if age else self.loop.time() - SHARED_SECONDS
        self.task = tasks.spawn(self._in_turn(load, before, age), name="shared read")

    def serves(self, now: float, age: Age | None = None) -> bool:
        """Whether who asks now may have this answer: it is read, or will be, late enough."""
        if self.task.get_loop() is not asyncio.get_running_loop():
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
        """The answer or the failure: whoever asked raises it, nobody else logs it."""
        self.begun = self.loop.time()
        within = Age(self._since, slot)
        AGE.set(within)  # this task's own: what it shares with others makes it as old as that
        try:
            return await load(), None
        except Exception as failure:
            return None, failure
        finally:
            self.begun = min(self.begun, within.oldest)


_shared: dict[Hashable, _Read] = {}


async def shared(key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
    """The answer of `load`, asked once for all pages that want the same at the same moment.

    Never twice at a time: when reading takes longer than SHARED_SECONDS, who comes later waits
    for one more read together.
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


def _forget_later(key: Hashable, read: _Read, _: object) -> None:
    read.loop.call_later(REFRESHED_SECONDS, _forget, key, read)


def _forget(key: Hashable, read: _Read) -> None:
    if _shared.get(key) is read:
        del _shared[key]
