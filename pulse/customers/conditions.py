"""Conditions of a segment, built by hand: field, operator, value; all or any must hold.

Their text form is used in URLs and settings: `any:band.is.fragile;value.at_least.1000`. Values are
percent-encoded.
"""

import re
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote, unquote

import msgspec

from pulse import clock
from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence, marked

MOST = 12
"""The maximum number of conditions of one segment."""
Join = Literal["all", "any"]
Kind = Literal["band", "lifecycle", "text", "tag", "number", "past", "coming"]


class Field(msgspec.Struct, frozen=True):
    """A field for conditions: its name on screens, the kind of its values, its column."""

    label: str
    kind: Kind
    column: str


FIELDS: dict[str, Field] = {
    "band": Field("Band", "band", "c.band"),
    "lifecycle": Field("Lifecycle", "lifecycle", "c.lifecycle"),
    "strength": Field("Strength", "number", "c.identity_strength"),
    "change_7d": Field("Change in 7 days", "number", "c.change_7d"),
    "change_30d": Field("Change in 30 days", "number", "c.change_30d"),
    "value": Field("Value a year", "number", "c.yearly_value"),
    "value_at_risk": Field("Value at risk", "number", "c.value_at_risk"),
    "orders": Field("Orders", "number", "c.orders"),
    "last_order": Field("Last order", "past", "c.last_order_at"),
    "renewal": Field("Renewal", "coming", "c.renewal_on"),
    "segment": Field("Segment", "text", "c.segment"),
    "tag": Field("Tag", "tag", "c.tags"),
    "since": Field("Customer since", "past", "c.first_seen_at"),
}
UNSCORED = ("since", "segment", "tag", "value", "renewal")
"""Fields that do not follow from a score; only they may decide which scorecard applies."""
CUSTOM = "custom:"
"""Prefix of the key of a custom field; its percent-encoded name follows."""
OPERATORS: dict[Kind, dict[str, tuple[str, str]]] = {
    # operator: (words, SQL with {} for the column and $ for the value)
    "band": {
        "is": ("is", "{} = $"),
        "is_not": ("is not", "{} IS DISTINCT FROM $"),
    },
    "lifecycle": {
        "is": ("is", "{} = $"),
        "is_not": ("is not", "{} IS DISTINCT FROM $"),
    },
    "text": {
        "is": ("is", "{} = $"),
        "is_not": ("is not", "{} IS DISTINCT FROM $"),
        "contains": ("contains", "strpos(lower({}), lower($::text)) > 0"),
    },
    "tag": {
        "has": ("is", "{} @> ARRAY[$::text]"),
        "has_not": ("is not", "NOT {} @> ARRAY[$::text]"),
    },
    "number": {
        "at_least": ("at least", "{} >= $::float8"),
        "below": ("below", "{} < $::float8"),
        "equals": ("exactly", "{} = $::float8"),
        "unknown": ("not known", "{} IS NULL AND $::float8 IS NOT NULL"),
    },
    "past": {
        "longer_ago": ("more days ago than", "{} < $"),
        "within": ("within days", "{} >= $"),
    },
    "coming": {
        "within": ("within days", "{} BETWEEN current_day AND $"),
        "later": ("in more days than", "{} > $"),
    },
}
WORDS: dict[Kind, tuple[str, ...]] = {
    "band": ("fragile", "steady", "strong"),
    "lifecycle": ("onboarding", "active", "lapsed", "left"),
}
"""The allowed values of each field with fixed values."""


class Condition(msgspec.Struct, frozen=True):
    """One condition; the value as text, as it was typed."""

    field: str
    operator: str
    value: str

    @property
    def about(self) -> Field:
        """The field whose values are compared."""
        return field_of(self.field)

    @property
    def kind(self) -> Kind:
        """The kind of the field's values."""
        return self.about.kind

    @property
    def is_unscored(self) -> bool:
        """Whether the field does not follow from a score."""
        return self.field in UNSCORED or self.field.startswith(CUSTOM)


def custom_field(name: str) -> str:
    """Return the key of the field for this attribute of customers."""
    return f"{CUSTOM}{quote(name, safe='').replace('.', '%2E')}"


def field_of(key: str) -> Field:
    """Return the field of this key; raises Invalid for an unknown key."""
    name = unquote(key.removeprefix(CUSTOM)) if key.startswith(CUSTOM) else ""
    if name and "\0" not in name:
        return Field(name, "text", "(c.attributes ->> $::text)")
    if key not in FIELDS:
        raise _no_such_field(key)
    return FIELDS[key]


def _no_such_field(key: str) -> Invalid:
    return Invalid(
        Sentence("There is no field “{field}” for conditions.", field=key),
        code="CONDITIONS_INVALID",
    )


def encode(join: Join, conditions: list[Condition]) -> str:
    """The text form of these conditions; '' for none."""
    told = ";".join(
        f"{one.field}.{one.operator}.{quote(one.value.strip(), safe='')}" for one in conditions
    )
    return f"{join}:{told}" if told else ""


