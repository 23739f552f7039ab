"""Bounded caches with expiry, for businesses, keys and verified tokens."""

from time import monotonic
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from cachetools import TLRUCache

K = TypeVar("K")
V = TypeVar("V")


class Expiring(Generic[K, V]):
    """At most `most` entries, each for up to `seconds`; the least recently used go first."""

    def __init__(self, seconds: float, most: int = 10_000) -> None:
        self.seconds = seconds
        self._entries: TLRUCache[K, tuple[V, float]] = TLRUCache(most, _end_of, monotonic)
        _all.add(self)

    def get(self, key: K) -> V | None:
        """The value, or None when it is unknown or has expired."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def put(self, key: K, value: V, seconds: float | None = None) -> V:
        """Store `value` for `seconds`, never longer than this cache's own limit, and return it."""
        lasting = self.seconds if seconds is None else min(seconds, self.seconds)
        self._entries[key] = (value, lasting)
        return value

    def forget(self, key: K) -> None:
        """Remove one entry, so that the next lookup reads the source."""
        self._entries.pop(key, None)

    def clear(self) -> None:
        """Remove all entries."""
        self._entries.clear()


def _end_of(_: Any, entry: tuple[Any, float], now: float) -> float:
    """When an entry (value, seconds) expires."""
    return now + entry[1]


def forget_everything() -> None:
    """Clear every cache of this process, for example when the database was replaced."""
    for cache in _all:
        cache.clear()


_all: WeakSet[Expiring[Any, Any]] = WeakSet()
