"""Values as people say them: whole days, and steps that differ from where one stands."""

import msgspec
import pytest

from pulse.identity.metrics import MetricDefinition
from pulse.identity.wording import apart, spoken, told_as


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
        ("%", 93.4, "93.4 %"),
        ("GBP", 1240.0, "£1,240"),
    ],
)
def test_time_is_told_in_whole_numbers(unit: str, value: float, said: str) -> None:
    assert spoken(metric(unit), value) == said


def test_a_change_too_small_for_whole_days_is_told_exactly() -> None:
    assert apart(metric("days"), 2.4, 2.1) == "2.4 days → 2.1 days"
    assert apart(metric("days"), 4.4, 2.1) == "4 days → 2 days"
    assert apart(metric("days"), None, 2.1) == "not known → 2 days"


def test_only_time_is_rounded() -> None:
    assert told_as("orders", 2.7) == 2.7
    assert told_as("days", 2.7) == 3.0
