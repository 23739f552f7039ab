"""Metric kinds computed from attributes: numbers, yes/no, categories, and dates as age.

Attributes arrive in many forms: numbers as text, blanks as spaces, yes and no in many words.
Unreadable values are unknown, never zero.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from pulse.scoring.metrics.event_features import Floats, Objects, Past
from pulse.scoring.metrics.event_kinds import Parameters, metric_kind

YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "on", "active"})
NO = frozenset({"no", "n", "false", "f", "0", "0.0", "off", "inactive"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAYS_A_YEAR = 365.2425


@metric_kind("attribute_number", needs=("attribute",), silence="still")
def attribute_number(past: Past, parameters: Parameters) -> Floats:
    """A number the business keeps about the customer."""
    return numbers(past.attribute(parameters["attribute"]))


@metric_kind("attribute_flag", needs=("attribute",), silence="still")
def attribute_flag(past: Past, parameters: Parameters) -> Floats:
    """Yes (1) or no (0); `yes` and `no` may list the business's own words."""
    yes = YES | {str(word).lower() for word in parameters.get("yes", ())}
    no = NO | {str(word).lower() for word in parameters.get("no", ())}
    values = past.attribute(parameters["attribute"])
    return np.fromiter((_flag(value, yes, no) for value in values), np.float64, past.size)


@metric_kind("attribute_category", needs=("attribute",), category=True, silence="still")
def attribute_category(past: Past, parameters: Parameters) -> Objects:
    """One of a few names, such as a plan or a contract."""
    values = past.attribute(parameters["attribute"])
    result = np.empty(past.size, dtype=object)
    result[:] = [_name(value) for value in values]
    return result


@metric_kind("attribute_age", needs=("attribute",), silence="wavers")
def attribute_age(past: Past, parameters: Parameters) -> Floats:
    """Days since a date the business keeps; a date still to come is not known yet."""
    age = past.as_of - _days_of(past.attribute(parameters["attribute"]))
    return np.where(age >= 0, age, np.nan)


@metric_kind("attribute_days_since", needs=("attribute",), silence="grows")
def attribute_days_since(past: Past, parameters: Parameters) -> Floats:
    """Days since a date the business keeps; a date still to come counts as today."""
    return np.maximum(past.as_of - _days_of(past.attribute(parameters["attribute"])), 0.0)


@metric_kind("attribute_date", needs=("attribute",), silence="still")
def attribute_date(past: Past, parameters: Parameters) -> Floats:
    """A date the business keeps, as a year with its fraction; it does not change with time."""
    return year_of(_days_of(past.attribute(parameters["attribute"])))


@metric_kind("customer_since", silence="still")
def customer_since(past: Past, parameters: Parameters) -> Floats:
    """The date the customer was first seen, as a year with its fraction."""
    return year_of(past.since)


@metric_kind("attribute_days_until", needs=("attribute",), silence="wavers")
def attribute_days_until(past: Past, parameters: Parameters) -> Floats:
    """Days until a date such as a renewal; not known once it has passed."""
    ahead = _days_of(past.attribute(parameters["attribute"])) - past.as_of
    return np.where(ahead >= 0, ahead, np.nan)


@metric_kind("attribute_known", needs=("attribute",), silence="still")
def attribute_known(past: Past, parameters: Parameters) -> Floats:
    """Whether the business has this attribute at all (1) or not (0)."""
    values = past.attribute(parameters["attribute"])
    return np.fromiter((_name(value) is not None for value in values), np.float64, past.size)


def numbers(values: Objects) -> Floats:
    """Return [N] as float64; texts are parsed, everything that is not finite becomes NaN."""
    try:
        read = values.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        read = np.fromiter((_number(value) for value in values), np.float64, len(values))
    read[np.isinf(read)] = np.nan
    return read


def days_since_epoch(value: Any) -> float:
    """Return a date, datetime or ISO text as days since 1970-01-01 UTC; NaN otherwise."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return float("nan")
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return (aware - EPOCH) / timedelta(days=1)
    if isinstance(value, date):
        return float((value - EPOCH.date()).days)
    return float("nan")


def year_of(days: Floats) -> Floats:
    """Return days since 1970-01-01 as years with their fraction: 2024.5 is July 2024."""
    return 1970.0 + days / DAYS_A_YEAR


def day_of(year: float) -> date:
    """Return the day of a year with its fraction."""
    return EPOCH.date() + timedelta(days=round((year - 1970.0) * DAYS_A_YEAR))


def _days_of(values: Objects) -> Floats:
    return np.fromiter((days_since_epoch(value) for value in values), np.float64, len(values))


def _number(value: Any) -> float:
    if value is None:
        return float("nan")
    try:
        return float(value.strip().replace(" ", "") if isinstance(value, str) else value)
    except (TypeError, ValueError, OverflowError):  # an integer of 400 digits
        return float("nan")


def _flag(value: Any, yes: frozenset[str], no: frozenset[str]) -> float:
    word = "" if value is None else str(value).strip().lower()
    return 1.0 if word in yes else 0.0 if word in no else float("nan")


def _name(value: Any) -> str | None:
    if value is None or value != value:  # only NaN is unequal to itself
        return None
    return str(value).strip() or None
