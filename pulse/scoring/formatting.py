"""Values and changes as text: "12 orders", "£1,240", "from 2 to 4 orders"."""

import math

from pulse.i18n.identity_phrases import ENGLISH, Words
from pulse.i18n.sentences import Amount, Number, Sentence, Share, marked
from pulse.scoring.metrics.attribute_kinds import day_of
from pulse.scoring.metrics.catalogue import MetricDefinition

TIME_UNITS = ("minutes", "hours", "days", "weeks", "months")
"""Units shown as integers from 1 on (2 days, not 2.06 days)."""

_YES_NO_KINDS = ("attribute_flag", "attribute_known")
DATE_KINDS = ("attribute_date", "customer_since")
"""Kinds whose values are dates, as years with their fraction."""
SHARE_KINDS = ("taken_back_share",)
"""Kinds whose values are shares, shown in percent."""
FADING_KINDS = ("fading_days", "fading_sum")
"""Kinds in which older orders weigh less: 0.96 is no number of orders, but about 1."""


def format_value(
    definition: MetricDefinition | None,
    value: float | str | None,
    words: Words = ENGLISH,
    *,
    habitual: bool = False,
) -> str:
    """Return a value as text; None and NaN give "not known".

    habitual: whether the customer has a habit of ordering (see `of_gap`).
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return words.say("unknown")
    if isinstance(value, str):
        return value
    if definition is not None and definition.unit == OF_USUAL:
        return _in_gaps(value, "usual" if habitual else "average", words)
    return words.number(value) if definition is None else _format_number(definition, value, words)


def _format_number(definition: MetricDefinition, value: float, words: Words) -> str:
    """Return a known number as text, by the kind and the unit of its metric."""
    if definition.kind in _YES_NO_KINDS:
        return words.say("yes" if value >= 0.5 else "no")
    if definition.kind in DATE_KINDS:
        return day_of(value).isoformat()
    if definition.kind in SHARE_KINDS:
        return words.counted(round(100 * value), "%")
    if definition.kind in FADING_KINDS:
        return _about(value, definition.unit, words)
    return words.counted(round_for_display(definition.unit, value), definition.unit)


def _in_gaps(value: float, which: str, words: Words) -> str:
    """As `of_gap`, in all languages that customers read."""
    if value < WHOLE_GAP:
        return words.say(f"gap.{which}_part", share=words.counted(round(100 * value), "%"))
    return words.say(f"gap.{which}", times=Number(value, 1).say(words))


def _about(value: float, unit: str, words: Words) -> str:
    """A figure in which older orders weigh less, as a whole number: 0.96 → "≈ 1", 0.3 → "< 1"."""
    whole = math.floor(value + 0.5)
    if value < NOTHING_LEFT:
        return words.counted(0, unit)
    return f"≈ {words.counted(whole, unit)}" if whole else f"< {words.counted(1, unit)}"


OF_USUAL = marked("× the usual")
"""The unit of lateness in a customer's own gaps between orders."""
WHOLE_GAP = 0.995
"""Gaps below which they are told in percent."""


def of_gap(value: float, *, habitual: bool, exact: bool = False) -> Sentence:
    """Gaps as people say them: 0.2 → "20% of the usual gap", 1.83 → "1.8 × the usual gap".

    habitual: whether the gap is a habit of the customer (`LifecycleColumns.habitual`, stored as
    `CustomerScore.habitual`); else it is an average and not called usual. exact: one decimal more.
    """
    if value < WHOLE_GAP:
        return Sentence(_PART if habitual else _PART_OF_AVERAGE, share=Share(value, int(exact)))
    return Sentence(_TIMES if habitual else _TIMES_AVERAGE, times=Number(value, 1 + exact))


_PART, _TIMES = marked(("{share} of the usual gap", "{times} × the usual gap"))
_PART_OF_AVERAGE = marked("{share} of the average gap")
_TIMES_AVERAGE = marked("{times} × the average gap")


NOTHING_LEFT = 0.05
"""What is left of orders so old that nobody would call them recent."""


def say_value(
    definition: MetricDefinition | None, value: float | str | None, *, habitual: bool = False
) -> str:
    """As `format_value` in English, for staff of any language: a Sentence, or a category's name."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return Sentence("not known")
    if isinstance(value, str):
        return value
    if definition is not None and definition.unit == OF_USUAL:
        return of_gap(value, habitual=habitual)
    return _say_number(definition, value)


def _say_number(definition: MetricDefinition | None, value: float) -> str:
    """As `_format_number`."""
    if definition is not None and definition.kind in _YES_NO_KINDS:
        return Sentence("yes" if value >= 0.5 else "no")
    if definition is not None and definition.kind in DATE_KINDS:
        return day_of(value).isoformat()
    unit = definition.unit if definition else ""
    if definition is not None and definition.kind in SHARE_KINDS:
        return Sentence(_VALUE, value=Share(value))
    if definition is not None and definition.kind in FADING_KINDS:
        return _say_about(value, unit)
    return _amount(round_for_display(unit, value), unit)


def _say_about(value: float, unit: str) -> Sentence:
    """As `_about`."""
    whole = math.floor(value + 0.5)
    if value < NOTHING_LEFT:
        return _amount(0, unit)
    if whole:
        return Sentence(_ABOUT, value=Amount(whole, unit))
    return Sentence(_BELOW, value=Amount(1, unit))


def _amount(value: float, unit: str) -> Sentence:
    return Sentence(_VALUE, value=Amount(value, unit))


_VALUE, _ABOUT, _BELOW = "{value}", "≈ {value}", "< {value}"
_CHANGE = "{before} → {after}"


def round_for_display(unit: str, value: float) -> float:
    """Round a value for display: 2.06 days → 2, 0.29 days → 0.3; other units unchanged."""
    if unit not in TIME_UNITS:
        return value
    return float(math.floor(value + 0.5)) if abs(value) >= 1 else round(value, 1)


def describe_change(
    definition: MetricDefinition | None,
    was: float | str | None,
    now: float | str | None,
    *,
    habitual: bool = False,
    returned: bool = False,
) -> str:
    """Return "4 days → 2 days"; exact values where rounding would hide the change.

    habitual: as of `format_value`. returned: whether they ordered several times, so that a lateness
    may be remembered.

    For FADING_KINDS such a small change is described as less or more recent. A lateness that is
    remembered after the next order says so, because panels state that of today.
    """
    before = say_value(definition, was, habitual=habitual)
    after = say_value(definition, now, habitual=habitual)
    if before == after and isinstance(was, float) and isinstance(now, float) and definition:
        if definition.kind not in FADING_KINDS:
            before, after = (_exact(definition, value, habitual) for value in (was, now))
        elif now < was:
            return Sentence("{value}, less recent", value=after)
        elif now > was:  # equal: the points changed by another metric of a pair
            return Sentence("{value}, more recent", value=after)
    if returned and definition is not None and definition.parameters.get("recovery"):
        return Sentence("{before} → {after}, earlier absences included", before=before, after=after)
    return Sentence(_CHANGE, before=before, after=after)


def _exact(definition: MetricDefinition, value: float, habitual: bool) -> Sentence:
    if definition.unit == OF_USUAL:
        return of_gap(value, habitual=habitual, exact=True)
    return _amount(value, definition.unit)


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
