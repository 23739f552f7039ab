"""Data checks report leaks, wrong directions, constants, ids, copies, sensitive columns."""

import msgspec
import numpy as np
import pytest

from pulse.i18n.sentences import said_in
from pulse.learning.data_checks import Finding, inspect, left_out
from pulse.learning.known_flags import known_definition
from pulse.tabular.guesses.sensitive import sensitive_kind, sensitive_values
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
        assert "recorded afterwards" in one.words


@pytest.mark.parametrize(
    "name",
    [
        "Churn Score", "retention_calls", "final_bill", "prob_leave_model", "exit_survey",
        "win_back_offers", "port_out_date", "Kündigungsgrund", "Schlussrechnung",
        "Rückgewinnungsanrufe", "motif de résiliation", "solde_final", "motivo_baja", "riesgo_fuga",
        "motivo_abbandono", "opzegreden", "eindafrekening", "multa_rescisória", "powód_rezygnacji",
    ],
)  # fmt: skip
def test_a_column_named_after_leaving_is_a_leak(name):
    _, stayed = customers(600)
    weak = stayed * 0.8 + np.random.default_rng(1).normal(0, 1.0, 600)
    one = found([number(name)], {name: weak}, stayed)[name]
    assert (one.kind, one.left_out) == ("leak", True)
    assert "by its name" in one.words
    assert found([number("visits")], {"visits": weak}, stayed) == {}


@pytest.mark.parametrize(
    "name",
    ["cancelled_orders", "cart_abandonment", "data_retention_days", "Kündigungsfrist", "gama_baja"],
)
def test_what_was_cancelled_elsewhere_is_no_leak(name):
    _, stayed = customers(600)
    weak = stayed * 0.8 + np.random.default_rng(1).normal(0, 1.0, 600)
    assert found([number(name)], {name: weak}, stayed) == {}


def test_a_column_filled_only_for_some_leavers_is_a_leak():
    _, stayed = customers(600)
    some = ~stayed & (np.arange(600) % 3 == 0)
    columns = {
        "amount": np.where(some, 25.0, np.nan),
        "fee": np.where(some, 25.0, 0.0),
        "customer status": np.where(some, "closed", "open").astype(object),
    }
    catalogue = (number("amount"), number("fee"), category("customer status"))
    for name, one in found(catalogue, columns, stayed).items():
        assert (one.kind, one.left_out) == ("leak", True), name
    words = {name: one.words for name, one in found(catalogue, columns, stayed).items()}
    assert len(words) == 3
    assert words["amount"].startswith("“amount” is filled only for customers who left:")
    assert words["fee"].startswith("“fee” is other than zero only for customers who left:")


@pytest.mark.parametrize("stayed", [np.ones(600, dtype=bool), np.zeros(600, dtype=bool)])
def test_there_is_no_leak_while_all_stayed_or_all_left(stayed):
    fee = np.arange(600) % 3 * 25.0
    kind = np.where(fee > 0, "closed", "open").astype(object)
    catalogue = (number("churn fee"), category("customer status"))
    assert found(catalogue, {"churn fee": fee, "customer status": kind}, stayed) == {}


def test_a_leak_is_kept_by_choice_with_its_flag_and_a_warning():
    measured, stayed = customers(600)
    some = ~stayed & (np.arange(600) % 3 == 0)
    columns = {"refund": np.where(some, 25.0, np.nan), "refund known": some * 1.0}
    catalogue = (*CATALOGUE, number("refund"), known_definition("refund"))
    measured |= columns
    assert left_out(inspect(catalogue, measured, stayed)) == set(columns)
    for name, one in found(catalogue, measured, stayed, kept=["refund"]).items():
        assert (one.kind, one.left_out, one.label) == ("leak", False, name)
        assert "known only after the customer left?" in one.words
    assert left_out(inspect(catalogue, measured, stayed, kept=["visits"])) == set(columns)


