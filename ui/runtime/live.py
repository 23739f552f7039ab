"""Live updates of open pages: messages of a business, in batches.

There is one subscription to the hub per business, however many pages are open; it ends with the
last page. The first message is delivered at once. Later ones are collected for at least WINDOW
seconds, so that a rescoring of 100,000 customers causes four refreshes a second and not 100,000.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, get_args
from uuid import UUID

from nicegui import ui

from pulse import logs, tasks
from pulse.live.hub import HUB
from pulse.live.messages import Kind, Message
from pulse.live.subscription import SlowConsumer
from ui.auth.tabs import in_book, session_of_tab
from ui.runtime.single_flight import AGE, Age, Turn, Turns

WINDOW, LONGEST_WINDOW = 0.2, 0.3
"""Seconds between two refreshes of a page, so that a tap is shown within half a second."""

A_LISTENER = 0.0006
"""Seconds that each listener adds to the window (a tab has three).

With hundreds of open tabs this leaves the machine time for clicks.
"""

READS_AT_ONCE = 2
"""Concurrent reads for refreshes of one business; other connections serve clicks."""

QUEUE = 4096
"""Messages of one business that may wait before the pages are told to read everything."""

RESYNC: Final = "resync"
EARLY = 500
"""Messages kept for a view that is still reading its data."""

Batch = list[Message]
Listener = Callable[[Batch], Awaitable[None]]


class Live:
    """Live messages of one view, from before it reads its data until it is closed."""

    def __init__(self, business_id: UUID, place: ui.element) -> None:
        self.business_id = business_id
        self._place = place
        self._hearings: list[_Listening] = []
        self._early: Batch = []
        self._over = False
        self.on_exception: Callable[[Exception], None] | None = None
        """Called with each exception of a listener, which is logged in any case."""
        channel = _channel(business_id)
        channel.add(self)
        self.turns = channel.turns

    def on(self, kinds: Iterable[str], listener: Listener) -> None:
        """Call `listener` with each batch that contains these kinds, inside the view.

        A listener never runs concurrently with itself: messages that arrive meanwhile wait for its
        next run. After a gap in the stream the batch has a message of kind `resync`: read
        everything. Raises ValueError for an unknown kind and TypeError for one kind without a list
        or a listener that is not `async def`: both would never be called.
        """
        _check(kinds, listener)
        hearing = _Listening(frozenset(kinds), listener, self)
        self._hearings.append(hearing)
        hearing.offer(_FilteredBatch(self._early).of(hearing.kinds))

    def offer(self, batch: Batch, by_kinds: "_FilteredBatch | None" = None) -> None:
        """Deliver messages; they are kept until the view listens."""
        if not self._hearings:
            self._early = [*self._early, *batch][-EARLY:]
        by_kinds = by_kinds or _FilteredBatch(batch)
        for hearing in self._hearings:
            hearing.offer(by_kinds.of(hearing.kinds))

    @property
    def gone(self) -> bool:
        """Whether the view was left or its tab closed."""
        return self._over or self._place.is_deleted or self._place.client.is_deleted

    @property
    def place(self) -> ui.element:
        """The element in which the view draws."""
        return self._place

    def report(self, failure: Exception) -> None:
        """Log the exception of a listener; the page keeps its content."""
        logs.failure("live_refresh_failed", failure)
        if self.on_exception is not None:
            self.on_exception(failure)

    def close(self) -> None:
        """Stop listening."""
        self._over = True
        if channel := _channels.get(self.business_id):
            channel.leave(self)


class _Listening:
    """One listener with its waiting messages; runs inside the view's element."""

    def __init__(self, kinds: frozenset[str], listener: Listener, live: Live) -> None:
        self.kinds = kinds
        self._listener = listener
        self._live = live
        self._waiting: Batch = []
        self._since = self._until = 0.0
        self._running = False

    def offer(self, mine: Batch) -> None:
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
                turn = Turn(self._live.turns)
                await turn.take()
                try:
                    if not self._live.gone:
                        await self._refresh(turn)
                finally:
                    turn.leave()
        except Exception as failure:  # a failure affects only its own page
            if not self._live.gone:
                self._live.report(failure)
        finally:
            self._running = False

    async def _refresh(self, turn: Turn) -> None:
        """Show waiting messages; repeat those for which a shared answer was too old."""
        batch, self._waiting = self._waiting, []
        until, age = self._until, Age(self._since, turn)
        mark = AGE.set(age)
        try:
            with self._live.place:
                if seen := await in_book(session_of_tab(), batch):
                    await self._listener(seen)
        finally:
            AGE.reset(mark)
        if age.oldest < until:
            again = Message(business_id=self._live.business_id, kind=RESYNC)
            self._since = until
            self._waiting.insert(0, again)


