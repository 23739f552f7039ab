"""Learned scorecards: exact, monotone where declared, equal to SHAP; bad data is refused."""

import numpy as np
import pytest

from pulse.errors import Invalid
from pulse.learning.churn import logistic
from pulse.learning.churn.shap_check import shap_difference
from pulse.learning.encoding import CategoryColumn
from pulse.learning.ranking_metrics import auc
from pulse.learning.trees.fitting import fit
from pulse.scoring.calibration import fit_calibration, stay_probabilities, stay_probability
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.scorecard import Levels, score
from tests.scoring.exact_shap import exact_shap

pytestmark = pytest.mark.slow


def number(key, direction="none", signal="engagement"):
    return MetricDefinition(key, key, "", signal, direction, "attribute_number", {"attribute": key})


def category(key):
    return MetricDefinition(
        key, key, "", "loyalty", "none", "attribute_category", {"attribute": key}
    )


CATALOGUE = (number("visits", "higher"), number("late", "lower"), number("odd"), category("plan"))


def customers(size=1_500, seed=3, together=0.0):
    """Visits and plan retain, lateness repels; `together` adds an interaction of two."""
    draw = np.random.default_rng(seed)
    visits, late, odd = (
        draw.poisson(4, size) * 1.0,
        draw.exponential(10, size),
        draw.normal(size=size),
    )
    plan = draw.choice(np.array(["Basic", "Plus", "Gold"], dtype=object), size)
    raw = 0.5 * visits - 0.12 * late + np.where(plan == "Gold", 1.0, 0.0) - 0.5
    raw += together * np.sign(visits - 3.5) * np.sign(odd)
    stayed = draw.random(size) < 1 / (1 + np.exp(-raw))
    late[draw.random(size) < 0.1] = np.nan
    plan[draw.random(size) < 0.1] = None
    return {"visits": visits, "late": late, "odd": odd, "plan": plan}, stayed


@pytest.fixture(scope="module")
def simple():
    measured, stayed = customers()
    return measured, stayed, fit(CATALOGUE, measured, stayed)


@pytest.fixture(scope="module")
def paired():
    measured, stayed = customers(3_000, together=2.0)
    return measured, stayed, fit(CATALOGUE, measured, stayed)


@pytest.mark.parametrize("which", ["simple", "paired"])
def test_base_and_factors_add_up_and_weights_to_100(which, request):
    measured, _, fitted = request.getfixturevalue(which)
    scores = score(fitted.scorecard, measured)
    gap = np.abs(scores.base + scores.contributions.sum(axis=1) - scores.strength)
    assert gap.max() < 1e-9
    assert scores.strength.min() >= -1e-9
    assert scores.strength.max() <= 100 + 1e-9
    card = fitted.scorecard
    assert sum(part.weight for part in (*card.terms, *card.pairs)) == pytest.approx(100)


def test_it_ranks_customers_by_outcomes(simple):
    measured, stayed, fitted = simple
    assert auc(stayed, score(fitted.scorecard, measured).strength) > 0.8
    assert 0.75 < fitted.report.inner_auc < 0.95


def test_two_metrics_that_work_together_become_a_pair(simple, paired):
    assert simple[2].report.pairs == ()
    assert ("visits", "odd") in paired[2].report.pairs


@pytest.mark.parametrize("which", ["simple", "paired"])
def test_factors_are_the_shap_values_of_the_trees(which, request):
    measured, _, fitted = request.getfixturevalue(which)
    assert shap_difference(fitted, measured) < 1e-6


def test_single_factors_are_exact_shap_values_over_the_whole_population(simple):
    """Compared with an explainer without knowledge of trees, over all customers."""
    measured, _, fitted = simple
    x = fitted.encoder.matrix(measured)
    assert np.isnan(x[:20]).any()
    theirs = exact_shap(strength_of(fitted), x, x[:20])
    ours = score(fitted.scorecard, measured).contributions[:20]
    assert np.abs(ours - theirs).max() < 1e-6


def strength_of(fitted):
    """Strength as a function of encoded rows; a merged rank stands for any of its levels."""

    def strength(rows):
        measured = {}
        for column, values in zip(fitted.encoder.columns, rows.T, strict=True):
            if isinstance(column, CategoryColumn):
                level = {rank: name for name, rank in column.ranks.items()}
                values = np.array([level.get(rank) for rank in values], dtype=object)
            measured[column.metric] = values
        return score(fitted.scorecard, measured).strength

    return strength


@pytest.mark.parametrize("which", ["simple", "paired"])
def test_raising_a_metric_in_its_good_direction_never_lowers_the_strength(which, request):
    measured, _, fitted = request.getfixturevalue(which)
    for metric, raised in (("visits", 3.0), ("late", -5.0)):
        better = {**measured, metric: measured[metric] + raised}
        gain = score(fitted.scorecard, better).strength - score(fitted.scorecard, measured).strength
        assert gain.min() > -1e-9


def test_unknown_values_have_no_factor(simple):
    measured, _, fitted = simple
    scores = score(fitted.scorecard, measured)
    late = fitted.scorecard.metrics.index("late")
    assert (scores.contributions[np.isnan(measured["late"]), late] == 0).all()


