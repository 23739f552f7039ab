"""The worth of the cards from the database: orders, snapshots and cards of the last year."""

import asyncio
from datetime import timedelta
from typing import Any

import numpy as np

from pulse import clock
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.cards import settings
from pulse.cards.evaluation.evaluation import Seen, Worth, worth
from pulse.cards.evaluation.lapses import Days, Index
from pulse.cards.outcomes.suggested_outcomes import NEGATIVE_KINDS
from pulse.cards.triggers import discover
from pulse.db.transaction import Unit, tenant
from pulse.tables.business import Business
from pulse.tables.customer import Customer

YEAR = timedelta(days=366)
MOST_SNAPSHOTS = 1_000_000  # beyond this a part of the customers stands for all of them
NOT_ABOUT_LEAVING = ("milestone",)  # good news is no warning


async def worth_report(scope: Scope) -> Worth:
    """Cards a week and the share that preceded a real lapse, against chance and lowest-first."""
    scope.require(Role.viewer)
    async with tenant(scope) as unit:
        business = (
            await Business.select(Business.settings).where(Business.id == unit.business_id).first()
        )
        seen = await _seen(unit)
    rules = settings.read(business["settings"] if business else None)
    return await asyncio.to_thread(worth, seen, rules.lapse_days)


async def _seen(unit: Unit) -> Seen:
    """Everything in three questions; whole columns come as arrays, which are quick to read."""
    since = clock.now() - YEAR
    share = await _part(unit)
    silent = [*NOT_ABOUT_LEAVING, *(rule.cause for rule in discover().values() if rule.asked)]
    orders = await unit.fetchrow(ORDERS, unit.business_id, share, [*NEGATIVE_KINDS])
    weeks = await unit.fetch(SNAPSHOTS, unit.business_id, share, since)
    cards = await unit.fetchrow(CARDS, unit.business_id, share, since, silent)
    return Seen(
        orders=(_whole(orders["who"]), _days(orders["at"]), _days(orders["amount"])),
        snapshots=(
            np.concatenate([_whole([]), *(_whole(week["who"]) for week in weeks)]),
            np.repeat(_days([w["day"] for w in weeks]), [len(w["who"]) for w in weeks]),
            np.concatenate([_days([]), *(_days(week["strength"]) for week in weeks)]),
        ),
        cards=(_whole(cards["who"]), _days(cards["at"])),
        today=clock.days_of(clock.now()),
    )


def _whole(column: Any) -> Index:
    return np.array(column or [], dtype=np.int64)


def _days(column: Any) -> Days:
    return np.array(column or [], dtype=np.float64)


async def _part(unit: Unit) -> int:
    """How many in 1,000 customers are read: all, unless that would be too many snapshots."""
    customers: int = await Customer.count().where(Customer.business_id == unit.business_id)
    return max(1, min(1_000, 1_000 * MOST_SNAPSHOTS // max(1, customers * 53)))


_DAYS = "(extract(epoch FROM {0}) / 86400)::float8"
_NUMBERED = """
numbered AS (
  SELECT id, (row_number() OVER (ORDER BY id))::int AS n FROM customers
  WHERE business_id = $1 AND abs(hashtext(id::text)) % 1000 < $2
)"""
ORDERS = f"""
WITH {_NUMBERED}
SELECT array_agg(n) AS who, array_agg({_DAYS.format("occurred_at")}) AS at,
  array_agg(amount) AS amount
FROM events JOIN numbered ON numbered.id = customer_id
WHERE business_id = $1 AND amount > 0 AND kind <> ALL($3)"""
# One snapshot day a week: the replay's own days, and of daily ones each seventh.
SNAPSHOTS = f"""
WITH RECURSIVE {_NUMBERED}, days AS (
  SELECT min(snapshot_date) AS day FROM identity_snapshots
  WHERE business_id = $1 AND snapshot_date >= $3::date
  UNION ALL
  SELECT (SELECT min(snapshot_date) FROM identity_snapshots
    WHERE business_id = $1 AND snapshot_date >= days.day + 7) FROM days WHERE day IS NOT NULL
)
SELECT (snapshot_date - DATE '1970-01-01')::float8 AS day, array_agg(n) AS who,
  array_agg(identity_strength) AS strength
FROM identity_snapshots JOIN numbered ON numbered.id = customer_id
WHERE business_id = $1 AND snapshot_date IN (SELECT day FROM days WHERE day IS NOT NULL)
GROUP BY snapshot_date ORDER BY snapshot_date"""
CARDS = f"""
WITH {_NUMBERED}
SELECT array_agg(n) AS who, array_agg({_DAYS.format("created_at")}) AS at
FROM conversation_cards JOIN numbered ON numbered.id = customer_id
WHERE business_id = $1 AND created_at >= $3 AND cause <> ALL($4)"""
