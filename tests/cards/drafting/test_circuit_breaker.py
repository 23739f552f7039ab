"""An unavailable model is paused."""

from pulse.cards.drafting.circuit_breaker import FAILURES, Breaker


def test_an_unavailable_model_is_paused_and_tried_again_later() -> None:
    now = [0.0]
    breaker = Breaker(now=lambda: now[0])
    for _ in range(FAILURES):
        assert breaker.allows()
        breaker.failed()
    assert not breaker.allows()
    now[0] = 61.0
    assert breaker.allows()
    assert not breaker.allows(), "one tries, the others wait for its news"
    breaker.failed()
    assert not breaker.allows()
    now[0] = 130.0
    assert breaker.allows()
    breaker.worked()
    assert breaker.allows()
    assert breaker.allows()
