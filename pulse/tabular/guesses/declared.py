"""Custom fields: attributes whose type the business has set, used in every import."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from pulse.tabular.guesses.mapping_reuse import plain
from pulse.tabular.header_names import key_of, label_of
from pulse.tabular.mapping import ColumnMapping, Mapping, ValueType

FieldType = Literal[
    "text", "number", "currency", "date", "yes_no", "choice", "phone", "email", "url"
]
_READ: dict[FieldType, ValueType] = {
    "text": "text", "number": "number", "currency": "currency", "date": "date", "yes_no": "flag",
    "choice": "category", "phone": "phone", "email": "email", "url": "url",
}  # fmt: skip


class CustomField(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An attribute of customers with a fixed type.

    name: the column name in lists, also used as label. choices: the allowed values of type
    `choice`.
    """

    name: str
    type: FieldType
    choices: tuple[str, ...] = ()
    key: str = ""
    """The attribute's key; empty: derived from the name."""

    @property
    def attribute(self) -> str:
        """The attribute key under which the value is stored."""
        return self.key or key_of(self.name)

    @property
    def label(self) -> str:
        """The label shown to people."""
        return label_of(self.name)


def with_fields(mapping: Mapping, fields: Sequence[CustomField]) -> Mapping:
    """The mapping with the declared types; columns with a role (id, e-mail) are not changed."""
    if not fields or mapping.kind != "customers":
        return mapping
    known = {plain(field.name): field for field in fields}
    keys = {field.attribute: field for field in fields}
    columns = tuple(
        _typed(column, known.get(plain(column.column)) or keys.get(column.attribute))
        for column in mapping.columns
    )
    return msgspec.structs.replace(mapping, columns=columns)


def _typed(column: ColumnMapping, field: CustomField | None) -> ColumnMapping:
    left_out = column.role == "ignore" and not column.had_values
    if field is None or not (column.role in ("attribute", "metric") or left_out):
        return column
    kind = _READ[field.type]
    role = "attribute" if left_out or not _can_count(column, kind) else column.role
    changes: dict[str, Any] = {
        "role": role,
        "type": kind,
        "key": field.attribute,
        "choices": field.choices,
        "declared": True,
    }
    if kind == "date" and column.type != "date" and column.date_order == "iso":
        changes["date_order"] = "dmy"
    if role == "attribute":
        changes |= {"signal": None, "had_values": True}
    return msgspec.structs.replace(column, **changes)


def _can_count(column: ColumnMapping, kind: ValueType) -> bool:
    """Whether a metric can still be a metric when read as this type."""
    if kind in ("number", "currency", "flag", "date"):
        return not column.levels
    return kind == "category" and bool(column.levels)
