"""The customers of an export: which ones, in which order, with which columns."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.cards.outcomes.last_contact import last_touches
from pulse.customers.filters import CustomerFilter, conditions
from pulse.customers.repository import SORTABLE, SortKey, sort_column
from pulse.db.transaction import tenant
from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence
from pulse.imports import lists_sql
from pulse.scoring.named.assignment import card_names, has_several
from pulse.scoring.worst_factor import Drivers, WeighedFactor, top_drivers

COLUMNS = (
    "external_id", "name", "email", "identity_strength", "band", "lifecycle", "change_7d",
    "change_30d", "coverage", "value", "yearly_value", "value_at_risk", "renewal_on", "owner",
    "owner_name", "segment", "tags", "locale", "context_type", "first_seen_at", "last_event_at",
    "last_order_at", "last_touch", "top_driver", "top_negative_driver",
)  # fmt: skip
SCORECARD = "scorecard"
"""The last column, where the business has several scorecards."""
READ_APART = ("last_touch", "top_driver", "top_negative_driver", SCORECARD)
ROUNDED = (
    *("identity_strength", "coverage", "change_7d", "change_30d"),
    *("yearly_value", "value_at_risk"),
)
"""Columns written with two decimals."""
MOST_ATTRIBUTES = 500  # columns; a business with more keys has stray ones
_OWNER = "(SELECT s.{0} FROM staff s WHERE s.business_id = c.business_id AND s.id = c.owner_id)"
_SELECTED = {
    "owner": f"{_OWNER.format('email')} AS owner",
    "owner_name": f"{_OWNER.format('name')} AS owner_name",
    "context_type": "c.context_type, c.context_expires_at",
}


class ListOrder(msgspec.Struct, frozen=True):
    """The sort column of the list and its direction; by default the weakest first."""

    sort: SortKey = "identity_strength"
    descending: bool = False


async def begin(scope: Scope, chosen: CustomerFilter) -> list[str]:
    """Check the permission, record the export, and return the attribute keys by name.

    The search text is not recorded. Raises NotAllowed.
    """
    scope.require(Permission.export_data)
    narrowed = msgspec.to_builtins(chosen)
    if "search" in narrowed:
        narrowed["search"] = "…"
    async with tenant(scope) as unit:
        await audit.record(unit, scope, "customer.list_exported", "customers", after=narrowed)
    async with tenant(scope, replica=True) as unit:
        where, values = conditions(unit.business_id, chosen)
        return await lists_sql.attribute_keys(unit, where, values, MOST_ATTRIBUTES)


async def columns_for(scope: Scope) -> tuple[str, ...]:
    """COLUMNS, and which scorecard scores a customer where there are several."""
    return (*COLUMNS, SCORECARD) if await has_several(scope) else COLUMNS


async def ids_of(scope: Scope, chosen: CustomerFilter, order: ListOrder) -> list[UUID]:
    """The ids of all customers the filter matches, in order, read at one moment (80 bytes each).

    The rows are read later in steps, so changes meanwhile neither repeat nor skip a customer.
    """
    if order.sort not in SORTABLE:
        raise Invalid(
            Sentence(
                "Cannot sort by “{sort}”: use one of {sortable}.",
                sort=order.sort,
                sortable=", ".join(SORTABLE),
            ),
            field="sort",
        )
    async with tenant(scope, replica=True) as unit:
        where, values = conditions(unit.business_id, chosen)
        return await lists_sql.ids_in_order(
            unit, where, values, sort_column(order.sort), descending=order.descending
        )


async def in_steps(
    scope: Scope, ids: Sequence[UUID], size: int
) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows of these customers, `size` at a time, each step in its own units of work.

    A row holds COLUMNS and `attributes`. Customers erased meanwhile are left out.
    """
    selected = ", ".join(
        _SELECTED.get(name, f"c.{name}") for name in COLUMNS if name not in READ_APART
    )
    for at in range(0, len(ids), size):
        part = ids[at : at + size]
        async with tenant(scope, replica=True) as unit:
            rows = await lists_sql.customers_of_ids(unit, selected, part)
        found = {row["id"]: dict(row) for row in rows}
        touched, drivers = await last_touches(scope, part), await top_drivers(scope, part)
        cards = await card_names(scope, part)
        yield [
            _complete_row(found[who], touched, drivers) | {SCORECARD: cards.get(who, "")}
            for who in part
            if who in found
        ]


def _complete_row(
    row: dict[str, Any], touched: Mapping[UUID, datetime], drivers: Mapping[UUID, Drivers]
) -> dict[str, Any]:
    """The row with the values that are read separately; an expired context becomes None."""
    expires = row.pop("context_expires_at")
    if expires is None or expires <= clock.now():
        row["context_type"] = None
    weighed = drivers.get(row["id"])
    row["last_touch"] = touched.get(row["id"])
    row["top_driver"] = _in_words(weighed.top) if weighed else ""
    row["top_negative_driver"] = _in_words(weighed.worst) if weighed else ""
    return row


def _in_words(factor: WeighedFactor | None) -> str:
    """A factor as the list shows it: “Days since the last order −12”."""
    if factor is None:
        return ""
    points = round(factor.points)
    return f"{factor.label} {'−' if points < 0 else '+' if points else ''}{abs(points)}"


def text_of(value: Any) -> str | None:
    """A value as text that can be parsed back to the same value."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if isinstance(value, list | dict):
        return msgspec.json.encode(value).decode()
    return str(value)
