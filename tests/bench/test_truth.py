"""A strength never rises without activity, and long silence is never steady."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import truth
from pulse.demo.catalogue import CATALOGUE
from pulse.scoring.bands import bands_of
from pulse.scoring.lifecycle.standing import Rhythm, learn_rhythm, standing
from pulse.scoring.metrics.catalogue import measure
from pulse.scoring.metrics.event_features import EventColumns, Facts, Past
from pulse.scoring.scorecard import Scorecard, score

FEW = 2_000  # random customers here; `python -m bench truth` uses 10,000


@cache
def end() -> float:
    return float(truth.shop().events.at.max())


@cache
def rhythm() -> Rhythm:
    return learn_rhythm(truth.shop(), end())


@cache
def card(name: str) -> Scorecard:
    if name == "learned":
        return truth.fitted_before(truth.shop(), end() - 90).scorecard
    return truth.shop_card()


@pytest.mark.parametrize("name", ["shop", "learned"])
def test_no_demo_customer_rises_without_activity(name: str):
    for days in (0, 150):
        assert truth.risers(truth.shop(), end() - days, card(name)) == 0
        assert truth.silent_not_fragile(truth.shop(), end() - days, card(name), rhythm()) == 0


@pytest.mark.parametrize("name", ["shop", "learned"])
def test_no_random_history_rises_without_activity(name: str):
    random = truth.histories(FEW)
    for day in (float(np.median(random.events.at)), float(random.events.at.max())):
        assert truth.risers(random, day, card(name)) == 0
        assert truth.silent_not_fragile(random, day, card(name), rhythm()) == 0


HISTORY = st.lists(
    st.tuples(
        st.floats(0, 700), st.sampled_from(["order", "order", "cancellation"]), st.floats(0, 5_000)
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(HISTORY, st.lists(st.floats(0, 900), min_size=2, max_size=6))
def test_a_strength_never_rises_on_any_later_day_of_silence(history, later):
    at, kinds, sums = zip(*history, strict=True)
    amounts = [-s if kind == "cancellation" else s for kind, s in zip(kinds, sums, strict=True)]
    facts = Facts(1, events=EventColumns.of([0] * len(at), at, kinds, amounts))
    days = [max(at) + more for more in sorted(later)]
    for name in ("shop", "learned"):
        strengths = [float(truth.strengths(facts, day, card(name))[0]) for day in days]
        assert all(after <= before + 1e-9 for before, after in pairwise(strengths))
        for day, strength in zip(days, strengths, strict=True):
            stand = standing(Past(facts, day), rhythm())
            band = bands_of(np.array([strength]), card(name).band_edges)[0]
            if stand.lateness[0] > 3 and not stand.outside[0]:
                assert band == "fragile"
            if stand.silent[0] > 2 * rhythm().horizon:
                assert stand.outside[0]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_better_value_never_lowers(data):
    measured = measure(truth.shop(), CATALOGUE, end())
    row = data.draw(st.integers(0, truth.shop().size - 1))
    metric = data.draw(st.sampled_from(CATALOGUE))
    one = {key: values[[row]].copy() for key, values in measured.items()}
    value = float(one[metric.key][0])
    step = data.draw(st.floats(0, 1_000))
    better = value + step if metric.direction == "higher" else max(0.0, value - step)
    shop = card("shop")
    before = float(score(shop, one).strength[0])
    one[metric.key] = np.array([better])
    if not np.isnan(value):
        assert float(score(shop, one).strength[0]) >= before - 1e-9


def test_stronger_bands_return_more_often():
    at = end() - 120
    found = truth._bands(
        card("shop"),
        truth.strengths(truth.shop(), at, card("shop"))[_known(at)],
        standing(Past(truth.shop(), at), rhythm()).state[_known(at)],
        _stayed(at)[_known(at)],
    )
    shares = [found[band]["returned"] for band in ("strong", "steady", "fragile", "lapsed")]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.85 > 0.75 > shares[1] > shares[2]


def _known(at: float):
    return Past(truth.shop(), at).events("order", truth.ACTIVE).count() > 0


def _stayed(at: float):
    return Past(truth.shop(), at + truth.WITHIN).events("order", truth.WITHIN).count() > 0


REGULAR = [40.0 * place for place in range(8)]
"""A regular's order days: every 40 days, 120 each."""


def _one(days, amounts):
    return Facts(1, events=EventColumns.of([0] * len(days), days, ["order"] * len(days), amounts))


@pytest.mark.parametrize("name", ["shop", "learned"])
def test_after_long_silence_one_small_order_lifts_less_than_several(name: str):
    silent = REGULAR[-1] + 330
    days, amounts, strengths = [*REGULAR], [120.0] * 8, []
    for more in range(4):
        days, amounts = [*days, silent + 30 * more], [*amounts, 10.0]
        strengths.append(float(truth.strengths(_one(days, amounts), days[-1], card(name))[0]))
    before = float(truth.strengths(_one(REGULAR, [120.0] * 8), silent - 0.01, card(name))[0])
    usual = float(truth.strengths(_one(REGULAR, [120.0] * 8), REGULAR[-1], card(name))[0])
    assert before < strengths[0] < strengths[1] < strengths[2] <= strengths[3]
    assert strengths[0] < usual - 20  # one order does not restore the strength


def test_two_gaps_late_is_negative_and_on_time_positive():
    facts, shop = _one(REGULAR, [120.0] * 8), card("shop")
    place = shop.metrics.index("lateness")
    for late, sign in ((0.5, 1), (1.0, 1), (2.1, -1), (2.9, -1)):
        day = REGULAR[-1] + late * (280 + 53.4) / 8
        scored = score(shop, measure(facts, CATALOGUE, day))
        assert np.sign(scored.contributions[0, place]) == sign


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 700), min_size=1, max_size=12), st.floats(0, 300))
def test_an_order_never_increases_lateness(days, silent):
    moment = max(days) + silent
    before = measure(_one(days, [10.0] * len(days)), CATALOGUE, moment)["lateness"][0]
    after = measure(_one([*days, moment], [10.0] * (len(days) + 1)), CATALOGUE, moment)
    assert after["lateness"][0] <= before + 1e-9
