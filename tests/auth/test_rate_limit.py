"""Token buckets, counts shared through Redis, and the expiring memory."""

import asyncio
import sys

import pytest

from bench.stage import free_port
from pulse import settings
from pulse.auth import rate_limit
from pulse.auth.rate_limit import Limiter, SharedLimiter, close_shared_limits
from pulse.auth.ttl_cache import Expiring, forget_everything
from pulse.errors import TooMany
from tests.fixtures.redis_server import redis_server


class Hands:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_passes_and_the_next_request_gets_a_retry_time() -> None:
    limiter = Limiter(burst=3, per_second=0.5, clock=Hands())
    for _ in range(3):
        limiter.take("anna")
    with pytest.raises(TooMany) as refused:
        limiter.take("anna")
    assert refused.value.retry_after == 2.0


def test_callers_have_separate_buckets() -> None:
    limiter = Limiter(burst=1, per_second=1, clock=Hands())
    limiter.take("anna")
    limiter.take("ben")
    with pytest.raises(TooMany):
        limiter.take("anna")


def test_tokens_refill_over_time_up_to_the_burst() -> None:
    hands = Hands()
    limiter = Limiter(burst=2, per_second=1, clock=hands)
    limiter.take("anna", 2)
    hands.seconds = 100
    limiter.take("anna", 2)
    with pytest.raises(TooMany):
        limiter.take("anna")


def test_a_refused_request_takes_no_token() -> None:
    hands = Hands()
    limiter = Limiter(burst=1, per_second=1, clock=hands)
    limiter.take("anna")
    for _ in range(5):
        with pytest.raises(TooMany):
            limiter.take("anna")
    hands.seconds = 1
    limiter.take("anna")


def test_a_million_callers_do_not_fill_the_memory() -> None:
    limiter = Limiter(burst=1, per_second=1, most=1000, clock=Hands())
    for caller in range(10_000):
        limiter.take(caller)
    assert len(limiter._buckets) <= 1000


def test_the_memory_drops_the_oldest_first_and_can_be_cleared() -> None:
    memory: Expiring[int, int] = Expiring(seconds=60, most=10)
    for number in range(11):
        memory.put(number, number)
    assert memory.get(0) is None
    assert memory.get(10) == 10
    forget_everything()
    assert memory.get(10) is None


def test_the_memory_does_not_return_expired_values() -> None:
    memory: Expiring[str, int] = Expiring(seconds=60)
    memory.put("gone", 1, seconds=0)
    assert memory.get("gone") is None


OTHER_PROCESS = """
import asyncio, sys
from pulse import settings
from pulse.auth.rate_limit import SharedLimiter, close_shared_limits
from pulse.errors import TooMany

async def main(url):
    settings.choose(settings.Settings(secret="s" * 32, redis_url=url))
    limiter, passed = SharedLimiter("test", 10, 10 / 900), 0
    for _ in range(7):
        try:
            await limiter.take("anna 203.0.113.9")
            passed += 1
        except TooMany:
            pass
    await close_shared_limits()
    print(passed)

asyncio.run(main(sys.argv[1]))
"""


async def in_another_process(url: str) -> int:
    """Return how many of seven attempts another process admits."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OTHER_PROCESS, url, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    return int(told)


async def test_two_processes_count_together_and_a_dead_redis_locks_nobody_out() -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}"
    settings.choose(settings.Settings(secret="s" * 32, redis_url=url))
    async with redis_server(port):
        assert await in_another_process(url) == 7
        assert await in_another_process(url) == 3
        limiter = SharedLimiter("test", 10, 10 / 900, what="sign-ins")
        with pytest.raises(TooMany, match="Too many sign-ins") as refused:
            await limiter.take("anna 203.0.113.9")
        assert 800 < refused.value.retry_after <= 900
        await limiter.take("ben 203.0.113.9")
        large = SharedLimiter("large", 1000, 1)
        await large.take("key", 900)
        with pytest.raises(TooMany):
            await SharedLimiter("large", 1000, 1).take("key", 200)
    for attempt in range(9):  # Redis is down: this process counts and applies its own limit
        await limiter.take(f"anna {attempt}")
    await limiter.take("carl", 10)
    with pytest.raises(TooMany):
        await limiter.take("carl")
    assert url in rate_limit._away_until
    await close_shared_limits()


async def test_a_redis_that_hangs_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "AWAY_SECONDS", 600.0)
    hung_up = asyncio.Event()
    callers: list[asyncio.StreamWriter] = []

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(writer)
        await reader.read()
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    url = "redis://127.0.0.1:{1}".format(*server.sockets[0].getsockname())
    settings.choose(settings.Settings(secret="s" * 32, redis_url=url))
    limiter = SharedLimiter("hangs", 10, 1)
    for _ in range(5):
        await limiter.take("anna")
    assert len(callers) == 1
    await close_shared_limits()
    async with asyncio.timeout(60):
        await hung_up.wait()
    server.close()
