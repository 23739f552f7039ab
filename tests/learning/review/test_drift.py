"""The population stability index: unchanged, moved, changed."""

import numpy as np

from pulse.learning.review.drift import drifts, psi


def test_equal_distributions_are_unchanged_and_others_are_not():
    draw = np.random.default_rng(1)
    before = draw.normal(size=5_000)
    assert psi(before, draw.normal(size=5_000)) < 0.01
    assert 0.1 < psi(before, draw.normal(0.4, 1, 5_000)) < 0.25
    assert psi(before, draw.normal(1, 1, 5_000)) > 0.25


def test_a_metric_that_is_no_longer_filled_has_changed():
    before = np.arange(1_000.0)
    now = np.where(np.arange(1_000) % 2 == 0, before, np.nan)
    assert psi(before, now) > 0.25
    assert psi(np.full(500, np.nan), np.full(500, np.nan)) < 0.01


def test_the_strength_is_first_then_by_size_of_drift():
    draw = np.random.default_rng(2)
    before = draw.normal(size=(2_000, 3))
    now = draw.normal((0.0, 0.1, 2.0), size=(2_000, 3))
    found = drifts(("Strength", "a", "b"), before, now)
    assert [one.name for one in found] == ["Strength", "b", "a"]
    assert [one.word for one in found] == ["still", "changed", "still"]
