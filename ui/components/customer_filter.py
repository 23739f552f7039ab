"""The filter of the customer list: to and from the URL, as fields, and as text."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from pulse.customers.conditions import decode, in_words
from pulse.customers.filters import CustomerFilter
from pulse.errors import Invalid
from ui.formatters import label, number, signed
from ui.texts import gettext, marked

FIELDS = msgspec.structs.fields(CustomerFilter)
NAMES = tuple(field.name for field in FIELDS)
ON_PAGE = ("search", "band", "lifecycle", "context", "owner", "segment")
"""Conditions with a field above the table; the others are shown as removable chips."""

LIFECYCLES = marked(
    {
        "": "Any lifecycle",
        "current": "Not lapsed or left",
        "onboarding": "Onboarding",
        "active": "Active",
        "lapsed": "Lapsed",
        "left": "Left",
    }
)

UNSORTED = ("identity_strength", False)
"""The order of a URL without one: of an export. The page puts its order into the URL."""
EVERYBODY = "identity_strength"
"""Sort order in the URL of a list without filters; an empty URL opens the own book."""

MOVEMENTS: dict[str, tuple[str, dict[str, float]]] = marked(
    {
        "": ("Any movement", {}),
        "eroded7": ("Lost 10 or more in 7 days", {"change_7d_to": -10.0}),
        "eroded30": ("Lost 10 or more in 30 days", {"change_30d_to": -10.0}),
        "gained7": ("Gained 10 or more in 7 days", {"change_7d_from": 10.0}),
        "gained30": ("Gained 10 or more in 30 days", {"change_30d_from": 10.0}),
    }
)


def from_address(given: Mapping[str, str]) -> CustomerFilter:
    """Return the filter of a URL; unreadable parameters are ignored."""
    known = {name: value for name, value in given.items() if name in NAMES}
    while known:
        try:
            found = msgspec.convert(known, CustomerFilter, strict=False)
            if found.where:
                decode(found.where)
            return found
        except Invalid:
            del known["where"]
        except msgspec.ValidationError as wrong:
            bad = next((name for name in known if f"$.{name}" in str(wrong)), None)
            if bad is None:
                break
            del known[bad]
    return CustomerFilter()


def to_address(chosen: CustomerFilter) -> dict[str, str]:
    """Return the URL parameters of a filter; every field is named, so that old ones are cleared."""
    plain = {name: getattr(chosen, name) for name in NAMES}
    return {
        name: "" if value in (None, "") else _to_parameter(value) for name, value in plain.items()
    }


def link_to(chosen: CustomerFilter) -> str:
    """Return the URL of the customer list with this filter."""
    given = {key: value for key, value in to_address(chosen).items() if value}
    return f"/customers?{urlencode(given) or f'sort={EVERYBODY}'}"


def sort_of(given: Mapping[str, str], sortable: Collection[str]) -> tuple[str, bool]:
    """Return (key, descending) of `sort=-value`; weakest first without one."""
    asked = given.get("sort", "")
    key = asked.lstrip("-")
    return (key, asked.startswith("-")) if key in sortable else UNSORTED


def unknown_sort(given: Mapping[str, str], sortable: Collection[str]) -> str:
    """Return the order that a URL names and the list does not have; empty for none."""
    key = given.get("sort", "").lstrip("-")
    return "" if key in sortable else key


def sort_address(key: str, descending: bool) -> str:
    """Return `-value` for value, largest first."""
    return f"{'-' if descending else ''}{key}"


def movement_of(chosen: CustomerFilter) -> str:
    """Return which of MOVEMENTS the filter selects; "" for none or for other limits."""
    for key, (_, limits) in MOVEMENTS.items():
        if limits and all(getattr(chosen, name) == value for name, value in limits.items()):
            return key
    return ""


def with_movement(chosen: CustomerFilter, key: str) -> CustomerFilter:
    """Return the filter with another movement."""
    cleared = {name: None for _, limits in MOVEMENTS.values() for name in limits}
    return msgspec.structs.replace(chosen, **{**cleared, **MOVEMENTS[key][1]})


def chips(chosen: CustomerFilter) -> list[tuple[str, str]]:
    """Return (field, text) of conditions that have no field of their own on the page."""
    moving = MOVEMENTS[movement_of(chosen)][1]
    return [
        (name, words_for(name, getattr(chosen, name)))
        for name in NAMES
        if name not in ON_PAGE and name not in moving and getattr(chosen, name) not in (None, "")
    ]


def words_for(name: str, value: Any) -> str:
    """Return one condition as text."""
    if name == "where":
        return gettext(in_words(value))
    phrase = gettext(PHRASES.get(name, ""))
    if not phrase:
        return f"{label(name)}: {value}"
    if isinstance(value, bool):
        return phrase if value else gettext("no {phrase}").format(phrase=phrase)
    shown = value if isinstance(value, str) else _format_limit(name, float(value))
    return phrase.format(shown)


PHRASES = marked(
    {
        "tag": "tagged {}",
        "strength_from": "strength from {}",
        "strength_to": "strength below {}",
        "change_7d_from": "7 days: {} or more",
        "change_7d_to": "7 days: {} or less",
        "change_30d_from": "30 days: {} or more",
        "change_30d_to": "30 days: {} or less",
        "value_from": "value from {}",
        "orders_from": "orders: {} or more",
        "orders_to": "orders: {} or fewer",
        "silent_days": "silent for {} days",
        "renewal_within_days": "renewal within {} days",
        "touch": "follow-up {}",
        "open_card": "open card",
        "declared_within_days": "status declared within {} days",
        "widget_within_days": "had the widget open within {} days",
        "has_segment": "segment",
        "cluster": "cluster “{}”",
        "coverage_below": "coverage below {}",
    }
)


def _format_limit(name: str, value: float) -> str:
    if name == "coverage_below":
        return f"{value * 100:.0f} %"
    return signed(value) if name.startswith("change") else number(value)


def _to_parameter(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def without(chosen: CustomerFilter, name: str) -> CustomerFilter:
    """Return the filter without one condition."""
    empty = "" if isinstance(getattr(chosen, name), str) else None
    return msgspec.structs.replace(chosen, **{name: empty})
