"""Learned scorecards: overdue customers are fragile; displayed strengths are calibrated."""

import numpy as np
import pytest

from pulse.learning.trees.fitting import fit, learn
from pulse.learning.trees.overdue import OVERDUE
from pulse.scoring.bands import bands_of
from pulse.scoring.calibration import fit_curve, stay_probabilities
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.scorecard import score

N = 3_000


def metric(key: str, kind: str, direction: str = "higher", **parameters) -> MetricDefinition:
    return MetricDefinition(key, key, "", "engagement", direction, kind, parameters)


@pytest.fixture(scope="module")
def world():
    """Regulars return although they are late: trees alone would rate them as strong."""
    draw = np.random.default_rng(5)
    orders, lateness = draw.poisson(5, N).astype(float), draw.exponential(1.2, N)
    chance = 1 / (1 + np.exp(-(orders - 4.5 - 0.1 * lateness)))
    catalogue = (
        metric("orders", "order_count"),
        metric("late", "order_lateness", "lower", usual_gap=60),
    )
    return catalogue, {"orders": orders, "late": lateness}, draw.random(N) < chance


def test_overdue_customers_are_fragile_even_with_best_other_values(world):
    catalogue, measured, stayed = world
    card = learn(catalogue, measured, stayed).scorecard
    best = {"orders": np.full(50, 99.0), "late": np.linspace(OVERDUE + 0.001, 50, 50)}
    found = score(card, best)
    assert set(bands_of(found.strength, card.band_edges)) == {"fragile"}
    assert np.abs(found.base + found.contributions.sum(axis=1) - found.strength).max() < 1e-9
    on_time = score(card, {"orders": np.array([9.0]), "late": np.array([0.5])})
    assert bands_of(on_time.strength, card.band_edges)[0] == "strong"
    assert sum(term.weight for term in card.terms) == pytest.approx(100)


def test_calibration_uses_the_displayed_strengths(world):
    catalogue, measured, stayed = world
    holes = {**measured, "orders": np.where(np.arange(N) % 4 == 0, np.nan, measured["orders"])}
    card = learn(catalogue, holes, stayed).scorecard
    said = stay_probabilities(card.calibration, score(card, holes).strength)
    order = np.argsort(said)
    gaps = [abs(said[part].mean() - stayed[part].mean()) for part in np.array_split(order, 10)]
    assert np.mean(gaps) < 0.04
    assert max(gaps) < 0.1


def test_without_predictive_data_few_are_strong():
    draw = np.random.default_rng(8)
    stayed = draw.random(1_000) < 0.7
    card = learn((metric("noise", "attribute_number", "none"),),
                 {"noise": draw.normal(size=1_000)}, stayed).scorecard  # fmt: skip
    strength = score(card, {"noise": draw.normal(size=1_000)}).strength
    share = np.mean(bands_of(strength, card.band_edges) == "strong")
    assert share < 0.2


def test_metrics_that_rise_by_themselves_are_not_learned_from(world):
    catalogue, measured, stayed = world
    since = measured["orders"] * 30
    fitted = fit((*catalogue, metric("since", "tenure")), {**measured, "since": since}, stayed)
    assert "since" not in fitted.scorecard.metrics
    assert [one.metric for one in fitted.report.findings if one.kind == "rises"] == ["since"]


def test_a_finer_calibration_only_rises():
    draw = np.random.default_rng(2)
    strength = draw.uniform(0, 100, 4_000)
    stayed = draw.random(4_000) < np.where(strength < 50, 0.2, 0.8)
    found = fit_curve(stayed, strength)
    chance = stay_probabilities(found, np.linspace(0, 100, 201))
    assert (np.diff(chance) >= -1e-12).all()
    assert chance[20] == pytest.approx(0.2, abs=0.05)
    assert chance[180] == pytest.approx(0.8, abs=0.05)