def test_predictive_missing_values_get_their_own_metric():
    measured, stayed = customers()
    measured["late"] = np.where(
        ~stayed & (np.arange(stayed.size) % 2 == 0), np.nan, measured["late"]
    )
    measured["late known"] = (~np.isnan(measured["late"])).astype(float)
    flag = MetricDefinition(
        "late known", "late known", "", "loyalty", "none", "attribute_known", {"attribute": "late"}
    )
    fitted = fit((*CATALOGUE, flag), measured, stayed)
    scores = score(fitted.scorecard, measured)
    holes = np.isnan(measured["late"])
    late, known = (fitted.scorecard.metrics.index(key) for key in ("late", "late known"))
    assert (scores.contributions[holes, late] == 0).all()
    assert (scores.contributions[holes, known] < -3).all()
    raw = fitted.booster.predict(fitted.encoder.matrix(measured), raw_score=True)
    by_trees = raw[holes] * fitted.points
    plan_known = np.array([plan is not None for plan in measured["plan"]])[holes]
    shift = (scores.strength[holes] - by_trees)[plan_known]
    assert np.ptp(shift) < 1e-9
    assert shap_difference(fitted, measured) < 1e-6


def test_strength_is_calibrated_to_the_share_who_stay(simple):
    measured, stayed, fitted = simple
    strength = score(fitted.scorecard, measured).strength
    probability = stay_probabilities(fitted.scorecard.calibration, strength)
    assert probability.mean() == pytest.approx(stayed.mean(), abs=0.03)
    assert stay_probability(fitted.scorecard.calibration, 90) > stay_probability(
        fitted.scorecard.calibration, 10
    )


def test_categories_are_scored_by_their_levels(simple):
    curve = {term.metric: term.curve for term in simple[2].scorecard.terms}["plan"]
    assert isinstance(curve, Levels)
    worth = dict(zip(curve.levels, curve.ys, strict=True))
    assert worth["Gold"] == max(worth.values())


def test_bands_remain_useful(simple):
    fragile, strong = simple[2].scorecard.band_edges
    strength = score(simple[2].scorecard, simple[0]).strength
    assert 0.15 < (strength < fragile).mean() < 0.35
    assert 0.25 < (strength >= strong).mean() < 0.45


def test_learning_twice_gives_the_same(simple):
    measured, stayed, fitted = simple
    assert fit(CATALOGUE, measured, stayed).scorecard == fitted.scorecard


def test_too_few_outcomes_are_refused_with_the_reason():
    measured, _ = customers(400)
    few = np.ones(400, dtype=bool)
    few[:12] = False
    with pytest.raises(Invalid, match="12 left and 388 stayed"):
        fit(CATALOGUE, measured, few)


def test_no_remaining_metric_is_refused_with_the_reason():
    _, stayed = customers(400)
    same = {"visits": np.ones(400)}
    with pytest.raises(Invalid, match="the same for everybody"):
        fit(CATALOGUE[:1], same, stayed)


def test_calibration_never_falls_with_the_score():
    stayed = np.array([True] * 50 + [False] * 50)
    upside_down = fit_calibration(stayed, np.linspace(0, 1, 100))
    assert upside_down.slope == 0
    assert stay_probability(upside_down, 3) == pytest.approx(0.5)


def test_a_short_linear_list_is_learned_as_well_as_by_regression():
    draw = np.random.default_rng(11)
    x = draw.normal(size=(1_500, 6))
    stayed = draw.random(1_500) < 1 / (1 + np.exp(-(x @ [0.9, -0.7, 0.5, 0, 0, 0])))
    catalogue = [number(f"m{place}") for place in range(6)]
    measured = {f"m{place}": x[:, place] for place in range(6)}
    few = {key: values[:300] for key, values in measured.items()}
    fitted = fit(catalogue, few, stayed[:300])
    unseen = {key: values[300:] for key, values in measured.items()}
    floor = logistic.fit(catalogue, few, stayed[:300]).raw(unseen)
    ours = score(fitted.scorecard, unseen).strength
    assert auc(stayed[300:], ours) > auc(stayed[300:], floor) - 0.01
    assert shap_difference(fitted, few) < 1e-9  # the trees that follow a line are explained alike


def test_a_short_list_keeps_the_declared_direction_against_the_data():
    draw = np.random.default_rng(12)
    x = draw.normal(size=(240, 2))
    stayed = draw.random(240) < 1 / (1 + np.exp(-(x @ [-1.0, 1.0])))
    catalogue = [number("good", "higher"), number("other", "higher")]
    fitted = fit(catalogue, {"good": x[:, 0], "other": x[:, 1]}, stayed)
    rising = score(fitted.scorecard, {"good": np.linspace(-3, 3, 50), "other": np.zeros(50)})
    assert (np.diff(rising.strength) >= -1e-9).all()


def test_the_date_a_customer_began_is_learned_from_and_its_growing_age_is_not():
    measured, stayed = customers(600)
    days = np.where(stayed, 700.0, 500.0) + np.random.default_rng(4).exponential(300, 600)
    tenure = MetricDefinition("tenure", "Tenure", "days", "tenure", "higher", "tenure")
    began = MetricDefinition("began", "Began", "", "tenure", "none", "customer_since")
    known = measured | {"tenure": days, "began": 2026 - days / 365.2425}
    fitted = fit((*CATALOGUE, tenure, began), known, stayed)
    weighed = {term.metric for term in fitted.scorecard.terms if term.weight > 0}
    assert "began" in weighed
    assert "tenure" not in weighed
