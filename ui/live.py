"""What happens in a business, brought to the open pages of its staff: in batches, in place.

One subscription to the hub a business, however many pages are open; it ends with the last page.
The first message is passed on at once, what follows is gathered for WINDOW seconds, so that a
rescoring of 100,000 customers makes two refreshes a second and not 100,000.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Hashable, Iterable
from contextvars import ContextVar
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from nicegui import ui

from pulse import logs, tasks
from pulse.live.hub import HUB
from pulse.live.messages import Message
from pulse.live.subscription import SlowConsumer

WINDOW = 0.5
"""Seconds between two refreshes of a page: well under the two seconds we promise."""

REFRESHES_AT_ONCE = 2
"""Pages of one business that read at the same time; the rest of the pool is for who clicks."""

QUEUE = 4096
"""Messages of one business that may wait here before the pages are told to read afresh."""

RESYNC: Final = "resync"
EARLY = 500
"""Messages kept for a view that is still reading its data."""

Batch = list[Message]
Listener = Callable[[Batch], Awaitable[None]]
T = TypeVar("T")


class Live:
    """What one drawn view hears, from before it reads its data until another takes its place."""

    def __init__(self, business_id: UUID, place: ui.element) -> None:
        self.business_id = business_id
        self._place = place
        self._hearings: list[_Hearing] = []
        self._early: Batch = []
        self._over = False
        room = _room(business_id)
        room.add(self)
        self.turns = room.turns

    def on(self, kinds: Iterable[str], listener: Listener) -> None:
        """Call `listener` with each batch that has messages of these kinds, inside the view.

        A listener never runs twice at a time: what arrives meanwhile waits for its next run.
        After a gap in the stream the batch holds a message of kind `resync`: read everything.
        """
        hearing = _Hearing(frozenset(kinds) | {RESYNC}, listener, self)
        self._hearings.append(hearing)
        hearing.offer(self._early)

    def offer(self, batch: Batch) -> None:
        """Pass on what happened; until the view listens, it is kept for it."""
        if not self._hearings:
            self._early = [*self._early, *batch][-EARLY:]
        for hearing in self._hearings:
            hearing.offer(batch)

    @property
    def gone(self) -> bool:
        """True when the view was left or its tab closed."""
        return self._over or self._place.is_deleted or self._place.client.is_deleted

    @property
    def place(self) -> ui.element:
        """Where the view draws."""
        return self._place

    def close(self) -> None:
        """Hear nothing more."""
        self._over = True
        if room := _rooms.get(self.business_id):
            room.leave(self)


class _Hearing:
    """One listener with what waits for it; runs inside the element its view draws in."""

    def __init__(self, kinds: frozenset[str], listener: Listener, live: Live) -> None:
        self._kinds = kinds
        self._listener = listener
        self._live = live
        self._waiting: Batch = []
        self._since = self._until = 0.0
        self._running = False

    def offer(self, batch: Batch) -> None:
        mine = [message for message in batch if message.kind in self._kinds]
        if not mine:
            return
        self._until = asyncio.get_running_loop().time()
        self._since = self._since if self._waiting else self._until
        self._waiting += mine
        if not self._running:
            self._running = True
            tasks.spawn(self._run(), name="live page refresh")

    async def _run(self) -> None:
        try:
            while self._waiting and not self._live.gone:
                async with self._live.turns:
                    if not self._live.gone:
                        await self._refresh()
        except Exception as failure:  # one page's trouble stays on that page
            if not self._live.gone:
                logs.failure("live_refresh_failed", failure)
        finally:
            self._running = False

    async def _refresh(self) -> None:
        """Show what waits; what an answer shared with other pages was too old for, once more."""
        batch, self._waiting = self._waiting, []
        until, age = self._until, _Age(self._since)
        mark = _age.set(age)
        try:
            with self._live.place:
                await self._listener(batch)
        finally:
            _age.reset(mark)
        if age.oldest < until:
            again = Message(business_id=self._live.business_id, kind=RESYNC)
            self._since = until
            self._waiting.insert(0, again)


class _Age:
    """How old an answer may be for the refresh that asks, and how old the oldest it got was."""

    def __init__(self, since: float) -> None:
        self.since = since
        self.oldest = math.inf


_age: ContextVar[_Age | None] = ContextVar("age of shared answers", default=None)


class _Room:
    """The open pages of one business and the one subscription that feeds them."""

    def __init__(self, business_id: UUID) -> None:
        self._business_id = business_id
        self.turns = asyncio.Semaphore(REFRESHES_AT_ONCE)
        self._pages: set[Live] = set()
        self._pending: Batch = []
        self._timer: asyncio.TimerHandle | None = None
        self._last = -WINDOW
        self._task = tasks.spawn(self._pump(), name="live room")

    @property
    def ended(self) -> bool:
        return self._task.done()

    def add(self, page: Live) -> None:
        self._pages.add(page)

    def leave(self, page: Live) -> None:
        self._pages.discard(page)
        if not self._pages:
            self._task.cancel()
            if self._timer:
                self._timer.cancel()
            _rooms.pop(self._business_id, None)

    async def _pump(self) -> None:
        while True:
            try:
                async with HUB.subscribe(self._business_id, limit=QUEUE) as subscription:
                    async for message in subscription:
                        self.gather(message)
                return  # the hub has stopped, and Pulse with it
            except SlowConsumer:
                self.gather(Message(business_id=self._business_id, kind=RESYNC))

    def gather(self, message: Message) -> None:
        self._pending.append(message)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            wait = max(0.0, self._last + WINDOW - loop.time())
            self._timer = loop.call_later(wait, self._flush)

    def _flush(self) -> None:
        self._timer, self._last = None, asyncio.get_running_loop().time()
        batch, self._pending = self._pending, []
        for page in list(self._pages):
            if page.gone:
                self.leave(page)
            else:
                page.offer(batch)


_rooms: dict[UUID, _Room] = {}


def _room(business_id: UUID) -> _Room:
    room = _rooms.get(business_id)
    if room is None or room.ended:
        room = _rooms[business_id] = _Room(business_id)
    return room


def tell_pages(business_id: UUID) -> None:
    """Let this process's pages of a business read again what they show."""
    if room := _rooms.get(business_id):
        room.gather(Message(business_id=business_id, kind="customer_changed"))