def decode(written: str) -> tuple[Join, list[Condition]]:
    """The conditions of such a text; raises Invalid with what is wrong in it."""
    join, _, told = written.partition(":")
    if join not in ("all", "any") or not told:
        raise Invalid("Conditions begin with “all:” or “any:”.", code="CONDITIONS_INVALID")
    parts = [part.split(".", 2) for part in told.split(";")]
    if len(parts) > MOST:
        raise Invalid(
            Sentence("At most {most} conditions can be put together.", most=MOST),
            code="CONDITIONS_INVALID",
        )
    return ("any" if join == "any" else "all"), [_condition(part) for part in parts]


def in_words(written: str) -> str:
    """The conditions as readable text."""
    join, found = decode(written)
    said, *others = [_said(one) for one in found]
    for other in others:
        if join == "any":
            said = Sentence("{one} or {two}", one=said, two=other)
        else:
            said = Sentence("{one} and {two}", one=said, two=other)
    return said


def _said(one: Condition) -> Sentence:
    label = one.about.label
    field = label if one.field.startswith(CUSTOM) else Sentence(label.lower())
    operator = Sentence(OPERATORS[one.kind][one.operator][0])
    if one.operator == "unknown":
        return Sentence(_UNKNOWN, field=field, operator=operator)
    value = Sentence(one.value) if one.kind in WORDS else one.value
    return Sentence(_KNOWN, field=field, operator=operator, value=value)


_UNKNOWN, _KNOWN = "{field} {operator}", "{field} {operator} {value}"
NAMES = marked(
    (
        *("Band", "Lifecycle", "Strength", "Change in 7 days", "Change in 30 days"),
        *("Value a year", "Value at risk", "Orders", "Last order", "Renewal", "Segment", "Tag"),
        *("Customer since", "customer since"),
        *("band", "lifecycle", "strength", "change in 7 days", "change in 30 days"),
        *("value a year", "value at risk", "orders", "last order", "renewal", "segment", "tag"),
        *("is", "is not", "contains", "at least", "below", "exactly", "not known"),
        *("more days ago than", "within days", "in more days than"),
        *("onboarding", "active", "lapsed", "left"),
    )
)
"""Fields, operators and values, for the catalogue: as choices, and in the middle of a sentence."""


def is_timed(written: str) -> bool:
    """Whether a customer may meet these conditions on one day and not on another, by time alone."""
    return any(one.kind in ("past", "coming") for one in decode(written)[1])


def clause_of(written: str, at: datetime | None = None) -> tuple[str, list[Any]]:
    """A SQL clause over `scored_customers c` with a $ for each of the values.

    at: the moment from which days are counted; None: now.
    """
    join, found = decode(written)
    moment = at or clock.now()
    clauses: list[str] = []
    values: list[Any] = []
    for one in found:
        sql = OPERATORS[one.kind][one.operator][1].format(one.about.column)
        if one.field.startswith(CUSTOM):
            values.append(one.about.label)
        if "current_day" in sql:
            sql = sql.replace("current_day", "$")
            values.append(moment.date())
        clauses.append(f"({sql})")
        values.append(_value(one, moment))
    return f"({(' OR ' if join == 'any' else ' AND ').join(clauses)})", values


def numbered(clause: str, already: int) -> str:
    """Return the clause with its $ numbered, after this many earlier arguments."""
    first, *others = clause.split("$")
    parts = (f"${already + place}{part}" for place, part in enumerate(others, start=1))
    return "".join([first, *parts])


def _condition(parts: list[str]) -> Condition:
    if len(parts) != 3:
        raise _no_such_field(parts[0])
    found = Condition(parts[0], parts[1], unquote(parts[2]))
    if found.operator not in OPERATORS[found.kind]:
        said = f"“{found.operator}” does not fit {found.about.label}."
        raise Invalid(said, code="CONDITIONS_INVALID")
    _value(found, clock.now())
    return found


def _value(one: Condition, moment: datetime) -> Any:
    """The value in the type of the database column."""
    if one.operator == "unknown":
        return 0.0
    label, said = one.about.label, one.value.strip()
    if one.kind in WORDS and said not in WORDS[one.kind]:
        options = ", ".join(WORDS[one.kind])
        raise Invalid(
            Sentence("{label} is one of: {options}.", label=label, options=options),
            code="CONDITIONS_INVALID",
        )
    if one.kind in ("number", "past", "coming") and not _NUMBER.fullmatch(said):
        raise Invalid(
            Sentence("{label} needs a number, not “{said}”.", label=label, said=said),
            code="CONDITIONS_INVALID",
        )
    if one.kind == "past":
        return moment - timedelta(days=float(said))
    if one.kind == "coming":
        return moment.date() + timedelta(days=int(float(said)))
    if not said or "\0" in said:
        raise Invalid(Sentence("{label} needs a value.", label=label), code="CONDITIONS_INVALID")
    return float(said) if one.kind == "number" else said


_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?")
