"""Segments compared: size, strength and movement, by name and by rule.

A named segment is a value that staff or an import set on customers. A rule is a saved filter and
counts the customers it matches now.
"""

import re
from typing import Any

import msgspec

from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import read_section, set_section, settings_of
from pulse.customers.conditions import decode
from pulse.customers.filters import CustomerFilter, conditions
from pulse.db.transaction import Unit, tenant
from pulse.errors import Conflict, Invalid
from pulse.i18n.sentences import Sentence, marked
from pulse.scoring.reports import figures_sql

MOST_RULES = 40
SECTION = "segments"


ONE_ORDER = "Campaign: one order, quiet for 30 days"
"""First-time buyers get no card; this list is for a campaign."""
BUILT_IN: dict[str, CustomerFilter] = {
    "Strong and rising": CustomerFilter(band="strong", change_30d_from=3.0),
    "Fragile and falling": CustomerFilter(band="fragile", change_30d_to=-3.0),
    "Any declared status now": CustomerFilter(context="any"),
    "Silent for 90 days": CustomerFilter(silent_days=90),
    ONE_ORDER: CustomerFilter(orders_from=1, orders_to=1, silent_days=30),
    "Lapsed": CustomerFilter(lifecycle="lapsed"),
    "Left": CustomerFilter(lifecycle="left"),
    "Renewal within 60 days": CustomerFilter(renewal_within_days=60),
    "Data coverage below 50 %": CustomerFilter(coverage_below=0.5),
}
"""Rules that every business has; they cannot be deleted."""
NAMES = marked(
    (
        *("Strong and rising", "Fragile and falling", "Any declared status now"),
        *("Silent for 90 days", "Campaign: one order, quiet for 30 days", "Lapsed", "Left"),
        *("Renewal within 60 days", "Data coverage below 50 %"),
    )
)
"""Their names, for the catalogue."""


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """Statistics of one segment; strengths in points, value in money per year.

    rule: the filter of a rule segment, None for a named one. chosen: the filter that lists its
    customers.
    """

    name: str
    rule: bool
    chosen: CustomerFilter
    customers: int
    average: float | None
    change_7d: float | None
    fragile: int
    steady: int
    strong: int
    value: float
    eroded_30d: int
    declared: int

    @property
    def scored(self) -> int:
        """Number of customers with a band."""
        return self.fragile + self.steady + self.strong


async def segments(scope: Scope) -> list[Segment]:
    """Return all segments of the business, largest first; customers without one last.

    Lapsed and left customers count only where a rule includes them.
    """
    async with tenant(scope, replica=True) as unit:
        stored = {**BUILT_IN, **await _rules(unit)}
        rules = {name: counted(chosen) for name, chosen in stored.items()}
        groups = await _groups(unit, list(rules.values()))
    names = {row["name"] for row in groups if row["current"]}
    named = [
        _segment(
            [row for row in groups if row["name"] == name and row["current"]],
            name,
            _filter_for_name(name),
            rule=False,
        )
        for name in names
        if names != {""}
    ]
    ruled = [
        _segment([row for row in groups if row["rules"] >> bit & 1], name, chosen, rule=True)
        for bit, (name, chosen) in enumerate(rules.items())
    ]
    shown = [one for one in ruled if one.customers or one.name not in BUILT_IN]
    return sorted([*named, *shown], key=lambda one: (_is_listed_last(one), -one.customers))


def _is_listed_last(one: Segment) -> bool:
    """Return whether it is listed last: without a segment, or without current customers."""
    return one.name == "" or one.chosen.lifecycle in ("lapsed", "left")


def counted(chosen: CustomerFilter) -> CustomerFilter:
    """Return a rule's filter restricted to current customers, unless it is about others."""
    return chosen if chosen.lifecycle else msgspec.structs.replace(chosen, lifecycle="current")


async def _groups(unit: Unit, rules: list[CustomerFilter]) -> list[Any]:
    """Return statistics of customers by segment and matching rules: one scan.

    `rules` of a row has one bit per rule, the first in the lowest position.
    """
    args: list[Any] = [unit.business_id]
    bits = ["0::bigint"]
    for bit, chosen in enumerate(rules):
        where, more = conditions(unit.business_id, chosen)
        clause = _shift_placeholders(where, len(args) - 1)
        bits.append(f"CASE WHEN {clause} THEN {1 << bit} ELSE 0 END")
        args += more[1:]
    return await figures_sql.segment_groups(unit, " + ".join(bits), args)


def _shift_placeholders(where: str, further: int) -> str:
    """Return the clause with all placeholders except the first (the business) shifted."""

    def place(found: re.Match[str]) -> str:
        number = int(found[1])
        return f"${number if number == 1 else number + further}"

    return PLACE.sub(place, where)


PLACE = re.compile(r"\$(\d+)")


def _segment(rows: list[Any], name: str, chosen: CustomerFilter, *, rule: bool) -> Segment:
    def total(column: str) -> Any:
        return sum(row[column] for row in rows)

    return Segment(
        name=name,
        rule=rule,
        chosen=chosen,
        customers=total("customers"),
        average=total("strengths") / total("scored") if total("scored") else None,
        change_7d=total("changes") / total("compared") if total("compared") else None,
        fragile=total("fragile"),
        steady=total("steady"),
        strong=total("strong"),
        value=float(total("value")),
        eroded_30d=total("eroded_30d"),
        declared=total("declared"),
    )


def _filter_for_name(name: str) -> CustomerFilter:
    chosen = CustomerFilter(segment=name) if name else CustomerFilter(has_segment=False)
    return counted(chosen)


async def add_rule(scope: Scope, name: str, chosen: CustomerFilter) -> None:
    """Save a filter as a segment; Conflict for an existing name, Invalid for an empty filter."""
    name = name.strip()[:80]
    if not name or chosen == CustomerFilter():
        raise Invalid("A segment needs a name and at least one condition.")
    if chosen.where:
        decode(chosen.where)
    known = dict((await settings_of(scope)).get(SECTION, {}))
    if name in known:
        raise Conflict(Sentence("There is a segment “{name}” already.", name=name))
    if len(known) >= MOST_RULES:
        raise Invalid(Sentence("At most {most} rules can be kept.", most=MOST_RULES))
    await set_section(scope, SECTION, {**known, name: msgspec.to_builtins(chosen)})


async def remove_rule(scope: Scope, name: str) -> None:
    """Delete a rule; customers are not changed."""
    scope.require(Permission.edit_rules)
    known = dict((await settings_of(scope)).get(SECTION, {}))
    await set_section(scope, SECTION, {key: rule for key, rule in known.items() if key != name})


async def _rules(unit: Unit) -> dict[str, CustomerFilter]:
    return {
        name: msgspec.convert(plain, CustomerFilter, strict=False)
        for name, plain in (await read_section(unit, SECTION)).items()
    }


def segment(row: Any, chosen: CustomerFilter, *, rule: bool) -> Segment:
    """Build a segment from a row of statistics and a name."""
    return Segment(chosen=chosen, rule=rule, **dict(row))
