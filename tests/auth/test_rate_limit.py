"""Token buckets and the forgetting memory: what they let through and what they keep."""

import pytest

from pulse.auth.rate_limit import Limiter
from pulse.auth.ttl_cache import Expiring, forget_everything
from pulse.errors import TooMany


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_passes_and_the_next_request_says_when_to_come_back() -> None:
    limiter = Limiter(burst=3, per_second=0.5, clock=Hands())
    for _ in range(3):
        limiter.take("anna")
    with pytest.raises(TooMany) as refused:
        limiter.take("anna")
    assert refused.value.retry_after == 2.0


def test_one_caller_does_not_spend_anothers_tokens() -> None:
    limiter = Limiter(burst=1, per_second=1, clock=Hands())
    limiter.take("anna")
    limiter.take("ben")
    with pytest.raises(TooMany):
        limiter.take("anna")


def test_tokens_come_back_with_time_and_never_beyond_the_burst() -> None:
    hands = Hands()
    limiter = Limiter(burst=2, per_second=1, clock=hands)
    limiter.take("anna", 2)
    hands.seconds = 100
    limiter.take("anna", 2)
    with pytest.raises(TooMany):
        limiter.take("anna")


def test_a_refusal_costs_nothing() -> None:
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


def test_the_memory_forgets_the_oldest_first_and_all_on_demand() -> None:
    memory: Expiring[int, int] = Expiring(seconds=60, most=10)
    for number in range(11):
        memory.put(number, number)
    assert memory.get(0) is None
    assert memory.get(10) == 10
    forget_everything()
    assert memory.get(10) is None


def test_the_memory_does_not_give_what_is_too_old() -> None:
    memory: Expiring[str, int] = Expiring(seconds=60)
    memory.put("gone", 1, seconds=0)
    assert memory.get("gone") is None
