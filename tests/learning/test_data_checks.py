"""Data checks report leaks, wrong directions, constants, ids, copies, sensitive columns."""

import numpy as np
import pytest

from pulse.learning.data_checks import inspect, left_out
from pulse.learning.sensitive import sensitive_kind
from tests.learning.test_fitting import CATALOGUE, category, customers, number


def found(catalogue, measured, stayed, **options):
    return {one.metric: one for one in inspect(catalogue, measured, stayed, **options)}


def test_good_data_raises_no_finding():
    measured, stayed = customers()
    assert found(CATALOGUE, measured, stayed) == {}


def test_a_column_that_predicts_the_outcome_perfectly_is_a_leak():
    measured, stayed = customers(600)
    noise = np.random.default_rng(1).normal(0, 0.2, 600)
    leaks = {
        "refund": stayed + noise,
        "reason": np.where(stayed, None, "too dear"),
        "hump": np.where(stayed, 0.0, np.where(noise > 0, 5.0, -5.0)) + noise,
    }
    catalogue = (number("refund"), category("reason"), number("hump"))
    for name, one in found(catalogue, measured | leaks, stayed).items():
        assert one.kind == "leak", name
        assert one.left_out
        assert "recorded afterwards" in one.text


@pytest.mark.parametrize(
    "name", ["Churn Score", "retention_calls", "final_bill", "prob_leave_model", "exit_survey"]
)
def test_a_column_named_after_leaving_is_a_leak(name):
    _, stayed = customers(600)
    weak = stayed * 0.8 + np.random.default_rng(1).normal(0, 1.0, 600)
    one = found([number(name)], {name: weak}, stayed)[name]
    assert (one.kind, one.left_out) == ("leak", True)
    assert "by its name" in one.text
    assert found([number("visits")], {"visits": weak}, stayed) == {}


def test_a_strong_column_is_no_leak_while_few_outcomes_are_known():
    stayed = np.arange(200) >= 17
    strong = stayed * 1.4 + np.random.default_rng(2).normal(0, 1.0, 200)
    assert found([number("use")], {"use": strong}, stayed) == {}


def test_a_value_that_never_leaves_is_called_certain():
    _, stayed = customers(600)
    vip = np.where(stayed & (np.arange(600) % 3 == 0), "yes", "no").astype(object)
    one = found([category("vip")], {"vip": vip}, stayed)["vip"]
    assert one.kind == "certain"
    assert not one.left_out


def test_a_metric_with_the_opposite_direction_is_reported():
    measured, stayed = customers()
    one = found([number("late", "higher")], measured, stayed)["late"]
    assert one.kind == "reversed"
    assert "goes with leaving" in one.text


def test_ids_constants_and_copies_are_excluded():
    measured, stayed = customers(600)
    extra = {
        "row number": np.arange(600.0),
        "email": np.array([f"c{i}@example.com" for i in range(600)], dtype=object),
        "same": np.ones(600),
        "never": np.full(600, np.nan),
        "visits in pence": measured["visits"] * 100,
        "tier": np.array([plan and plan.upper() for plan in measured["plan"]], dtype=object),
    }
    catalogue = (
        *CATALOGUE,
        *(number(key) for key in ("row number", "same", "never", "visits in pence")),
        category("email"),
        category("tier"),
    )
    kinds = {key: one.kind for key, one in found(catalogue, measured | extra, stayed).items()}
    assert kinds == {
        "row number": "id",
        "email": "id",
        "same": "constant",
        "never": "mostly_missing",
        "visits in pence": "duplicate",
        "tier": "duplicate",
    }


def test_sensitive_metrics_are_excluded_unless_an_admin_includes_them():
    measured, stayed = customers()
    catalogue = (*CATALOGUE, number("customer_age"))
    measured["customer_age"] = np.random.default_rng(2).integers(18, 90, len(stayed)) * 1.0
    assert left_out(inspect(catalogue, measured, stayed)) == {"customer_age"}
    assert left_out(inspect(catalogue, measured, stayed, include_sensitive=True)) == set()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Customer_Age", "age"),
        ("SeniorCitizen", "age"),
        ("Gender", "gender"),
        ("Marital_Status", "marital status"),
        ("Dependent_count", "family"),
        ("country of birth", "origin"),
        ("Geburtsjahr", "age"),
        ("idade", "age"),
        ("sexe", "gender"),
        ("Anrede", "gender"),
        ("first name", "name"),
        ("zip", "place of living"),
        ("preferred_language", "origin"),
        ("diagnosis", "health"),
        ("subscription_age", None),
        ("device_age", None),
        ("programming language", None),
        ("average usage", None),
        ("Package", None),
        ("account age", None),
        ("MonthlyCharges", None),
    ],
)
def test_sensitive_names_are_known_by_whole_words(name, kind):
    assert sensitive_kind(name) == kind
