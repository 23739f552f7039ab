"""Ranking metrics agree with scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from pulse.learning import ranking_metrics
from pulse.learning.folds import sample, stratified


@given(
    rows=st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=60).filter(
        lambda rows: len({stayed for stayed, _ in rows}) == 2
    )
)
def test_areas_are_those_of_scikit_learn(rows):
    stayed = np.array([row[0] for row in rows])
    score = np.array([row[1] for row in rows], dtype=float)
    assert ranking_metrics.auc(stayed, score) == pytest.approx(metrics.roc_auc_score(stayed, score))
    theirs = metrics.average_precision_score(~stayed, -score)
    assert ranking_metrics.average_precision(stayed, score) == pytest.approx(theirs)
    curve = ranking_metrics.roc_curve(stayed, score)
    assert metrics.auc(curve.x, curve.y) == pytest.approx(ranking_metrics.auc(stayed, score))


def test_one_outcome_only_is_no_better_than_chance():
    assert ranking_metrics.auc(np.ones(5, dtype=bool), np.arange(5.0)) == 0.5


def test_deciles_begin_with_the_weakest():
    stayed = np.arange(100) >= 20
    first, *_, last = ranking_metrics.deciles(stayed, np.arange(100.0))
    assert (first.share_left, first.lift, first.captured) == (1.0, 5.0, 0.5)
    assert (last.share_left, last.captured) == (0.0, 1.0)


def test_calibration_bins_compare_predictions_with_outcomes():
    draw = np.random.default_rng(0)
    said = draw.random(20_000)
    bins = ranking_metrics.calibration_bins(draw.random(20_000) < said, said)
    assert all(abs(one.predicted - one.observed) < 0.05 for one in bins)


def test_the_variance_of_a_difference_is_that_of_the_bootstrap():
    draw = np.random.default_rng(4)
    stayed = draw.random(800) < 0.7
    one = stayed + draw.normal(0, 1.5, 800)
    other = stayed + draw.normal(0, 1.5, 800)
    drawn = []
    for _ in range(300):
        again = draw.integers(0, 800, 800)
        drawn.append(
            ranking_metrics.auc(stayed[again], one[again])
            - ranking_metrics.auc(stayed[again], other[again])
        )
    variance = ranking_metrics.auc_difference_variance(stayed, one, other)
    assert variance == pytest.approx(np.var(drawn), rel=0.3)


def test_folds_hold_the_same_share_of_outcomes():
    stayed = np.arange(1_000) % 10 != 0
    fold = stratified(stayed, 5, seed=1)
    assert [int((~stayed[fold == held]).sum()) for held in range(5)] == [20] * 5
    assert (fold == stratified(stayed, 5, seed=1)).all()
    assert len(sample(stayed, 250, seed=1)) == 250


@pytest.mark.parametrize("customers", [650, 5_000])
def test_a_calibration_error_differs_only_beyond_chance(customers):
    draw = np.random.default_rng(4)
    true = draw.beta(2, 2, customers)
    stayed = draw.random(customers) < true
    usual = np.full(customers, stayed.mean())
    low, high = ranking_metrics.calibration_difference(stayed, usual, true)
    assert low < 0 < high
    off = np.clip(true + 0.15, 0, 1)
    low, high = ranking_metrics.calibration_difference(stayed, true, off)
    assert 0 < low < ranking_metrics.calibration_error(stayed, off) < 0.2
    assert low < high
