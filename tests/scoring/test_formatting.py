"""Values as text: whole days, and targets that differ from the current value."""

import msgspec
import pytest

from pulse.i18n.identity_phrases import LANGUAGES, words_for
from pulse.scoring.formatting import describe_change, format_value, round_for_display, say_value
from pulse.scoring.metrics.catalogue import MetricDefinition


def metric(unit: str) -> MetricDefinition:
    return msgspec.convert(
        {
            "key": "gap",
            "label": "Usual gap",
            "unit": unit,
            "signal": "engagement",
            "direction": "lower",
            "kind": "event_gap",
            "parameters": {},
        },
        MetricDefinition,
    )


@pytest.mark.parametrize(
    ("unit", "value", "said"),
    [
        ("days", 2.06, "2 days"),
        ("days", 1.29, "1 day"),
        ("days", 1.5, "2 days"),
        ("days", 0.29, "0.3 days"),
        ("days", 364.4, "364 days"),
        ("weeks", 3.2, "3 weeks"),
        ("points", 4.25, "4.25 points"),
        ("%", 93.4, "93.4%"),
        ("GBP", 1240.0, "£1,240"),
    ],
)
def test_durations_are_shown_as_integers(unit: str, value: float, said: str) -> None:
    assert format_value(metric(unit), value) == said


@pytest.mark.parametrize(
    ("value", "habitual", "said", "in_german"),
    [
        (0.2, True, "20% of the usual gap", "20 % des üblichen Abstands"),
        (1.83, True, "1.8 × the usual gap", "1,8 × üblicher Abstand"),
        (
            0.2,
            False,
            "20% of the average gap",
            "20 % des mittleren Abstands",
        ),
        (
            1.83,
            False,
            "1.8 × the average gap",
            "1,8 × mittlerer Abstand",
        ),
    ],
)
def test_a_gap_is_called_usual_for_a_habit_only(
    value: float, habitual: bool, said: str, in_german: str
) -> None:
    late = metric("× the usual")
    assert format_value(late, value, habitual=habitual) == said
    assert say_value(late, value, habitual=habitual) == said
    german = format_value(late, value, words_for("de"), habitual=habitual)
    assert german.replace("\xa0", " ") == in_german


@pytest.mark.parametrize("language", LANGUAGES)
def test_customers_read_gaps_in_their_language(language: str) -> None:
    words = words_for(language)
    said = {
        format_value(metric("× the usual"), value, words, habitual=habitual)
        for value in (0.2, 1.83)
        for habitual in (True, False)
    }
    assert len(said) == 4
    assert language == "en" or not any("gap" in one for one in said)


def test_a_small_change_of_lateness_has_a_decimal_more():
    late = metric("× the usual")
    words = "47.2% of the usual gap → 46.8% of the usual gap"
    assert describe_change(late, 0.472, 0.468, habitual=True) == words
    words = "1.83 × the average gap → 1.84 × the average gap"
    assert describe_change(late, 1.83, 1.84) == words


def test_a_change_below_one_day_is_shown_exactly() -> None:
    assert describe_change(metric("days"), 2.4, 2.1) == "2.4 days → 2.1 days"
    assert describe_change(metric("days"), 4.4, 2.1) == "4 days → 2 days"
    assert describe_change(metric("days"), None, 2.1) == "not known → 2 days"


def test_only_time_is_rounded() -> None:
    assert round_for_display("orders", 2.7) == 2.7
    assert round_for_display("days", 2.7) == 3.0


@pytest.mark.parametrize(
    ("kind", "unit", "value", "said"),
    [
        ("fading_days", "", 0.96, "≈ 1"),
        ("fading_days", "", 2.4, "≈ 2"),
        ("fading_days", "", 0.3, "< 1"),
        ("fading_days", "", 0.01, "0"),
        ("fading_sum", "GBP", 1240.3, "≈ £1,240"),
        ("fading_sum", "GBP", 0.0, "£0"),
        ("taken_back_share", "", 0.123, "12%"),
    ],
)
def test_weighted_counts_are_shown_rounded(kind: str, unit: str, value: float, said: str) -> None:
    fading = msgspec.structs.replace(metric(unit), kind=kind)
    assert format_value(fading, value) == said


def test_small_changes_of_weighted_counts_are_shown_by_direction() -> None:
    fading = msgspec.structs.replace(metric(""), kind="fading_days")
    assert describe_change(fading, 0.96, 0.8) == "≈ 1, less recent"
    assert describe_change(fading, 0.8, 0.96) == "≈ 1, more recent"
    assert describe_change(fading, 3.2, 0.8) == "≈ 3 → ≈ 1"
    assert describe_change(fading, 0.8, 0.8) == "≈ 1 → ≈ 1"


def test_a_change_of_remembered_lateness_names_what_it_counts():
    late = msgspec.structs.replace(metric("days"), kind="order_lateness")
    assert describe_change(late, 4.4, 2.1) == "4 days → 2 days"
    late = msgspec.structs.replace(late, parameters={"usual_gap": 60.0, "recovery": 0.75})
    assert describe_change(late, 4.4, 2.1) == "4 days → 2 days", "there was no earlier absence"
    words = describe_change(late, 4.4, 2.1, returned=True)
    assert words == "4 days → 2 days, earlier absences included"


def test_a_date_is_said_as_a_date():
    began = msgspec.structs.replace(metric(""), kind="customer_since")
    assert format_value(began, 1970.0 + 19_905 / 365.2425) == "2024-07-01"
    assert describe_change(began, 1970.0, None) == "1970-01-01 → not known"