def test_keeping_a_leak_does_not_keep_ids_copies_or_sensitive_columns():
    measured, stayed = customers(600)
    measured |= {
        "row number": np.arange(600.0),
        "visits in pence": measured["visits"] * 100,
        "gender": np.where(stayed, "f", "m").astype(object),
    }
    catalogue = (*CATALOGUE, number("row number"), number("visits in pence"), category("gender"))
    unkept = {"row number", "visits in pence", "gender"}
    assert left_out(inspect(catalogue, measured, stayed, kept=measured)) == unkept


def test_a_strong_column_known_for_few_is_no_leak():
    stayed = np.arange(600) % 2 == 0
    seen = np.where(np.arange(600) < 24, stayed + np.arange(600) * 0.06, np.nan)
    assert found([number("visits")], {"visits": seen}, stayed)["visits"].kind == "mostly_missing"


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
    assert "goes with leaving" in one.words


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
        ("Versichertenalter", "age"),
        ("policy_holder_age", "age"),
        ("edad_al_contratar", "age"),
        ("fascia_eta", "age"),
        ("faixa etária", "age"),
        ("rok_urodzenia", "age"),
        ("leeftijdscategorie", "age"),
        ("aanhef", "gender"),
        ("płeć", "gender"),
        ("stato_civile", "marital status"),
        ("Ehepartner", "marital status"),
        ("nb_enfants", "family"),
        ("qtd_dependentes", "family"),
        ("Staatsangehörigkeit", "origin"),
        ("obywatelstwo", "origin"),
        ("Cod. postal", "place of living"),
        ("CP", "place of living"),
        ("achternaam", "name"),
        ("Schwerbehindert", "health"),
        ("Alter_des_Vertrags", None),
        ("Gerätealter", None),
        ("Verwalter", None),
        ("edad_cuenta", None),
        ("idade_do_aparelho", None),
        ("wiek_umowy", None),
        ("language_pack", None),
        ("parent_company", None),
        ("race_results_viewed", None),
        ("kids_hours_watched", None),
        ("genero_musical", None),
        ("zip_downloads", None),
        ("single_use", None),
        ("raceway", None),
        ("message", None),
        ("MonthlyCharges", None),
    ],
)
def test_sensitive_names_are_known_by_whole_words(name, kind):
    assert sensitive_kind(name) == kind


@pytest.mark.parametrize(
    ("name", "lowest", "is_sensitive"),
    [
        ("age_terminal", 1, False),
        ("eta_contatore", 1, False),
        ("Kartenalter", 1, False),
        ("Kundenalter", 1, True),
        ("age_terminal", 18, True),
        ("client_age", 1, True),
        ("age", 1, True),
    ],
)
def test_ages_that_no_customer_has_are_of_a_thing(name, lowest, is_sensitive):
    _, stayed = customers(600)
    ages = np.random.default_rng(2).integers(lowest, lowest + 50, 600) * 1.0
    kinds = {one.kind for one in inspect([number(name)], {name: ages}, stayed)}
    assert kinds == ({"sensitive"} if is_sensitive else set())


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("Mr", "Mrs", "Dr"), "gender"),
        (("M", "F", "X"), "gender"),
        (("Herr", "Frau", "Firma"), "gender"),
        (("Married", "Single", "Divorced"), "marital status"),
        (("Monthly", "Full year"), None),
        (("Single", "Family"), None),
        (("S", "M", "L"), None),
        (("Drama", "Comedy"), None),
    ],
)
def test_sensitive_values_are_found_under_any_name(values, kind):
    assert sensitive_values(values) == kind


def test_findings_are_stored_and_read_in_another_language():
    stayed = np.arange(600) % 3 > 0
    catalogue = (number("refund"), number("age"))
    measured = {"refund": stayed * 1.0, "age": np.arange(600) % 60 + 18.0}
    findings = inspect(catalogue, measured, stayed)
    stored = msgspec.json.decode(msgspec.json.encode(findings), type=list[Finding])
    said = {one.metric: said_in("de", one.words) for one in stored}
    assert said["refund"] == (
        "„refund“ verrät allein, wer abgewandert ist (AUC 1,000): Sie wurde wohl erst danach "
        "erfasst, daher wird nichts aus ihr gelernt."
    )
    assert said["age"].startswith("„age“ ist sensibel (Alter): ")
