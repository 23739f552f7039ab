"""Customers whose score must be recomputed: recorded with the change, cleared when scored.

If the process ends between the two, the next minute's run scores them. `since` is the database's
time, because it must differ between marks even while a past is replayed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from piccolo.querystring import QueryString

from pulse.customers import arrivals_sql
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.tables.imports import ScoreDue


class Due(msgspec.Struct, frozen=True):
    """Customers to be scored, and since when; newer data marks them again with a later time."""

    customers: list[UUID]
    since: list[datetime]


def all_of(each: Iterable[Due]) -> Due:
    """Several of them combined; a customer may occur more than once."""
    many = list(each)
    return Due(
        [customer_id for one in many for customer_id in one.customers],
        [since for one in many for since in one.since],
    )


async def mark(unit: Unit, customers: Sequence[UUID]) -> Due:
    """Mark these customers to be scored."""
    rows = await arrivals_sql.mark_due(unit, customers)
    return _due(rows)


async def marked(unit: Unit, customers: Sequence[UUID]) -> Due:
    """Those of these customers that are marked; waits for the locks of writers of their rows."""
    return _due(await _MARKED.rows(unit, business_id=unit.business_id, customers=list(customers)))


async def clear_pending(unit: Unit, due: Due) -> None:
    """Remove the marks of scored customers; newer marks stay."""
    await arrivals_sql.clear_due(unit, due.customers, due.since)


async def overdue(unit: Unit, seconds: float, most: int) -> list[UUID]:
    """Up to `most` customers marked for longer than `seconds`, the oldest first."""
    long_ago = QueryString("clock_timestamp() - make_interval(secs => {})", seconds)
    rows = (
        await ScoreDue.select(ScoreDue.customer_id)
        .where(ScoreDue.business_id == unit.business_id, ScoreDue.since < long_ago)
        .order_by(ScoreDue.since)
        .limit(most)
    )
    return [row["customer_id"] for row in rows]


def _due(rows: Sequence[Any]) -> Due:
    return Due([row["customer_id"] for row in rows], [row["since"] for row in rows])


_MARKED = prepared(
    ScoreDue.select(ScoreDue.customer_id, ScoreDue.since)
    .where(
        ScoreDue.business_id == Param("business_id"),
        any_of(ScoreDue.customer_id, Param("customers")),
    )
    .order_by(ScoreDue.customer_id)
    .lock_rows()
)
