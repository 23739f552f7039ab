"""Factors as text: complete for the CSM, only positive and visible ones for the customer."""

import numpy as np
import pytest

from pulse.errors import Invalid
from pulse.scoring.factors import (
    by_signal,
    factors_of,
    for_customer,
    positive_reasons,
    reasons_down,
    reasons_up,
    top_reasons,
)
from pulse.scoring.formatting import format_value
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.recommendations import as_row, strengthen, what_if
from pulse.scoring.scorecard import Levels, Linear, Scorecard, Steps, Term, score_values
from tests.scoring.samples import CATALOGUE

CARD = Scorecard(
    (
        Term("tenure", 10, Linear((0, 1000), (0, 1)), 0.5),
        Term("orders", 30, Linear((0, 2, 4, 8), (0, 0.3, 0.6, 1)), 0.3),
        Term("recency", 20, Linear((10, 100), (1, 0)), 0.5),
        Term("returns", 10, Steps((0.0, 0.5), (1, 0.4, 0)), 0.8),
        Term("plan", 15, Levels(("Basic", "Plus", "Gold"), (0, 0.6, 1)), 0.4),
        Term("country", 0, Levels(("France", "Peru"), (0.5, 0.5)), 0.5),
        Term("spend", 15, Linear((100, 2000), (0, 1)), 0.5),
    )
)
ROW = [900.0, 1.0, 80.0, 0.0, 0.0, 1.0, None]


def scored(row=ROW):
    return score_values(CARD, as_row(row)[np.newaxis, :])


def factors(row=ROW):
    return factors_of(CARD, CATALOGUE, row, scored(row).contributions[0].tolist())


def test_factors_contain_readable_values():
    found = {factor.feature: factor for factor in factors()}
    assert found["plan"].value == "Basic"
    assert found["spend"].value is None
    assert found["spend"].spoken_value == "not known"
    assert found["recency"].usual == "55 days"
    assert found["tenure"].contribution == pytest.approx(4)


def test_signals_sum_as_the_factors_do():
    total = sum(by_signal(factors()).values())
    assert scored().base + total == pytest.approx(scored().strength[0])


def test_the_csm_sees_value_usual_value_and_points():
    texts = [reason.text for reason in top_reasons(factors(), 2)]
    assert texts == [
        "Plan: Basic (−6.0)",
        "Last order: 80 days, usual here 55 days (−5.6)",
    ]
    assert all(reason.contribution < 0 for reason in reasons_down(factors()))
    assert [reason.feature for reason in reasons_up(factors())] == ["tenure", "returns"]


def test_the_customer_sees_visible_metrics_and_the_sum_of_others():
    shown = for_customer(factors())
    assert {factor.feature for factor in shown} == {"tenure", "orders", "recency", "plan", "other"}
    total = sum(factor.contribution for factor in shown)
    assert scored().base + total == pytest.approx(scored().strength[0])
    assert next(factor for factor in shown if factor.feature == "orders").label == (
        "Your orders this quarter"
    )


def test_the_customer_sees_only_positive_reasons():
    assert [reason.text for reason in positive_reasons(factors())] == ["With us: 900 days"]
    assert positive_reasons(factors([0.0, 0.0, 200.0, 1.0, 0.0, None, 0.0])) == []


@pytest.mark.parametrize(
    ("kind", "parameters", "value", "praised"),
    [
        ("order_count", {}, 2.0, False),
        ("order_count", {}, 5.0, True),
        ("event_count", {"days": 90}, 1.0, False),
        ("event_count", {"days": 90}, 3.0, True),
        ("order_recency", {}, 59.0, True),
        ("order_recency", {}, 95.0, False),
        ("order_span", {}, 0.0, False),
        ("attribute_number", {}, 0.0, True),
    ],
)
def test_praise_has_its_own_minimum(kind, parameters, value, praised):
    metric = MetricDefinition("m", "M", "", "loyalty", "higher", kind, parameters, True)
    card = Scorecard((Term("m", 100, Linear((0, 1), (0.5, 1)), 0.1),))
    said = positive_reasons(factors_of(card, [metric], [value], [40.0]))
    assert bool(said) is praised


def test_suggestions_are_actionable_visible_and_exact():
    steps = {step.feature: step for step in strengthen(CARD, CATALOGUE, ROW)}
    assert set(steps) == {"recency", "plan"}  # orders and recency are one deed: to order
    assert steps["plan"].text == "Plan: from Basic to Plus"
    assert steps["recency"].text == "Find something you like this week"
    for step in steps.values():
        after = what_if(CARD, CATALOGUE, ROW, {step.feature: step.goal})
        assert after.strength - scored().strength[0] == pytest.approx(step.points)
    assert [step.points for step in strengthen(CARD, CATALOGUE, ROW)] == sorted(
        (step.points for step in steps.values()), reverse=True
    )


