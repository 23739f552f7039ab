"""Types of the customer list: rows, sort orders, pages and sizes."""

from datetime import date, datetime
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec

from pulse.tables.customer import Customer, CustomerScore

SortKey = Literal[
    "name", "external_id", "identity_strength", "change_7d", "value", "value_at_risk",
    "last_event_at", "renewal_on",
]  # fmt: skip
SORTABLE: tuple[str, ...] = get_args(SortKey)


def sort_column(sort: str) -> str:
    """Return the column of an order: `value` is the value a year, not the imported one alone."""
    return "yearly_value" if sort == "value" else sort


COLUMN_TYPES = {
    column._meta.name: column.column_type
    for table in (CustomerScore, Customer)
    for column in table._meta.columns
    if column._meta.name in map(sort_column, SORTABLE)
}
"""PostgreSQL type by sort column."""


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the list. Strength and changes in points, value in money per year."""

    id: UUID
    external_id: str
    name: str
    email: str
    identity_strength: float | None
    band: str | None
    """None for onboarding, lapsed and left customers, and before the first score."""
    lifecycle: str | None = None
    orders: int | None = None
    last_order_at: datetime | None = None
    """The last order that was not cancelled."""
    usual_gap_days: float | None = None
    yearly_value: float | None = None
    """Orders of the last 365 days minus cancellations and returns; without orders or amounts,
    `value`."""
    value_at_risk: float | None = None
    """Value a year × chance to leave; None where unknown, and for lapsed or left customers."""
    coverage: float | None
    change_7d: float | None
    change_30d: float | None
    context_type: str | None
    context_expires_at: datetime | None
    segment: str
    tags: list[str]
    owner_id: UUID | None
    owner: str | None
    value: float | None
    """The value a year as imported."""
    renewal_on: date | None
    last_event_at: datetime | None
    scored_at: datetime | None


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