SHARED_SECONDS = 0.4
"""How long pages that open share one answer."""

REFRESHED_SECONDS = 1.0
"""How long refreshes do. With many tabs open they take turns, and reading anew for each would
take longer than the turns: an answer serves whoever waits since before it was begun, and who has
heard of more by then comes round again."""


class _Read:
    """One answer for many pages; `begun` is None while it waits for the read before it."""

    def __init__(self, load: Callable[[], Awaitable[Any]], before: "_Read | None") -> None:
        self.begun: float | None = None
        self.loop = asyncio.get_running_loop()
        self.task = tasks.spawn(self._loaded(load, before), name="shared read")

    def serves(self, now: float, age: _Age | None = None) -> bool:
        """Whether who asks now may have this answer: it is read, or will be, late enough."""
        if self.task.get_loop() is not asyncio.get_running_loop():
            return False
        if self.begun is None:
            return True
        if age is None:
            return now - self.begun <= SHARED_SECONDS
        return now - self.begun <= REFRESHED_SECONDS and self.begun >= age.since

    async def _loaded(
        self, load: Callable[[], Awaitable[Any]], before: "_Read | None"
    ) -> tuple[Any, Exception | None]:
        """The answer or the failure: whoever asked raises it, nobody else logs it."""
        if before is not None and before.task.get_loop() is self.loop:
            await asyncio.wait([before.task])
        self.begun = self.loop.time()
        try:
            return await load(), None
        except Exception as failure:
            return None, failure


_shared: dict[Hashable, _Read] = {}


async def shared(key: Hashable, load: Callable[[], Awaitable[T]]) -> T:
    """The answer of `load`, asked once for all pages that want the same at the same moment.

    Never twice at a time: when reading takes longer than SHARED_SECONDS, who comes later waits
    for one more read together.
    """
    now = asyncio.get_running_loop().time()
    known, age = _shared.get(key), _age.get()
    if known is None or not known.serves(now, age):
        _forget_old(now)
        known = _shared[key] = _Read(load, known)
    answer, failure = await asyncio.shield(known.task)
    if age is not None and known.begun is not None:
        age.oldest = min(age.oldest, known.begun)
    if failure is not None:
        raise failure
    return cast(T, answer)


def _forget_old(now: float) -> None:
    for key, read in list(_shared.items()):
        if read.task.done() and now - (read.begun or now) > REFRESHED_SECONDS:
            del _shared[key]