def test_no_step_is_suggested_at_the_maximum():
    assert strengthen(CARD, CATALOGUE, [900.0, 20.0, 0.0, 0.0, 2.0, 1.0, 5000.0]) == []


def test_a_learned_step_is_just_beyond_its_edge():
    card = Scorecard((Term("orders", 100, Steps((2.5, 4.5), (0, 0.5, 1)), 0.5),))
    assert [step.goal for step in strengthen(card, CATALOGUE, [1.0])] == [3]


def test_what_if_shows_strength_and_factors_together():
    after = what_if(CARD, CATALOGUE, ROW, {"plan": "Gold", "spend": 2000, "tenure": None})
    assert after.base + sum(f.contribution for f in after.factors) == pytest.approx(after.strength)
    assert {f.feature: f.value for f in after.factors}["plan"] == "Gold"
    assert {f.feature: f.contribution for f in after.factors}["tenure"] == 0
    with pytest.raises(Invalid):
        what_if(CARD, CATALOGUE, ROW, {"shoe size": 43})


def test_a_metric_that_left_the_catalogue_is_still_shown_by_its_key():
    lost = factors_of(CARD, [], ROW, scored().contributions[0].tolist())
    assert lost[0].label == "tenure"
    assert positive_reasons(lost) == []


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        ("orders", 1.0, "1 order"),
        ("orders", 12.0, "12 orders"),
        ("GBP", 1240.4, "£1,240"),
        ("CHF", 12.5, "12.5 CHF"),
        ("%", 12.34, "12.3%"),
        ("", 0.126, "0.13"),
        ("days", None, "not known"),
        ("", "Gold", "Gold"),
    ],
)
def test_values_are_written_as_text(unit, value, words):
    definition = MetricDefinition("it", "It", unit, "value", "higher", "tenure")
    assert format_value(definition, value) == words


def test_yes_and_no_are_written_as_text():
    flag = MetricDefinition("it", "It", "", "value", "higher", "attribute_flag")
    assert [format_value(flag, 1.0), format_value(flag, 0.0)] == ["yes", "no"]


def test_two_orders_far_apart_get_no_praise():
    span = MetricDefinition("span", "S", "days", "tenure", "higher", "order_span", {}, True)
    count = MetricDefinition("n", "N", "orders", "engagement", "higher", "order_count", {})
    card = Scorecard(tuple(Term(key, 50, Linear((0, 1), (0.5, 1)), 0.1) for key in ("span", "n")))
    for orders, praised in ((2.0, False), (3.0, True)):
        said = positive_reasons(factors_of(card, [span, count], [347.0, orders], [20.0, 20.0]))
        assert bool(said) is praised


def test_who_stayed_away_is_not_told_that_they_keep_coming_back():
    span = MetricDefinition("span", "S", "days", "tenure", "higher", "order_span", {}, True)
    late = MetricDefinition("late", "L", "", "loyalty", "lower", "order_lateness", {})
    card = Scorecard(
        tuple(Term(key, 50, Linear((0, 1), (0.5, 1)), 0.1) for key in ("span", "late"))
    )
    for lateness, praised in ((1.0, True), (2.1, False), (None, True)):
        said = positive_reasons(factors_of(card, [span, late], [371.0, lateness], [20.0, -6.0]))
        assert bool(said) is praised


def test_a_step_includes_its_effect_on_lateness():
    def metric(key: str, kind: str, **more) -> MetricDefinition:
        return MetricDefinition(
            key, key, "days", "loyalty", "lower", kind, {"event": ["order"], **more},
            customer_visible=key == "since", actionable=key == "since",
        )  # fmt: skip

    catalogue = [metric("since", "order_recency"), metric("late", "order_lateness", recovery=0.75)]
    card = Scorecard(
        (
            Term("since", 20, Linear((0, 100), (1, 0)), 0.5),
            Term("late", 80, Linear((0, 4), (1, 0)), 0.9),
        )
    )
    (step,) = strengthen(card, catalogue, [50.0, 3.0])
    assert step.feature == "since"
    assert step.points == pytest.approx(10 + 80 * (3.0 - 0.75 * 2.0) / 4)
    late = factors_of(card, catalogue, [50.0, 3.0], [0.0, 0.0])[1]
    assert late.usual == ""  # compared with their own habit: no other usual value
