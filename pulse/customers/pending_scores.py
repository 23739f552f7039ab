"""Customers whose score must be recomputed: recorded with the change, cleared when scored.

A process may end between the two; what then stays behind is scored by the next minute's round.
`since` is the database's time: it must differ from mark to mark, also while a past is replayed.
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
    """Customers whose scores are due, and since when: newer data makes them due again."""

    customers: list[UUID]
    since: list[datetime]


def all_of(each: Iterable[Due]) -> Due:
    """Several together; a customer may be in more than one."""
    many = list(each)
    return Due(
        [customer_id for one in many for customer_id in one.customers],
        [since for one in many for since in one.since],
    )


async def mark(unit: Unit, customers: Sequence[UUID]) -> Due:
    """These customers' scores have to follow."""
    rows = await arrivals_sql.mark_due(unit, customers)
    return _due(rows)


async def marked(unit: Unit, customers: Sequence[UUID]) -> Due:
    """Which of these are due. Waits for data that is just being written."""
    return _due(await _MARKED.rows(unit, business_id=unit.business_id, customers=list(customers)))


async def clear_pending(unit: Unit, due: Due) -> None:
    """They were scored; who has become due anew meanwhile stays."""
    await arrivals_sql.clear_due(unit, due.customers, due.since)


async def overdue(unit: Unit, seconds: float, most: int) -> list[UUID]:
    """Up to `most` customers who have been due for longer than this, the oldest first."""
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
