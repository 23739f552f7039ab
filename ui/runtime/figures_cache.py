"""Figures over very many customers: cached, shown at once, refreshed in the background.

A scan of a million customers takes seconds, and something changes every moment. Figures of at most
LARGE customers are always read afresh. Those of more are kept for the process: whoever asks gets
what is known, a new scan runs behind no more than a twentieth of the time, and pages hear of what
it changed. Lasting ones outlive the process: the next one shows them until its first scan is done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from cachetools import LRUCache

from pulse import clock, tasks
from pulse.auth.scope import ALL, Scope
from pulse.scoring.reports.persisted_figures import remember, remembered
from ui.auth.tabs import book_of_tab
from ui.runtime.live import refresh_open_pages
from ui.runtime.single_flight import shared

LARGE = 50_000  # customers
AT_LEAST = 10.0  # seconds between two scans
PAUSE = 60.0  # seconds after a scan that failed
MOST = 300  # figures kept at a time
SHARE = 20.0  # a scan that takes a second is made every twenty seconds at most

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lasting:
    """For figures that outlive the process: in whose name they are kept, and of which type."""

    scope: Scope
    kind: Any


class _Kept:
    """What is known under one key, since when, and the next scan if one is meant to come."""

    def __init__(
        self,
        business_id: UUID,
        key: Hashable,
        load: Callable[[], Awaitable[Any]],
        lasting: Lasting | None,
    ) -> None:
        self.business_id = business_id
        self.key = key
        self.load = load
        self.lasting = lasting
        self.value: Any = None
        self.size = 0
        self.taken: datetime = clock.now()
        self.due = 0.0
        self.coming: asyncio.Task[None] | None = None

    async def read(self, size: Callable[[Any], int]) -> None:
        """Scan once, and decide when the next may come."""
        loop = asyncio.get_running_loop()
        began, taken = loop.time(), clock.now()
        value = await self.load()
        took = loop.time() - began
        self.value, self.size, self.taken = value, size(value), taken
        self.due = began + took + max(AT_LEAST, SHARE * took)
        if self.lasting and self.size > LARGE:
            kept_on = remember(self.lasting.scope, self.key, value, taken)
            tasks.spawn(kept_on, name="last figures")

    async def recall(self, size: Callable[[Any], int]) -> bool:
        """Take up what the process before this one knew, if that was about many."""
        if self.lasting is None:
            return False
        found = await remembered(self.lasting.scope, self.key, self.lasting.kind)
        if found is None or size(found[0]) <= LARGE:
            return False
        self.value, self.taken = found
        self.size = size(self.value)
        return True

    def look_again(self, size: Callable[[Any], int]) -> None:
        """Scan behind whoever asks, when it is due; at most one is under way."""
        if self.coming is None or self.coming.done():
            self.coming = tasks.spawn(self._later(size), name="kept figures")

    async def _later(self, size: Callable[[Any], int]) -> None:
        await asyncio.sleep(max(0.0, self.due - asyncio.get_running_loop().time()))
        before = self.value
        self.due += PAUSE  # should it fail
        await self.read(size)
        if self.value != before:
            refresh_open_pages(self.business_id)


_known: LRUCache[tuple[UUID, Hashable, str], _Kept] = LRUCache(MOST)
_asked: set[Hashable] = set()
"""What has been asked for in this process: it knows better than the one before it."""


async def cached_figures(
    business_id: UUID,
    key: Hashable,
    load: Callable[[], Awaitable[T]],
    size: Callable[[T], int],
    lasting: Lasting | None = None,
) -> T:
    """The answer of `load`: afresh, or the one kept when it is about more than LARGE customers.

    lasting: the first answer of a process may be the last one of the process before it.
    """
    book = book_of_tab()
    full = (business_id, key, book)
    lasting = lasting if book == ALL else None
    known = _known.get(full)
    if known is not None and known.size > LARGE:
        known.load = load
        known.look_again(size)
        return cast(T, known.value)
    fresh = _Kept(business_id, key, load, lasting)
    first = lasting is not None and full not in _asked

    async def read() -> T:
        if first and await fresh.recall(size):
            fresh.look_again(size)
        else:
            await fresh.read(size)
        _asked.add(full)
        if fresh.size > LARGE:
            _known[full] = fresh
        else:
            _known.pop(full, None)
        return cast(T, fresh.value)

    return await shared(full, read)


def known(business_id: UUID, key: Hashable) -> tuple[Any, datetime] | None:
    """The kept figures and when they were taken, without asking for any."""
    found = _known.get((business_id, key, book_of_tab()))
    return None if found is None else (found.value, found.taken)


def taken_at(business_id: UUID, key: Hashable) -> datetime | None:
    """Since when these figures are kept; None when they are always read afresh."""
    found = _known.get((business_id, key, book_of_tab()))
    return found.taken if found is not None and found.size > LARGE else None


def forget(business_id: UUID, key: Hashable) -> None:
    """Read afresh next time: whoever looks has changed something about it."""
    for full in [one for one in _known if one[:2] == (business_id, key)]:
        del _known[full]
