"""How Pulse reads a file: one setting per column, stored as JSON and remembered per business.

A mapping file for `pulse import FILE --mapping FILE` has exactly this JSON structure.
"""

from pathlib import Path
from typing import Any, Literal

import msgspec

from pulse.errors import Invalid
from pulse.tabular.header_names import key_of

Role = Literal[
    "id", "name", "first_name", "last_name", "email", "locale", "value", "renewal_on",
    "first_seen_at", "tags", "owner", "segment", "metric", "label", "attribute", "ignore",
    "event_kind", "event_time", "event_amount", "event_id",
]  # fmt: skip
ValueType = Literal[
    "text", "number", "currency", "flag", "category", "date", "phone", "email", "url"
]
DateOrder = Literal["iso", "dmy", "mdy", "ymd", "serial", "unix"]
Signal = Literal["tenure", "engagement", "satisfaction", "loyalty", "value"]
Direction = Literal["higher", "lower", "none"]
Kind = Literal["customers", "events"]

ONE_COLUMN_ROLES = (
    "id", "email", "locale", "value", "renewal_on", "first_seen_at", "label", "owner", "segment",
    "event_kind", "event_time", "event_amount", "event_id",
)  # fmt: skip
_METRIC_KINDS = {
    "number": "attribute_number",
    "flag": "attribute_flag",
    "category": "attribute_category",
    "date": "attribute_age",
}
_TYPE_OF_ROLE: dict[str, ValueType] = {
    "id": "text", "name": "text", "first_name": "text", "last_name": "text", "email": "text",
    "locale": "text", "tags": "text", "owner": "text", "segment": "text",
    "value": "number", "renewal_on": "date", "first_seen_at": "date",
    "event_kind": "text", "event_time": "date", "event_amount": "number", "event_id": "text",
}  # fmt: skip


_READ_AS: dict[str, ValueType] = {
    "currency": "number", "phone": "text", "email": "text", "url": "text",
}  # fmt: skip
_NEVER_EMPTY = ("id", "event_kind", "event_time", "event_amount", "email", "value", "renewal_on",
                "first_seen_at", "metric", "label")  # fmt: skip
"""Roles whose unreadable cells reject the row unless the mapping says otherwise."""


