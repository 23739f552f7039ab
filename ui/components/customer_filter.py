"""The filter of the list of customers: to and from the address, as fields, and in words."""

from collections.abc import Mapping
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
"""What has a field of its own above the table; the rest shows as chips that can be taken away."""

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

DEFAULT_SORT = ("identity_strength", False)
EVERYBODY = "identity_strength"
"""The sort in the address of a list without filters; an empty address opens one's own book."""

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
    """The filter that stands in an address; what cannot be read is left out."""
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
    """The parameters of a filter; every field is named, so that setting them clears old ones."""
    plain = {name: getattr(chosen, name) for name in NAMES}
    return {name: "" if value in (None, "") else _written(value) for name, value in plain.items()}


def link_to(chosen: CustomerFilter) -> str:
    """The list of customers under this filter."""
    given = {key: value for key, value in to_address(chosen).items() if value}
    return f"/customers?{urlencode(given) or f'sort={EVERYBODY}'}"


def sort_of(given: Mapping[str, str], sortable: Mapping[str, str]) -> tuple[str, bool]:
    """(key, descending) from `sort=-value`; the weakest first by default."""
    asked = given.get("sort", "")
    key = asked.lstrip("-")
    return (key, asked.startswith("-")) if key in sortable else DEFAULT_SORT


def sort_address(key: str, descending: bool) -> str:
    """`-value` for value, largest first; '' for the default order."""
    return "" if (key, descending) == DEFAULT_SORT else ("-" if descending else "") + key


def movement_of(chosen: CustomerFilter) -> str:
    """Which of MOVEMENTS the filter asks for, '' for none or for limits of its own."""
    for key, (_, limits) in MOVEMENTS.items():
        if limits and all(getattr(chosen, name) == value for name, value in limits.items()):
            return key
    return ""


def with_movement(chosen: CustomerFilter, key: str) -> CustomerFilter:
    """The filter with another movement."""
    cleared = {name: None for _, limits in MOVEMENTS.values() for name in limits}
    return msgspec.structs.replace(chosen, **{**cleared, **MOVEMENTS[key][1]})


def chips(chosen: CustomerFilter) -> list[tuple[str, str]]:
    """(field, words) of what narrows the list without having a field of its own on the page."""
    moving = MOVEMENTS[movement_of(chosen)][1]
    return [
        (name, words_for(name, getattr(chosen, name)))
        for name in NAMES
        if name not in ON_PAGE and name not in moving and getattr(chosen, name) not in (None, "")
    ]


def words_for(name: str, value: Any) -> str:
    """One condition as people read it."""
    if name == "where":
        return in_words(value)
    phrase = gettext(PHRASES.get(name, ""))
    if not phrase:
        return f"{label(name)}: {value}"
    if isinstance(value, bool):
        return phrase if value else gettext("no {phrase}").format(phrase=phrase)
    shown = value if isinstance(value, str) else _number(name, float(value))
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
        "has_segment": "segment",
        "cluster": "cluster “{}”",
        "coverage_below": "coverage below {}",
    }
)


def _number(name: str, value: float) -> str:
    if name == "coverage_below":
        return f"{value * 100:.0f} %"
    return signed(value) if name.startswith("change") else number(value)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def without(chosen: CustomerFilter, name: str) -> CustomerFilter:
    """The filter with one condition taken away."""
    empty = "" if isinstance(getattr(chosen, name), str) else None
    return msgspec.structs.replace(chosen, **{name: empty})
