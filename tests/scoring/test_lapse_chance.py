"""The chance to lapse: learned per business, monotone in lateness and strength."""

from functools import cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench import truth
from pulse.demo.catalogue import CATALOGUE, RHYTHM
from pulse.scoring.lifecycle.chance_store import learn_chance
from pulse.scoring.lifecycle.lapse_chance import PRIOR, LapseChance, chance_of, chances
from pulse.scoring.metrics.event_features import EventColumns, Facts


@cache
def of_the_shop() -> LapseChance:
    return learn_chance(truth.shop(), CATALOGUE, truth.shop_card(), RHYTHM)


POINTS, GAPS = st.floats(0, 100), st.floats(0, 30)


@given(POINTS, POINTS, GAPS, GAPS)
def test_the_chance_never_falls_with_less_strength_or_more_lateness(one, two, early, late):
    for learned in (PRIOR, of_the_shop()):
        better = chance_of(learned, max(one, two), min(early, late))
        worse = chance_of(learned, min(one, two), max(early, late))
        assert better is not None
        assert worse is not None
        assert better <= worse + 1e-12


def test_the_chance_agrees_with_outcomes():
    learned = of_the_shop()
    assert learned.outcomes > 5_000
    share = learned.lapsed / learned.outcomes
    assert chance_of(learned, 97, 0.5) < share / 2
    assert chance_of(learned, 63, 2.9) > share  # fallen from strong and nearly three gaps late
    assert chance_of(learned, 30, 3.5) > 2 * share


def test_without_a_lateness_or_a_strength_there_is_no_chance():
    assert chance_of(PRIOR, 50, None) is None
    assert chance_of(PRIOR, None, 2.0) is None
    known = chances(PRIOR, np.array([50.0, np.nan, 50.0]), np.array([1.0, 1.0, np.nan]))
    assert np.isnan(known).tolist() == [False, True, True]


def test_few_outcomes_stay_near_the_prior():
    few = Facts(2, events=EventColumns.of([0, 0, 1, 1], [0, 30, 0, 40], ["order"] * 4))
    assert learn_chance(few, CATALOGUE, truth.shop_card(), RHYTHM) == PRIOR
    days = [(who, 20.0 * time) for who in range(10) for time in range(12)]
    some = Facts(10, events=EventColumns.of(*zip(*days, strict=True), ["order"] * len(days)))
    learned = learn_chance(some, CATALOGUE, truth.shop_card(), RHYTHM)
    assert 0 < learned.outcomes < 100
    assert chance_of(learned, 60, 1.0) <= chance_of(PRIOR, 60, 1.0)  # nobody lapsed
    assert abs(learned.fall - PRIOR.fall) < 0.5