class _FilteredBatch:
    """Messages filtered once for all pages that want the same kinds."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._picked: dict[frozenset[str], Batch] = {}

    def of(self, kinds: frozenset[str]) -> Batch:
        """Return the messages of these kinds, and hints from other processes that may be."""
        if kinds not in self._picked:
            self._picked[kinds] = [one for one in self._batch if _is_of(one, kinds)]
        return self._picked[kinds]


def _check(kinds: Iterable[str], listener: Listener) -> None:
    if isinstance(kinds, str):
        raise TypeError(f"live.on takes a list of kinds: write [{kinds!r}].")
    if unknown := sorted(set(kinds) - set(get_args(Kind))):
        known = ", ".join(get_args(Kind))
        raise ValueError(f"There is no live message of kind {unknown[0]!r}. Kinds: {known}.")
    name = getattr(listener, "__name__", "<lambda>")
    if name != "<lambda>" and not inspect.iscoroutinefunction(listener):
        raise TypeError(f"The listener of live.on is not async: write `async def {name}`.")


def _is_of(message: Message, kinds: frozenset[str]) -> bool:
    if message.kind != RESYNC:
        return message.kind in kinds
    hinted = message.payload.get("kinds")
    return not hinted or not kinds.isdisjoint(hinted)


class _Channel:
    """The open pages of one business and the subscription that feeds them."""

    def __init__(self, business_id: UUID) -> None:
        self._business_id = business_id
        self.turns = Turns(READS_AT_ONCE)
        self._pages: set[Live] = set()
        self._pending: Batch = []
        self._timer: asyncio.TimerHandle | None = None
        self._last = -WINDOW
        self._task = tasks.spawn(self._pump(), name="live updates of a business")

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
            _channels.pop(self._business_id, None)

    async def _pump(self) -> None:
        while True:
            try:
                async with HUB.subscribe(self._business_id, limit=QUEUE) as subscription:
                    async for message in subscription:
                        self.gather(message)
                return  # the hub was stopped, and Pulse with it
            except SlowConsumer:
                self.gather(Message(business_id=self._business_id, kind=RESYNC))

    def gather(self, message: Message) -> None:
        self._pending.append(message)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            window = min(max(WINDOW, A_LISTENER * len(self._pages)), LONGEST_WINDOW)
            wait = max(0.0, self._last + window - loop.time())
            self._timer = loop.call_later(wait, self._flush)

    def _flush(self) -> None:
        self._timer, self._last = None, asyncio.get_running_loop().time()
        batch, self._pending = self._pending, []
        by_kinds = _FilteredBatch(batch)
        for page in list(self._pages):
            if page.gone:
                self.leave(page)
            else:
                page.offer(batch, by_kinds)


_channels: dict[UUID, _Channel] = {}


def _channel(business_id: UUID) -> _Channel:
    channel = _channels.get(business_id)
    if channel is None or channel.ended:
        channel = _channels[business_id] = _Channel(business_id)
    return channel


def refresh_open_pages(business_id: UUID) -> None:
    """Make this process's pages of a business read their data again."""
    if channel := _channels.get(business_id):
        channel.gather(Message(business_id=business_id, kind="customer_changed"))
