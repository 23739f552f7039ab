"""Rate limits: token buckets per key, in memory of this process, at most a fixed number of keys."""

from collections.abc import Callable, Hashable
from time import monotonic

import msgspec

from pulse.errors import TooMany


class Allowance(msgspec.Struct, frozen=True):
    """What a bucket holds: at most, now, and in how many seconds it is full again."""

    most: float
    left: float
    full_after: float


class Limiter:
    """Buckets of `burst` tokens that refill at `per_second`; one bucket per key.

    A bucket that would be full again is forgotten, so memory follows the recent callers only.
    Several processes each count for themselves: the limit guards a process, it sells no quota.
    """

    def __init__(
        self,
        burst: float,
        per_second: float,
        *,
        what: str = "requests",
        most: int = 100_000,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.burst = burst
        self.per_second = per_second
        self.what = what
        self.most = most
        self._clock = clock
        self._buckets: dict[Hashable, tuple[float, float]] = {}

    def take(self, key: Hashable, cost: float = 1.0) -> None:
        """Take `cost` tokens from the bucket of `key`.

        Raises TooMany with the seconds until enough tokens are back; a refusal costs nothing.
        """
        now = self._clock()
        left, at = self._buckets.get(key, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.per_second)
        if left < cost:
            raise TooMany(
                f"Too many {self.what}: slow down.",
                retry_after=round((cost - left) / self.per_second, 3),
            )
        if len(self._buckets) >= self.most:
            self._sweep(now)
        self._buckets[key] = (left - cost, now)

    def allowance(self, key: Hashable) -> Allowance:
        """What is left in the bucket of `key`."""
        now = self._clock()
        left, at = self._buckets.get(key, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.per_second)
        return Allowance(self.burst, left, (self.burst - left) / self.per_second)

    def _sweep(self, now: float) -> None:
        """Forget the full buckets; when all are in use, the oldest half starts afresh."""
        whole = self.burst / self.per_second
        kept = {k: bucket for k, bucket in self._buckets.items() if now - bucket[1] < whole}
        if len(kept) >= self.most:
            kept = dict(list(kept.items())[len(kept) // 2 :])
        self._buckets = kept
