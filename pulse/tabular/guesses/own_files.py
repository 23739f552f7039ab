"""Recognise files that Pulse wrote: exported customer lists and error files."""

from collections.abc import Sequence

import msgspec

from pulse.tabular.mapping import ColumnMapping, Role

EXPORTED: dict[str, Role] = {
    "external_id": "id", "name": "name", "email": "email", "locale": "locale", "value": "value",
    "renewal_on": "renewal_on", "segment": "segment", "tags": "tags", "owner": "owner",
    "first_seen_at": "first_seen_at", "identity_strength": "ignore", "band": "ignore",
    "coverage": "ignore", "change_7d": "ignore", "change_30d": "ignore", "context_type": "ignore",
    "last_event_at": "ignore", "lifecycle": "ignore", "owner_name": "ignore",
    "last_order_at": "ignore", "last_touch": "ignore", "top_driver": "ignore",
    "top_negative_driver": "ignore", "scorecard": "ignore", "value_at_risk": "ignore",
    "yearly_value": "ignore",
}  # fmt: skip
"""The columns of an export; those that Pulse computes are ignored on import."""
ATTRIBUTE = "attributes."
"""Prefix of an attribute's key in the header of an export."""
ERROR_COLUMNS = ("line", "problem")
_SURE = ("external_id", "identity_strength", "band")


def is_export(columns: Sequence[str]) -> bool:
    """Whether the header is that of an exported customer list."""
    return set(_SURE) <= set(columns)


def is_error_file(columns: Sequence[str]) -> bool:
    """Whether the header is that of an error file: line, problem, and the row's own columns."""
    return tuple(columns[:2]) == ERROR_COLUMNS and len(columns) > 2


def roles(columns: Sequence[str]) -> dict[str, Role]:
    """The roles of the columns that Pulse itself wrote."""
    if is_export(columns):
        return {name: EXPORTED[name] for name in columns if name in EXPORTED}
    if is_error_file(columns):
        return dict.fromkeys(ERROR_COLUMNS, "ignore")
    return {}


def without_copy(column: ColumnMapping) -> ColumnMapping:
    """An export column without its role when the attribute also has a column of its own."""
    if column.role not in ("value", "owner"):
        return column
    return msgspec.structs.replace(column, keep=False, signal=None)


def key_of_export(column: str) -> str:
    """The attribute key of an exported attribute column; empty for any other column."""
    return column.removeprefix(ATTRIBUTE) if column.startswith(ATTRIBUTE) else ""
