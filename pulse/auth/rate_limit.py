"""Rate limits: token buckets in this process, and counters that all processes share in Redis.

`Limiter` runs at every request of a customer, socket or page and costs 1 µs with any number of
callers. The memory storage of the `limits` library checks all its keys at each hit (5 ms with 5,000
callers), so it is not used. `SharedLimiter` counts with `limits` in Redis when REDIS_URL is set:
for sign-ins, API keys and their requests, and shared contexts.
"""

import asyncio
from collections.abc import Callable, Hashable
from hashlib import sha256
from time import monotonic, time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import msgspec
from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import (
    MovingWindowRateLimiter,
    RateLimiter,
    SlidingWindowCounterRateLimiter,
)

from pulse import logs, settings
from pulse.errors import TooMany
from pulse.i18n.sentences import Sentence

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

REDIS_SECONDS = 0.5  # time-out of a request to Redis
AWAY_SECONDS = 5.0  # how long Redis is not used after it failed
MOVING_UP_TO = 100  # exact moments are stored for limits up to this; above, two counters a key


class Allowance(msgspec.Struct, frozen=True):
    """The state of a bucket: its size, what is left, and the seconds until it is full again."""

    most: float
    left: float
    full_after: float


class Limiter:
    """Buckets of `burst` tokens that refill at `per_second`; one bucket per key.

    Full buckets are dropped, so memory use follows the recent callers only. Each process counts
    separately: see SharedLimiter.
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

        Raises TooMany with the seconds until enough tokens are available; a refusal costs nothing.
        """
        now = self._clock()
        left, at = self._buckets.get(key, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.per_second)
        if left < cost:
            raise TooMany(
                Sentence("Too many {what}: slow down.", what=self.what),
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
        """Drop full buckets; when there are still too many, drop the oldest half."""
        whole = self.burst / self.per_second
        kept = {k: bucket for k, bucket in self._buckets.items() if now - bucket[1] < whole}
        if len(kept) >= self.most:
            kept = dict(list(kept.items())[len(kept) // 2 :])
        self._buckets = kept


class SharedLimiter:
    """A limit over all processes: at most `burst` in the seconds that refill it.

    Without Redis, or while it does not answer, each process counts separately: losing Redis locks
    nobody out and lets nobody pass uncounted.
    """

    def __init__(self, name: str, burst: int, per_second: float, *, what: str = "requests") -> None:
        self.local = Limiter(burst, per_second, what=what)
        seconds = max(1, round(burst / per_second))
        self._item = RateLimitItemPerSecond(burst, seconds, namespace=f"pulse:{name}")

    async def take(self, key: Hashable, cost: int = 1) -> None:
        """Take `cost` for `key`; raises TooMany with the seconds to wait."""
        self.local.take(key, cost)
        url = settings.current().redis_url
        if not url or monotonic() < _away_until.get(url, 0.0):
            return
        # keys are hashed, so that Redis holds no IP addresses
        hidden = sha256(repr(key).encode()).hexdigest()[:32]
        try:
            # the first call imports the client, outside the time-out
            strategy = self._strategy(url)
            async with asyncio.timeout(2 * REDIS_SECONDS):
                if await strategy.hit(self._item, hidden, cost=cost):
                    return
                stats = await strategy.get_window_stats(self._item, hidden)
        except Exception as away:  # any failure of Redis: the caller must not notice
            _away_until[url] = monotonic() + AWAY_SECONDS
            logs.event("shared_limits_local", level="warning", error=type(away).__name__)
            return
        wait = max(1.0, round(stats.reset_time - time(), 3))
        raise TooMany(
            Sentence("Too many {what}: slow down.", what=self.local.what), retry_after=wait
        )

    def allowance(self, key: Hashable) -> Allowance:
        """What is left in this process's own count."""
        return self.local.allowance(key)

    def _strategy(self, url: str) -> RateLimiter:
        exact = self._item.amount <= MOVING_UP_TO
        kind = MovingWindowRateLimiter if exact else SlidingWindowCounterRateLimiter
        return kind(_storage(url))


def _storage(url: str) -> RedisStorage:
    """This event loop's connection to Redis."""
    # the import takes 0.1 s, so only where Redis is configured
    from redis.asyncio import ConnectionPool

    of_loop = _storages.setdefault(asyncio.get_running_loop(), {})
    if url not in of_loop:
        pool = ConnectionPool.from_url(
            url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
        given: dict[str, Any] = {"connection_pool": pool}
        storage = RedisStorage(f"async+{url}", implementation="redispy", **given)
        of_loop[url] = (pool, storage)
    return of_loop[url][1]


async def close_shared_limits() -> None:
    """Close this event loop's connections to Redis; they reopen when needed."""
    for pool, _ in _storages.pop(asyncio.get_running_loop(), {}).values():
        await pool.aclose()


_OfLoop = dict[str, tuple["ConnectionPool", RedisStorage]]
_storages: WeakKeyDictionary[asyncio.AbstractEventLoop, _OfLoop] = WeakKeyDictionary()
_away_until: dict[str, float] = {}
