"""The score is exact and monotone, and unknown values are neutral."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.errors import Invalid
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.scorecard import (
    Levels,
    Linear,
    PairTerm,
    Scorecard,
    Steps,
    Term,
    code,
    hand_set,
    reweigh,
    score,
    score_values,
)
from tests.scoring.samples import CATALOGUE, scorecards, some_measured

pytestmark = pytest.mark.slow


def test_base_and_factors_add_up_to_the_strength_for_everybody():
    measured = some_measured(5_000)
    scores = score(hand_set(CATALOGUE, measured), measured)
    gap = np.abs(scores.base + scores.contributions.sum(axis=1) - scores.strength)
    assert gap.max() < 1e-9
    assert scores.strength.min() >= 0
    assert scores.strength.max() <= 100


def test_weights_sum_to_100_in_the_given_proportions():
    measured = some_measured(500)
    equal = hand_set(CATALOGUE, measured)
    wished = hand_set(CATALOGUE, measured, {"orders": 3, "recency": 1})
    assert sum(term.weight for term in equal.terms) == pytest.approx(100)
    assert {term.metric: term.weight for term in wished.terms if term.weight} == {
        "orders": 75,
        "recency": 25,
    }


def test_a_category_without_levels_is_shown_but_not_scored():
    measured = some_measured(500)
    card = hand_set(CATALOGUE, measured)
    weight = {term.metric: term.weight for term in card.terms}
    assert weight["country"] == 0
    assert weight["plan"] > 0


@given(card=scorecards(), data=st.data())
def test_any_scorecard_is_additive_and_within_0_to_100(card, data):
    values = data.draw(rows_for(card, 4))
    scores = score_values(card, values)
    assert np.abs(scores.base + scores.contributions.sum(axis=1) - scores.strength).max() < 1e-9
    assert (scores.strength > -1e-9).all()
    assert (scores.strength < 100 + 1e-9).all()


@given(card=scorecards(), data=st.data())
def test_raising_a_metric_in_its_good_direction_never_lowers_the_strength(card, data):
    values = data.draw(rows_for(card, 1))
    column = data.draw(st.integers(0, len(card.terms) - 1))
    raised = values.copy()
    if math.isnan(raised[0, column]):
        raised[0, column] = values[0, column] = 0.0
    raised[0, column] += data.draw(st.floats(0, 50))
    if isinstance(card.terms[column].curve, Levels):
        raised[0, column] = min(2, int(raised[0, column]))
    before, after = score_values(card, np.vstack([values, raised])).strength
    assert after >= before - 1e-9


@given(card=scorecards(), data=st.data())
def test_unknown_values_have_no_factor_and_lower_only_coverage(card, data):
    values = data.draw(rows_for(card, 1))
    column = data.draw(st.integers(0, len(card.terms) - 1))
    forgotten = values.copy()
    forgotten[0, column] = np.nan
    scores = score_values(card, np.vstack([values, forgotten]))
    assert scores.contributions[1, column] == 0.0
    assert scores.coverage[1] <= scores.coverage[0] + 1e-12


def test_without_values_strength_is_the_base_with_no_coverage():
    card = hand_set(CATALOGUE, some_measured(500))
    scores = score_values(card, np.full((1, len(card.terms)), np.nan))
    assert scores.strength[0] == pytest.approx(scores.base)
    assert scores.coverage[0] == 0


def test_a_metric_that_was_not_measured_is_unknown():
    measured = some_measured(50)
    card = hand_set(CATALOGUE, measured)
    del measured["orders"]
    scores = score(card, measured)
    assert (scores.contributions[:, card.metrics.index("orders")] == 0).all()


def test_an_undeclared_level_is_unknown():
    card = hand_set(CATALOGUE, some_measured(50))
    strange = {"plan": np.array(["Nobody's plan", "Gold"], dtype=object)}
    values = code(card, strange)[:, card.metrics.index("plan")]
    assert math.isnan(values[0])
    assert values[1] == 2


def test_a_business_without_any_data_still_gets_a_scorecard():
    nobody = {
        definition.key: np.empty(0, dtype=object if definition.kind.endswith("category") else float)
        for definition in CATALOGUE
    }
    card = hand_set(CATALOGUE, nobody)
    assert sum(term.weight for term in card.terms) == pytest.approx(100)


def test_a_catalogue_without_scorable_metrics_is_refused():
    only = [definition for definition in CATALOGUE if definition.key == "country"]
    with pytest.raises(Invalid, match="No metric can be judged"):
        hand_set(only, some_measured(10))


def test_scorecards_and_definitions_round_trip_through_json():
    card = hand_set(CATALOGUE, some_measured(100))
    assert msgspec.convert(msgspec.to_builtins(card), Scorecard) == card
    assert msgspec.json.decode(msgspec.json.encode(card), type=Scorecard) == card
    again = msgspec.convert(msgspec.to_builtins(CATALOGUE), list[MetricDefinition])
    assert again == list(CATALOGUE)


def test_new_weights_keep_the_curves_and_the_sum():
    card = hand_set(CATALOGUE, some_measured(100))
    heavier = reweigh(card, {"orders": 200})
    assert sum(term.weight for term in heavier.terms) == pytest.approx(100)
    assert [term.curve for term in heavier.terms] == [term.curve for term in card.terms]
    with pytest.raises(Invalid):
        reweigh(card, {"orders": -1})


def test_steps_cut_where_trees_cut():
    card = Scorecard((Term("x", 100, Steps((1.0, 2.0), (0.0, 0.5, 1.0)), 0.0),))
    strength = score(card, {"x": np.array([0.9, 1.0, 1.1, 2.0, 2.1])}).strength
    assert strength.tolist() == [0, 0, 50, 50, 100]


def test_a_pair_shares_its_points_between_both_metrics():
    flat = Linear((0.0,), (0.0,))
    pair = PairTerm("a", "b", 100, (0.5,), (0.5,), ((0.8, 0.2), (0.2, 0.8)), 0.5)
    card = Scorecard((Term("a", 0, flat, 0), Term("b", 0, flat, 0)), (pair,))
    scores = score(card, {"a": np.array([1.0, 1, np.nan]), "b": np.array([1.0, 0, 1])})
    assert scores.strength.tolist() == pytest.approx([80, 20, 50])
    assert scores.contributions.ravel().tolist() == pytest.approx([15, 15, -15, -15, 0, 0])
    assert scores.coverage.tolist() == [1, 1, 0.5]


def rows_for(card, size):
    """Return values for every term, some unknown."""

    def one(term):
        known = (
            st.integers(0, 2).map(float)
            if isinstance(term.curve, Levels)
            else st.floats(-20, 120, allow_nan=False)
        )
        return st.one_of(st.just(math.nan), known)

    row = st.tuples(*[one(term) for term in card.terms])
    return st.lists(row, min_size=size, max_size=size).map(np.array)
