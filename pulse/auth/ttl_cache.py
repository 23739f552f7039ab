"""A bounded cache whose entries expire, for businesses, keys and tokens that were checked."""

from time import monotonic
from typing import Any, Generic, TypeVar
from weakref import WeakSet

K = TypeVar("K")
V = TypeVar("V")


class Expiring(Generic[K, V]):
    """At most `most` entries, each for `seconds` or less; the oldest written go first."""

    def __init__(self, seconds: float, most: int = 10_000) -> None:
        self.seconds = seconds
        self.most = most
        self._entries: dict[K, tuple[float, V]] = {}
        _all.add(self)

    def get(self, key: K) -> V | None:
        """The value, unless it is unknown or too old."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] > monotonic():
            return entry[1]
        del self._entries[key]
        return None

    def put(self, key: K, value: V, seconds: float | None = None) -> V:
        """Remember `value` for `seconds` (never longer than this memory's own limit)."""
        self._entries.pop(key, None)
        if len(self._entries) >= self.most:
            self._make_room()
        lasting = self.seconds if seconds is None else min(seconds, self.seconds)
        self._entries[key] = (monotonic() + lasting, value)
        return value

    def forget(self, key: K) -> None:
        """Drop one entry, so that the next look goes to the source."""
        self._entries.pop(key, None)

    def clear(self) -> None:
        """Drop everything."""
        self._entries.clear()

    def _make_room(self) -> None:
        """Drop the oldest tenth in one go: amortised, a full memory costs no more than half one."""
        for key in list(self._entries)[: max(1, self.most // 10)]:
            del self._entries[key]


def forget_everything() -> None:
    """Clear every such memory of this process: another database stands behind it from now on."""
    for memory in _all:
        memory.clear()


_all: WeakSet[Expiring[Any, Any]] = WeakSet()
