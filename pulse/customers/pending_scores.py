"""Whose score has to follow: written with what happened, crossed off when it was scored.

A process may end between the two; what then stays behind is scored by the next minute's round.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse.db.transaction import Unit


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
    rows = await unit.fetch(
        "INSERT INTO scores_due (business_id, customer_id) "
        "SELECT $1, c FROM unnest($2::uuid[]) c ORDER BY c "
        "ON CONFLICT (business_id, customer_id) DO UPDATE SET since = excluded.since "
        "RETURNING customer_id, since",
        unit.business_id,
        list(customers),
    )
    return _due(rows)


async def marked(unit: Unit, customers: Sequence[UUID]) -> Due:
    """Which of these are due. Waits for data that is just being written."""
    return _due(
        await unit.fetch(
            "SELECT customer_id, since FROM scores_due WHERE business_id = $1 "
            "AND customer_id = ANY($2::uuid[]) ORDER BY customer_id FOR UPDATE",
            unit.business_id,
            list(customers),
        )
    )


async def clear_pending(unit: Unit, due: Due) -> None:
    """They were scored; who has become due anew meanwhile stays."""
    await unit.execute(
        "DELETE FROM scores_due d USING unnest($2::uuid[], $3::timestamptz[]) AS s (id, since) "
        "WHERE d.business_id = $1 AND d.customer_id = s.id AND d.since = s.since",
        unit.business_id,
        due.customers,
        due.since,
    )


async def overdue(unit: Unit, seconds: float, most: int) -> list[UUID]:
    """Up to `most` customers who have been due for longer than this, the oldest first."""
    rows = await unit.fetch(
        "SELECT customer_id FROM scores_due WHERE business_id = $1 "
        "AND since < clock_timestamp() - make_interval(secs => $2) ORDER BY since LIMIT $3",
        unit.business_id,
        seconds,
        most,
    )
    return [row["customer_id"] for row in rows]


def _due(rows: Sequence[Any]) -> Due:
    return Due([row["customer_id"] for row in rows], [row["since"] for row in rows])
