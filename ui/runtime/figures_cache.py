"""Cached figures over very many customers, refreshed in the background.

A scan of a million customers takes seconds, and the data changes constantly. Figures of at most
LARGE customers are always computed. Those of more are cached in the process: callers get the cached
answer, a new scan runs in the background for at most a twentieth of the time (SHARE), and pages are
told what it changed. With `lasting`, figures are stored and used by the next process until its
first scan.
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
from ui.runtime.single_flight import expire, shared

LARGE = 50_000  # customers
AT_LEAST = 10.0  # seconds between two scans
PAUSE = 60.0  # seconds after a scan that failed
MOST = 300  # maximum number of cached figures
SHARE = 20.0  # a scan that takes a second is made every twenty seconds at most

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Lasting:
    """For figures that outlive the process: the scope to store them under, and their type."""

    scope: Scope
    kind: Any


class _CachedFigures:
    """The cached figures of one key, their time, and the next scan if one is due."""

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
        """Scan once, and determine when the next scan may start."""
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
        """Load the figures of an earlier process, if they were about many customers."""
        if self.lasting is None:
            return False
        found = await remembered(self.lasting.scope, self.key, self.lasting.kind)
        if found is None or size(found[0]) <= LARGE:
            return False
        self.value, self.taken = found
        self.size = size(self.value)
        return True

    def look_again(self, size: Callable[[Any], int]) -> None:
        """Scan in the background when due; at most one scan at a time."""
        if self.coming is None or self.coming.done():
            self.coming = tasks.spawn(self._scan_later(size), name="kept figures")

    async def _scan_later(self, size: Callable[[Any], int]) -> None:
        await asyncio.sleep(max(0.0, self.due - asyncio.get_running_loop().time()))
        before = self.value
        self.due += PAUSE  # in case it fails
        await self.read(size)
        if self.value != before:
            refresh_open_pages(self.business_id)


_known: LRUCache[tuple[UUID, Hashable, str], _CachedFigures] = LRUCache(MOST)
_requested: set[Hashable] = set()
"""Keys used in this process, whose figures are newer than stored ones."""


async def cached_figures(
    business_id: UUID,
    key: Hashable,
    load: Callable[[], Awaitable[T]],
    size: Callable[[T], int],
    lasting: Lasting | None = None,
) -> T:
    """Return the answer of `load`: computed, or cached for more than LARGE customers.

    lasting: the first answer of a process may be the last one of an earlier process.
    """
    book = book_of_tab()
    full = (business_id, key, book)
    lasting = lasting if book == ALL else None
    known = _known.get(full)
    if known is not None and known.size > LARGE:
        known.load = load
        known.look_again(size)
        return cast(T, known.value)
    fresh = _CachedFigures(business_id, key, load, lasting)
    first = lasting is not None and full not in _requested

    async def read() -> T:
        if first and await fresh.recall(size):
            fresh.look_again(size)
        else:
            await fresh.read(size)
        _requested.add(full)
        if fresh.size > LARGE:
            _known[full] = fresh
        else:
            _known.pop(full, None)
        return cast(T, fresh.value)

    return await shared(full, read)


def known(business_id: UUID, key: Hashable) -> tuple[Any, datetime] | None:
    """Return the cached figures and their time, without computing any."""
    found = _known.get((business_id, key, book_of_tab()))
    return None if found is None else (found.value, found.taken)


def taken_at(business_id: UUID, key: Hashable) -> datetime | None:
    """Return the time of the cached figures; None when they are always computed."""
    found = _known.get((business_id, key, book_of_tab()))
    return found.taken if found is not None and found.size > LARGE else None


def forget(business_id: UUID, key: Hashable) -> None:
    """Discard the figures after the reader changed their data."""
    for full in [one for one in _known if one[:2] == (business_id, key)]:
        del _known[full]
    expire((business_id, key, book_of_tab()))