class ReadOptions(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How to open a file; empty fields are detected."""

    sheet: str = ""
    """The sheet of a workbook, or the file in a ZIP; empty: the first visible one with a table."""
    header_row: int | None = None
    """The line number of the header, from 1; 0: there is none; None: detected."""
    encoding: str = ""
    """utf-8, cp1252, cp1251, shift_jis, …; empty: detected."""
    separator: str = ""


class ColumnMapping(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one column of the file is, and how its text is read.

    A column with a signal and a direction (or levels) is a metric; its value is stored as the
    attribute `key`. A label column says whether a customer left or stayed: it is stored as an
    attribute for learning and back-tests, and is never scored.
    """

    column: str
    role: Role = "attribute"
    type: ValueType = "text"
    key: str = ""
    """The attribute's key in Pulse; empty: derived from the column's name."""
    label: str = ""
    """The metric's label; empty: derived from the column's name."""
    unit: str = ""
    signal: Signal | None = None
    direction: Direction = "none"
    levels: dict[str, float] = {}
    """For a category: the value of each level, 0 (weakest) to 1 (strongest)."""
    decimal: Literal[".", ","] = "."
    date_order: DateOrder = "iso"
    times: float = 1.0
    """Factor for the role value: 12 when the file has money per month."""
    leaving: tuple[str, ...] = ()
    """For a label: the values that mean the customer has left."""
    customer_visible: bool = False
    customer_label: str = ""
    actionable: bool = False
    advice: str = ""
    on_unread: Literal["", "reject", "empty"] = ""
    """What to do with a row whose cell in this column is unreadable; empty: depends on the role."""
    keep: bool = True
    """Whether a value, label or owner is also stored as an attribute."""
    choices: tuple[str, ...] = ()
    """The allowed values of a custom field of type choice."""
    declared: bool = False
    """Whether the business has set the type: then the form of e-mail and web addresses is
    checked."""
    had_values: bool = True
    """False for a column that is ignored only because it was empty or constant."""

    @property
    def rejects(self) -> bool:
        """Whether an unreadable cell rejects its row; otherwise the cell is left empty."""
        if self.role in ("id", "event_kind", "event_time"):
            return True
        return self.on_unread == "reject" or (not self.on_unread and self.role in _NEVER_EMPTY)

    @property
    def attribute(self) -> str:
        """The attribute key under which the value is stored."""
        return self.key or key_of(self.column)

    @property
    def is_metric(self) -> bool:
        """Whether the column counts towards identity strength."""
        return self.signal is not None and self.role in ("metric", "value", "first_seen_at")

    @property
    def is_kept(self) -> bool:
        """Whether the value is stored as an attribute of the customer."""
        if self.role in ("value", "owner", "label"):
            return self.keep
        return self.role in ("metric", "attribute")

    @property
    def reads_as(self) -> ValueType:
        """The type as which its text is read; most roles allow only one."""
        said = _TYPE_OF_ROLE.get(self.role, self.type)
        return _READ_AS.get(said, said)


class Mapping(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a file is read: the kind of list, and its columns.

    on_error: "skip" imports the valid rows and reports the others; "stop" imports nothing unless
    every row is valid.
    """

    columns: tuple[ColumnMapping, ...]
    kind: Kind = "customers"
    on_error: Literal["skip", "stop"] = "skip"
    comment: str = ""
    source: str = ""
    """The name under which this mapping is stored; empty: stored by its columns."""
    reading: ReadOptions = ReadOptions()
    time_zone: str = ""
    """The time zone of times without one; empty: UTC."""
    blanks: Literal["keep", "clear"] = "keep"
    """Whether a blank cell keeps or deletes the known value."""
    event_name: str = ""
    """The kind of all events, for a list without a column of their kind."""

    def column(self, role: Role) -> ColumnMapping | None:
        """The first column with this role."""
        return next((column for column in self.columns if column.role == role), None)

    @property
    def label(self) -> ColumnMapping | None:
        """The column that says who left, or None."""
        return self.column("label")

    @property
    def used(self) -> tuple[ColumnMapping, ...]:
        """The columns that are read."""
        return tuple(column for column in self.columns if column.role != "ignore")


def load(path: Path) -> Mapping:
    """Load a mapping from a JSON file.

    Raises Invalid with what is wrong in it.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Mapping)
    except (msgspec.DecodeError, OSError, UnicodeDecodeError) as wrong:
        raise Invalid(
            f"The mapping file cannot be used: {wrong}", code="MAPPING_INVALID"
        ) from wrong


def save(mapping: Mapping, path: Path) -> None:
    """Write the mapping as indented JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(mapping), indent=2) + b"\n")


def from_builtins(plain: Any) -> Mapping:
    """A mapping from decoded JSON, as used by the API and the database."""
    try:
        return msgspec.convert(plain, type=Mapping)
    except msgspec.ValidationError as wrong:
        raise Invalid(f"The mapping cannot be used: {wrong}", code="MAPPING_INVALID") from wrong


def to_builtins(mapping: Mapping) -> dict[str, Any]:
    """The mapping as plain JSON values."""
    plain: dict[str, Any] = msgspec.to_builtins(mapping)
    return plain


def check(mapping: Mapping, columns: tuple[str, ...]) -> None:
    """Raise Invalid, with all problems in `details`, unless the mapping fits a file's columns."""
    problems = [
        *_missing_problems(mapping, columns),
        *_duplicate_problems(mapping),
        *_column_problems(mapping),
    ]
    if problems:
        raise Invalid(problems[0], code="MAPPING_INVALID", problems=problems)


def fits(mapping: Mapping, columns: tuple[str, ...]) -> bool:
    """Whether a remembered mapping was made for exactly these columns."""
    return {column.column for column in mapping.columns} == set(columns)


def metric_definitions(mapping: Mapping) -> list[dict[str, Any]]:
    """The mapped metrics as scoring's MetricDefinition, in the order of the file."""
    return [_definition(column) for column in mapping.columns if column.is_metric]


def _definition(column: ColumnMapping) -> dict[str, Any]:
    kind = _METRIC_KINDS.get(column.reads_as, "attribute_category")
    parameters: dict[str, Any] = {"attribute": column.attribute}
    if column.role == "first_seen_at":
        kind, parameters = "tenure", {}
    if kind == "attribute_category" and column.levels:
        parameters["levels"] = dict(column.levels)
    return {
        "key": column.attribute,
        "label": column.label or column.column,
        "unit": column.unit or ("days" if column.reads_as == "date" else ""),
        "signal": column.signal,
        "direction": "none" if kind == "attribute_category" else column.direction,
        "kind": kind,
        "parameters": parameters,
        "customer_visible": column.customer_visible,
        "customer_label": column.customer_label,
        "actionable": column.actionable,
        "freshness_days": None,
        "advice": column.advice,
    }


def _missing_problems(mapping: Mapping, columns: tuple[str, ...]) -> list[str]:
    needed = {"customers": ("id",), "events": ("id", "event_kind", "event_time")}[mapping.kind]
    if mapping.event_name:
        needed = tuple(role for role in needed if role != "event_kind")
    words = {"id": "the customer's id", "event_kind": "the kind", "event_time": "the time"}
    problems = [
        f"Say which column holds {words[role]}."
        for role in needed
        if not mapping.column(role)  # type: ignore[arg-type]
    ]
    absent = [column.column for column in mapping.used if column.column not in columns]
    if absent:
        problems.append("The file has no column " + ", ".join(f"“{name}”" for name in absent) + ".")
    return problems


def _duplicate_problems(mapping: Mapping) -> list[str]:
    problems = []
    for role in ONE_COLUMN_ROLES:
        twice = [column.column for column in mapping.columns if column.role == role]
        if len(twice) > 1:
            names = " and ".join(f"“{name}”" for name in twice)
            problems.append(f"Only one column can be the {role.replace('_', ' ')}: {names}.")
    kept = [column.attribute for column in mapping.used if column.is_kept]
    same = sorted({key for key in kept if kept.count(key) > 1})
    problems += [f"Two columns would be kept under the same key “{key}”." for key in same]
    return problems


def _column_problems(mapping: Mapping) -> list[str]:
    problems = []
    for column in mapping.used:
        if column.role == "metric" and column.signal is None:
            problems.append(f"“{column.column}” is a metric: choose its signal.")
        if column.role == "metric" and column.reads_as == "text":
            problems.append(f"“{column.column}” holds free text, which cannot be a metric.")
    return problems
