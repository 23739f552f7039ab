"""Traits reserved by the Segment specification, flattened and typed.

`address` and `company` may be objects and other values may be nested: they become attributes joined
by an underscore (`address_city`), as Segment's warehouses name them. Traits that cannot be stored
are left out one by one, each with a warning; the others are accepted.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from pulse.customers.ingestion.item_values import is_email, moment_in_calendar, read_amount
from pulse.customers.validators import is_countable

LONGEST_TEXT = 1_000
LONGEST_KEY = 120
DEEPEST = 6
COLUMNS = ("name", "email", "locale", "segment", "value", "renewal_on", "first_seen_at")
"""Traits with their own column; `value` is also stored as an attribute, for metrics."""

FIRST_NAMES = ("firstName", "first_name", "firstname")
LAST_NAMES = ("lastName", "last_name", "lastname")
_COLUMN_NAMES = {
    "created_at": "first_seen_at",
    "createdAt": "first_seen_at",
    "firstSeenAt": "first_seen_at",
    "renewalOn": "renewal_on",
    "language": "locale",
}


class FlatTraits(msgspec.Struct, frozen=True):
    """Single values by name, typed for columns; None deletes. warnings: what was left out."""

    values: dict[str, Any]
    warnings: list[str]


def flat_traits(traits: dict[str, Any]) -> FlatTraits:
    """The traits of an identify call as single values."""
    values: dict[str, Any] = {}
    warnings: list[str] = []
    for name, value in _flat(traits, "", 0, warnings):
        column = _COLUMN_NAMES.get(name, name)
        if value == "" and column in COLUMNS:
            continue  # many programs send this for unknown values
        kept, problem = _column(column, value) if column in COLUMNS else _attribute(value)
        if problem:
            warnings.append(f"The trait “{name[:80]}” was left out: {problem}")
        else:
            values[column] = kept
    return FlatTraits(values, warnings)


def company_traits(group_id: str, traits: dict[str, Any]) -> dict[str, Any]:
    """The company traits of a group call, as the reserved trait `company`."""
    return {"company": {"id": group_id, **traits}}


def _flat(
    plain: dict[str, Any], prefix: str, depth: int, warnings: list[str]
) -> Iterator[tuple[str, Any]]:
    for key, value in plain.items():
        name = _joined(prefix, str(key))
        if not key or len(name) > LONGEST_KEY or "\0" in name:
            warnings.append(
                f"A trait was left out: its name is empty or over {LONGEST_KEY} letters."
            )
        elif not isinstance(value, dict):
            yield name, value
        elif depth == DEEPEST:
            warnings.append(f"The trait “{name[:80]}” was left out: it is nested too deeply.")
        else:
            yield from _flat(value, name, depth + 1, warnings)


def _joined(prefix: str, key: str) -> str:
    if prefix == "company" and key == "name":
        return "company"
    return f"{prefix}_{key}" if prefix else key


def _attribute(value: Any) -> tuple[Any, str]:
    """A value as stored in an attribute, or what is wrong with it."""
    if isinstance(value, list):
        single = all(isinstance(each, str | int | float) for each in value)
        value = ", ".join(map(str, value)) if single else msgspec.json.encode(value).decode()
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            return None, f"it is longer than {LONGEST_TEXT:,} characters."
        if "\0" in value:
            return None, "it holds a zero character."
    return value, ""


def _column(name: str, value: Any) -> tuple[Any, str]:
    if value is None:
        return None, ""
    if name == "value":
        return _amount(value)
    if name in ("renewal_on", "first_seen_at"):
        return _date(name, value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None, "it is not a text."
    text = str(value).strip()
    if name == "email" and not is_email(text):
        return None, f"“{text[:60]}” is not an e-mail address."
    return ("", "it holds a zero character.") if "\0" in text else (text[:500], "")


def _amount(value: Any) -> tuple[Any, str]:
    number = read_amount(value)
    if number is None or not is_countable(number):
        return None, "it is not a number that can be counted with."
    return number, ""


def _date(name: str, value: Any) -> tuple[Any, str]:
    at: datetime | None = moment_in_calendar(value)
    if at is None:
        return None, f"“{str(value)[:60]}” is not a date between 1900 and 2200."
    return (at.date().isoformat() if name == "renewal_on" else at), ""
