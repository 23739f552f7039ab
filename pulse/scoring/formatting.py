"""Values and changes as text: "12 orders", "£1,240", "from 2 to 4 orders"."""

import math

from pulse.i18n.identity_phrases import ENGLISH, Words
from pulse.scoring.metrics.catalogue import MetricDefinition

TIME_UNITS = ("minutes", "hours", "days", "weeks", "months")
"""Units shown as integers from 1 on (2 days, not 2.06 days)."""

_YES_NO_KINDS = ("attribute_flag", "attribute_known")


def format_value(
    definition: MetricDefinition | None, value: float | str | None, words: Words = ENGLISH
) -> str:
    """Return a value as text; None and NaN give "not known"."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return words.say("unknown")
    if isinstance(value, str):
        return value
    if definition is None:
        return words.number(value)
    if definition.kind in _YES_NO_KINDS:
        return words.say("yes" if value >= 0.5 else "no")
    return words.counted(round_for_display(definition.unit, value), definition.unit)


def round_for_display(unit: str, value: float) -> float:
    """Round a value for display: 2.06 days → 2, 0.29 days → 0.3; other units unchanged."""
    if unit not in TIME_UNITS:
        return value
    return float(math.floor(value + 0.5)) if abs(value) >= 1 else round(value, 1)


def describe_change(
    definition: MetricDefinition | None, was: float | str | None, now: float | str | None
) -> str:
    """Return "4 days → 2 days"; exact values where rounding would hide the change."""
    before, after = format_value(definition, was), format_value(definition, now)
    if before == after and isinstance(was, float) and isinstance(now, float) and definition:
        unit = definition.unit
        before, after = ENGLISH.counted(was, unit), ENGLISH.counted(now, unit)
    return f"{before} → {after}"


def points(value: float) -> str:
    """Return points with a sign, +3.2 or −3.2, as factors are shown."""
    return f"{'−' if value < 0 else '+'}{abs(value):.1f}"


def label_for_customer(definition: MetricDefinition, words: Words = ENGLISH) -> str:
    """Return the metric's label for the customer, in the business's own words."""
    theirs = definition.in_languages.get(words.language)
    return (theirs and theirs.label) or definition.customer_label or definition.label


def advice_for(definition: MetricDefinition, words: Words = ENGLISH) -> str:
    """Return the business's advice about this metric; may be empty."""
    theirs = definition.in_languages.get(words.language)
    return (theirs and theirs.advice) or definition.advice
