"""Types of the customer list: rows, sort orders, pages and sizes."""

from typing import Any, Literal
from uuid import UUID

import msgspec

MOST_ROWS = 200  # rows of a page, for programs and for the dashboard

SortKey = Literal[
    "name", "external_id", "identity_strength", "change_7d", "value", "value_at_risk",
    "last_event_at", "renewal_on",
]  # fmt: skip
SORTABLE: dict[str, str] = {
    "name": "text",
    "external_id": "text",
    "identity_strength": "float8",
    "change_7d": "float8",
    "value": "float8",
    "value_at_risk": "float8",
    "last_event_at": "timestamptz",
    "renewal_on": "date",
}


_COLUMN_OF = {"value": "yearly_value"}
COLUMN_TYPES = {_COLUMN_OF.get(key, key): kind for key, kind in SORTABLE.items()}
"""The type of each column of an order."""


def sort_column(sort: str) -> str:
    """Return the column of an order: `value` is the value a year, not the imported one alone."""
    return _COLUMN_OF.get(sort, sort)


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the list. Strength and changes in points, value in money per year."""

    id: UUID
    external_id: str
    name: str
    email: str
    identity_strength: float | None
    band: str | None
    """None for lapsed and left customers, and before the first score."""
    lifecycle: str | None = None
    orders: int | None = None
    last_order_at: Any = None
    """The last order that was not cancelled."""
    usual_gap_days: float | None = None
    yearly_value: float | None = None
    """Orders of the last 365 days less cancellations; where they have no amounts, `value`."""
    value_at_risk: float | None = None
    """Value a year × chance to leave; None where unknown, and for lapsed or left customers."""
    coverage: float | None
    change_7d: float | None
    change_30d: float | None
    context_type: str | None
    context_expires_at: Any
    segment: str
    tags: list[str]
    owner_id: UUID | None
    owner: str | None
    value: float | None
    """The value a year as imported."""
    renewal_on: Any
    last_event_at: Any
    scored_at: Any


COLUMNS = (
    "c.id, c.external_id, c.name, c.email, c.identity_strength, c.band, c.lifecycle, c.coverage, "
    "c.change_7d, c.change_30d, c.orders, c.last_order_at, c.usual_gap_days, c.yearly_value, "
    "c.value_at_risk, "
    "c.context_type, c.context_expires_at, c.segment, c.tags, c.owner_id, "
    "s.name AS owner, c.value, c.renewal_on, c.last_event_at, c.scored_at"
)
STAFF = "LEFT JOIN staff s ON s.business_id = c.business_id AND s.id = c.owner_id"
FROM = f"scored_customers c {STAFF}"


class Size(msgspec.Struct, frozen=True):
    """The number of customers a filter matches; an estimate above 2,000 where not exact."""

    number: int
    exact: bool = True


class Page(msgspec.Struct, frozen=True):
    """At most `limit` rows, the cursor of the next page or None, and the number of all rows.

    partial: a broad search sorted by name or id contains only its first matches.
    """

    rows: list[CustomerRow]
    next: str | None
    size: Size
    partial: bool = False


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where the next page begins: the last row's sort value (None: unknown) and id."""

    value: Any
    id: UUID

    @property
    def in_tail(self) -> bool:
        """Whether the cursor is among the rows with an unknown sort value."""
        return self.value is None
