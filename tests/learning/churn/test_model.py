"""The churn model: ranking, probabilities, serialisation and exact explanations."""

import msgspec
import numpy as np
import pytest

from pulse.errors import Invalid
from pulse.learning.churn import logistic, model
from pulse.learning.churn.comparison import compare, deciles_against
from pulse.learning.churn.explanation import importance, waterfall
from pulse.learning.ranking_metrics import auc


def test_it_ranks_by_outcomes_and_gives_probabilities(with_outcomes, churn_model):
    _, measured, stayed = with_outcomes
    assert auc(stayed, churn_model.raw(measured)) > 0.8
    assert churn_model.stay_probability(measured).mean() == pytest.approx(stayed.mean(), abs=0.03)


def test_it_can_be_stored_as_text(with_outcomes, churn_model):
    _, measured, _ = with_outcomes
    again = model.ChurnModel(churn_model.encoder, churn_model.text, churn_model.calibration)
    np.testing.assert_array_equal(again.raw(measured), churn_model.raw(measured))


def test_too_few_outcomes_are_refused(with_outcomes):
    catalogue, measured, _ = with_outcomes
    with pytest.raises(Invalid, match="too few outcomes"):
        model.fit(catalogue, measured, np.ones(1_500, dtype=bool))


def test_the_baseline_ranks_and_accepts_missing_values(with_outcomes):
    catalogue, measured, stayed = with_outcomes
    floor = logistic.fit(catalogue, measured, stayed)
    assert auc(stayed, floor.raw(measured)) > 0.8
    assert ((floor.stay_probability(measured) > 0) & (floor.stay_probability(measured) < 1)).all()


def test_a_waterfall_ends_at_the_chance_of_leaving(with_outcomes, churn_model):
    catalogue, measured, _ = with_outcomes
    for customer in (0, 7, 30):
        found = waterfall(churn_model, catalogue, measured, customer)
        leaving = 1 - churn_model.stay_probability(measured)[customer]
        assert found.leaving == pytest.approx(leaving, abs=1e-9)
        total = found.base + sum(part.contribution for part in found.parts)
        assert total == pytest.approx(found.leaving, abs=1e-12)


def test_contributions_are_those_of_the_shap_library(with_outcomes, churn_model):
    import shap

    _, measured, _ = with_outcomes
    x = churn_model.encoder.matrix(measured)[:300]
    ours = churn_model.booster.predict(x, pred_contrib=True)[:, :-1]
    theirs = np.asarray(shap.TreeExplainer(churn_model.booster)(x).values)
    assert np.abs(ours - theirs).max() < 1e-9


def test_importance_lists_metrics_and_directions(with_outcomes, churn_model):
    catalogue, measured, _ = with_outcomes
    found = {one.metric: one for one in importance(churn_model, catalogue, measured)}
    assert list(found)[-1] == "odd"
    assert found["late"].rises_with is True
    assert found["visits"].rises_with is False
    assert found["plan"].rises_with is None
    assert msgspec.json.encode(list(found.values()))


def test_comparison_lists_customers_only_one_model_rates_at_risk():
    strength = np.linspace(0, 100, 100)
    said = np.linspace(0.01, 0.99, 100)
    said[[90, 5]] = said[[5, 90]]
    strength[50] = np.nan
    found = compare(strength, said)
    assert found.customers == 99
    assert found.only_model == (90,)
    assert found.only_strength == (5,)
    assert found.both_worried[0] == 0
    assert 0.9 < found.correlation < 1
    assert found.agreement == pytest.approx(97 / 99)


def test_deciles_of_both_models_contain_everybody():
    strength = np.random.default_rng(0).uniform(0, 100, 1_000)
    table = deciles_against(strength, strength)
    assert table.sum() == 1_000
    assert (np.diag(table) == 100).all()


def test_comparing_nobody_is_no_error():
    assert compare(np.array([np.nan]), np.array([0.5])).customers == 0
