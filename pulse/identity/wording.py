"""Values and steps in plain words: "12 orders", "£1,240", "from 2 to 4 orders"."""

import math

from pulse.identity.metrics import MetricDefinition

CURRENCIES = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "INR": "₹", "BDT": "৳"}
_YES_NO_KINDS = ("attribute_flag", "attribute_known")


def spoken(definition: MetricDefinition | None, value: float | str | None) -> str:
    """A value as people say it; None and NaN are "not known"."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "not known"
    if isinstance(value, str):
        return value
    if definition is None:
        return number(value)
    if definition.kind in _YES_NO_KINDS:
        return "yes" if value >= 0.5 else "no"
    return _with_unit(definition.unit, value)


def number(value: float) -> str:
    """1240 → "1,240", 3.50 → "3.5", 0.1234 → "0.12"."""
    size = abs(value)
    if size >= 100 or value == round(value):
        return f"{value:,.0f}"
    places = 1 if size >= 10 else 2
    return f"{value:,.{places}f}".rstrip("0").rstrip(".")


def points(value: float) -> str:
    """+3.2 or −3.2, as factors are shown."""
    return f"{'−' if value < 0 else '+'}{abs(value):.1f}"


def label_for_customer(definition: MetricDefinition) -> str:
    """The metric's name as its customer reads it."""
    return definition.customer_label or definition.label


def _with_unit(unit: str, value: float) -> str:
    if len(unit) == 3 and unit.isupper():
        sign = CURRENCIES.get(unit)
        return f"{sign}{number(value)}" if sign else f"{number(value)} {unit}"
    if unit == "%":
        return f"{number(value)} %"
    word = unit[:-1] if value == 1 and unit.endswith("s") else unit
    return f"{number(value)} {word}".rstrip()
