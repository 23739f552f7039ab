"""The uplift's interval covers the true difference as often as it states."""

import numpy as np
import pytest

from pulse.cards.bandit.uplift import Outcomes, customers_needed, design_effects, estimate

RUNS = 500


def world(
    rng: np.random.Generator, customers: int, quarters: int, held: float, uplift: float
) -> tuple[Outcomes, float]:
    """Return customers with different rates, several quarters each, and the true difference."""
    likely = rng.beta(1.5, 2.5, customers)
    times = rng.integers(1, quarters + 1, customers)
    who = np.repeat(np.arange(customers), times)
    alone = rng.random(who.size) < held
    chance = np.clip(likely[who] + np.where(alone, 0.0, uplift), 0, 1)
    truth = np.clip(likely + uplift, 0, 1) - likely
    return Outcomes(who, alone, rng.random(who.size) < chance), float(truth[who].mean())


@pytest.mark.parametrize(
    ("customers", "quarters", "held", "uplift"),
    [(900, 1, 0.05, 0.1), (700, 4, 0.05, 0.0), (600, 4, 0.1, 0.15), (300, 4, 0.3, 0.05)],
)
def test_the_interval_covers_the_truth_in_93_to_97_of_100_runs(
    customers: int, quarters: int, held: float, uplift: float
) -> None:
    rng, covered = np.random.default_rng(11), 0
    for _ in range(RUNS):
        seen, truth = world(rng, customers, quarters, held, uplift)
        found = estimate(seen, 30, held)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    assert 0.93 <= covered / RUNS <= 0.97


def test_a_customer_counted_four_times_is_worth_less_than_four() -> None:
    once, who = np.arange(400), np.repeat(np.arange(100), 4)
    back = np.repeat(np.random.default_rng(3).random(100) < 0.5, 4)
    nobody = np.zeros(400, dtype=bool)
    assert design_effects(Outcomes(who, nobody, back)) == pytest.approx((4.0, 1.0))
    assert design_effects(Outcomes(once, nobody, back)) == (1.0, 1.0)


def test_a_small_hold_out_states_how_many_customers_it_needs() -> None:
    assert customers_needed(0.05, 0.4) == pytest.approx(3_965, abs=5)
    assert customers_needed(0.5, 0.4) < 800
