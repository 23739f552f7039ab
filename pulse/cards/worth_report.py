"""The worth of the cards from the database: orders, snapshots and cards of the last year."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np

from pulse import clock
from pulse.access.roles import Role
from pulse.access.scope import Scope
from pulse.cards import rules
from pulse.cards.proposals import NEGATIVE_KINDS
from pulse.cards.triggers import discover
from pulse.cards.worth import Seen, Worth, worth
from pulse.database.tenancy import Unit, tenant

YEAR = timedelta(days=366)
MOST_SNAPSHOTS = 1_000_000  # beyond this a part of the customers stands for all of them
NOT_ABOUT_LEAVING = ("milestone",)  # good news is no warning


async def worth_report(scope: Scope) -> Worth:
    """Cards a week and the share that preceded a real lapse, against chance and lowest-first."""
    scope.require(Role.viewer)
    async with tenant(scope) as unit:
        chosen = await unit.fetchval(
            "SELECT settings FROM businesses WHERE id = $1", unit.business_id
        )
        seen = await _seen(unit)
    return await asyncio.to_thread(worth, seen, rules.read(chosen).lapse_days)


async def _seen(unit: Unit) -> Seen:
    since = clock.now() - YEAR
    share = await _part(unit)
    silent = [*NOT_ABOUT_LEAVING, *(rule.cause for rule in discover().values() if rule.asked)]
    orders = await unit.fetch(ORDERS, unit.business_id, share, [*NEGATIVE_KINDS])
    snapshots = await unit.fetch(SNAPSHOTS, unit.business_id, share, since)
    cards = await unit.fetch(CARDS, unit.business_id, share, since, silent)
    numbers: dict[UUID, int] = {}

    def who(rows: list[Any]) -> Any:
        return np.array([numbers.setdefault(row[0], len(numbers)) for row in rows], dtype=np.int64)

    def column(rows: list[Any], place: int) -> Any:
        return np.array([row[place] for row in rows], dtype=np.float64)

    return Seen(
        orders=(who(orders), column(orders, 1), column(orders, 2)),
        snapshots=(who(snapshots), column(snapshots, 1), column(snapshots, 2)),
        cards=(who(cards), column(cards, 1)),
        today=clock.days_of(clock.now()),
    )


async def _part(unit: Unit) -> int:
    """How many in 1,000 customers are read: all, unless that would be too many snapshots."""
    customers: int = await unit.fetchval(
        "SELECT count(*) FROM customers WHERE business_id = $1", unit.business_id
    )
    return max(1, min(1_000, 1_000 * MOST_SNAPSHOTS // max(1, customers * 53)))


_DAYS = "extract(epoch FROM {0}) / 86400"
_PART = "abs(hashtext(customer_id::text)) % 1000 < $2"
ORDERS = f"""
SELECT customer_id, ({_DAYS.format("occurred_at")})::float8, amount FROM events
WHERE business_id = $1 AND {_PART} AND amount > 0 AND kind <> ALL($3)"""
# One snapshot day a week: the replay's own days, and of daily ones each seventh.
SNAPSHOTS = f"""
WITH RECURSIVE days AS (
  SELECT min(snapshot_date) AS day FROM identity_snapshots
  WHERE business_id = $1 AND snapshot_date >= $3::date
  UNION ALL
  SELECT (SELECT min(snapshot_date) FROM identity_snapshots
    WHERE business_id = $1 AND snapshot_date >= days.day + 7) FROM days WHERE day IS NOT NULL
)
SELECT customer_id, (snapshot_date - DATE '1970-01-01')::float8, identity_strength
FROM identity_snapshots
WHERE business_id = $1 AND {_PART}
  AND snapshot_date IN (SELECT day FROM days WHERE day IS NOT NULL)"""
CARDS = f"""
SELECT customer_id, ({_DAYS.format("created_at")})::float8 FROM conversation_cards
WHERE business_id = $1 AND {_PART} AND created_at >= $3 AND cause <> ALL($4)"""
