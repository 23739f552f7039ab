"""Blended scorecards: strengths are the mean, and few customers change band."""

import numpy as np
import pytest

from pulse.learning.review.blending import MOST_CHANGES, band_changes, blend, damped
from pulse.scoring.curves import Levels, Linear, Steps
from pulse.scoring.interactions import PairTerm
from pulse.scoring.scorecard import Scorecard, Term, score

OLD = Scorecard(
    (
        Term("a", 60, Steps((1.0, 3.0), (0.0, 0.5, 1.0)), 0.5),
        Term("b", 40, Levels(("x", "y"), (0.0, 1.0)), 0.5),
    ),
    origin="learned",
    band_edges=(40.0, 70.0),
)
NEW = Scorecard(
    (
        Term("a", 30, Steps((2.0,), (0.0, 1.0)), 0.4),
        Term("b", 40, Levels(("y", "z"), (0.6, 0.0)), 0.3),
        Term("c", 20, Linear((0.0, 10.0), (0.0, 1.0)), 0.5),
    ),
    (PairTerm("a", "c", 10, (2.0,), (5.0,), ((0.0, 1.0), (1.0, 0.0)), 0.5),),
    origin="learned",
    band_edges=(30.0, 60.0),
)


def customers(size=3_000):
    draw = np.random.default_rng(4)
    return {
        "a": draw.uniform(0, 4, size),
        "b": draw.choice(np.array(["y"], dtype=object), size),
        "c": draw.uniform(0, 12, size),
    }


@pytest.mark.parametrize("share", [0.1, 0.5, 0.75])
def test_strengths_are_the_mean_of_both_exactly(share):
    measured, mixed = customers(), blend(OLD, NEW, share)
    assert mixed is not None
    both = [score(card, measured).strength for card in (OLD, NEW)]
    found = score(mixed, measured)
    assert found.strength == pytest.approx((1 - share) * both[0] + share * both[1], abs=1e-9)
    assert found.base + found.contributions.sum(axis=1) == pytest.approx(found.strength, abs=1e-9)
    assert sum(t.weight for t in mixed.terms) + sum(p.weight for p in mixed.pairs) == pytest.approx(
        100
    )


def test_a_refit_is_damped_until_few_change_band():
    measured, outside = customers(), np.zeros(3_000, dtype=bool)
    old, new = (
        Scorecard((Term("c", 100, Linear((0.0, 6.0, 12.0), (0.0, middle, 1.0)), 0.5),))
        for middle in (0.5, 0.75)
    )
    assert band_changes(old, new, measured, outside).mean() > 2 * MOST_CHANGES
    card, share = damped(old, new, measured, outside)
    assert 0 < share < 1
    assert 0 < band_changes(old, card, measured, outside).mean() <= MOST_CHANGES
    assert damped(old, old, measured, outside) == (old, 1.0)


def test_a_curve_drawn_by_hand_is_not_blended_with_steps():
    hand = Scorecard((Term("a", 100, Linear((0.0, 4.0), (0.0, 1.0)), 0.5),))
    assert blend(hand, NEW, 0.5) is None
    assert damped(hand, NEW, customers(), np.zeros(3_000, dtype=bool)) == (NEW, 1.0)
