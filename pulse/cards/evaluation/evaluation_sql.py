"""Orders, snapshots and cards of many customers as whole columns, for the worth of the cards.

Raw SQL: customers are numbered in the statement, and columns come as arrays, quick to read.
`share` is how many in 1,000 customers are read.
"""

from datetime import datetime
from typing import Any

from pulse.db.transaction import Unit


async def orders(unit: Unit, share: int, negative: list[str]) -> Any:
    """All orders in one row; negative: kinds that are none. Raw SQL: array aggregates."""
    return await unit.fetchrow(ORDERS, unit.business_id, share, negative)


async def snapshots(unit: Unit, share: int, since: datetime) -> list[Any]:
    """One snapshot day a week, a row each. Raw SQL: finds the fullest days."""
    return await unit.fetch(SNAPSHOTS, unit.business_id, share, since)


async def cards(unit: Unit, share: int, since: datetime, silent: list[str]) -> Any:
    """All cards in one row, but for silent causes. Raw SQL: array aggregates."""
    return await unit.fetchrow(CARDS, unit.business_id, share, since, silent)


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
# One snapshot day a week, its fullest: the last one, of which a snapshot is always kept.
SNAPSHOTS = f"""
WITH {_NUMBERED}, days AS (
  SELECT DISTINCT ON (date_trunc('week', snapshot_date)) snapshot_date AS day FROM (
    SELECT snapshot_date, count(*) AS many FROM identity_snapshots
    WHERE business_id = $1 AND snapshot_date >= $3::date GROUP BY snapshot_date) one
  ORDER BY date_trunc('week', snapshot_date), many DESC, snapshot_date DESC
)
SELECT (snapshot_date - DATE '1970-01-01')::float8 AS day, array_agg(n) AS who,
  array_agg(identity_strength) AS strength
FROM identity_snapshots JOIN numbered ON numbered.id = customer_id
WHERE business_id = $1 AND snapshot_date IN (SELECT day FROM days)
GROUP BY snapshot_date ORDER BY snapshot_date"""
CARDS = f"""
WITH {_NUMBERED}
SELECT array_agg(n) AS who, array_agg({_DAYS.format("created_at")}) AS at
FROM conversation_cards JOIN numbered ON numbered.id = customer_id
WHERE business_id = $1 AND created_at >= $3 AND cause <> ALL($4)"""
