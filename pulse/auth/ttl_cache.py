"""Bounded caches whose entries expire, for businesses, keys and tokens that were checked."""

from time import monotonic
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from cachetools import TLRUCache

K = TypeVar("K")
V = TypeVar("V")


class Expiring(Generic[K, V]):
    """At most `most` entries, each for `seconds` or less; the least recently used go first."""

    def __init__(self, seconds: float, most: int = 10_000) -> None:
        self.seconds = seconds
        self._entries: TLRUCache[K, tuple[V, float]] = TLRUCache(most, _end_of, monotonic)
        _all.add(self)

    def get(self, key: K) -> V | None:
        """The value, or None when it is unknown or too old."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def put(self, key: K, value: V, seconds: float | None = None) -> V:
        """Store `value` for `seconds`, never longer than this cache's own limit, and return it."""
        lasting = self.seconds if seconds is None else min(seconds, self.seconds)
        self._entries[key] = (value, lasting)
        return value

    def forget(self, key: K) -> None:
        """Drop one entry, so that the next look goes to the source."""
        self._entries.pop(key, None)

    def clear(self) -> None:
        """Drop everything."""
        self._entries.clear()


def _end_of(_: Any, entry: tuple[Any, float], now: float) -> float:
    """When an entry (value, seconds) expires."""
    return now + entry[1]


def forget_everything() -> None:
    """Clear every cache of this process: another database stands behind them from now on."""
    for cache in _all:
        cache.clear()


_all: WeakSet[Expiring[Any, Any]] = WeakSet()
