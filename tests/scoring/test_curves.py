"""Default curves follow the business's quantiles in the declared direction."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pulse.scoring.curves import Levels, code, evaluate, from_quantiles, typical_value

VALUES = st.lists(
    st.one_of(st.floats(-1e6, 1e6), st.integers(0, 3).map(float), st.just(float("nan"))),
    max_size=60,
).map(np.array)


@given(values=VALUES, direction=st.sampled_from(["higher", "lower"]))
def test_any_default_curve_is_monotone_and_spans_0_to_1(values, direction):
    curve = from_quantiles(values.astype(float), direction)
    assert (np.diff(curve.xs) > 0).all()
    steps = np.diff(curve.ys)
    assert (steps >= 0).all() if direction == "higher" else (steps <= 0).all()
    assert {min(curve.ys), max(curve.ys)} == {0.0, 1.0}


def test_many_zeros_become_one_knot():
    curve = from_quantiles(np.array([0.0] * 70 + list(range(1, 31))), "higher")
    assert curve.xs[0] == 0
    assert curve.ys[0] == 0
    assert curve.ys[-1] == 1


def test_the_typical_value_has_the_average_worth():
    curve = from_quantiles(np.linspace(0, 100, 101), "lower")
    assert evaluate(curve, np.array([typical_value(curve, 0.4)]))[0] == np.float64(0.4)


def test_a_yes_no_metric_may_be_scored_by_levels():
    curve = Levels(("0", "1"), (0.2, 0.8))
    assert evaluate(curve, code(curve, np.array([1.0, 0.0]))).tolist() == [0.8, 0.2]
