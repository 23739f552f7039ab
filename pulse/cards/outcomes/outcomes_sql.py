"""Statistics of delivered cards.

Raw SQL: filtered counts over all cards of a period, and lateral joins with later events. For the
evaluation: orders, snapshots and cards of many customers as whole columns, which is fast. Customers
are numbered in the statement; `share` is how many of 1,000 are read.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pulse import clock
from pulse.cards.queue_sql import SCORED, owned
from pulse.db.transaction import Unit


async def delivered_by_cause(unit: Unit, owner: str, since: datetime) -> list[Any]:
    """Count delivered cards by cause and outcome. An aggregate over the whole period."""
    return await unit.fetch(
        f"SELECT k.cause, coalesce(k.outcome, 'none') AS outcome, count(*) AS cards "
        f"FROM {SCORED} WHERE k.business_id = $1 AND k.actioned_at >= $3 AND {owned(owner)} "
        "GROUP BY 1, 2",
        unit.business_id,
        owner or None,
        since,
    )


async def outreach(unit: Unit, owner: str, since: datetime, before: datetime) -> Any:
    """Count cards opened, delivered and dismissed since, and outcomes of those of `before`."""
    sql = FIGURES.format(owner=owned(owner))
    return await unit.fetchrow(sql, unit.business_id, owner or None, since, before, clock.now())


FIGURES = """
SELECT
  count(*) FILTER (WHERE k.created_at >= $3) AS opened,
  count(*) FILTER (WHERE k.actioned_at >= $3) AS actioned,
  count(*) FILTER (WHERE k.status = 'dismissed' AND k.changed_by <> 'Pulse'
    AND k.changed_at >= $3) AS dismissed,
  count(*) FILTER (WHERE k.outcome = 'responded' AND k.actioned_at >= $3) AS responded,
  count(*) FILTER (WHERE k.outcome = 'ignored' AND k.actioned_at >= $3) AS ignored,
  count(*) FILTER (WHERE k.outcome = 'converted' AND k.actioned_at >= $3) AS converted,
  count(k.outcome) FILTER (WHERE k.actioned_at >= $4 AND k.actioned_at < $3) AS outcomes_before,
  count(*) FILTER (WHERE k.outcome IN ('responded', 'converted')
    AND k.actioned_at >= $4 AND k.actioned_at < $3) AS good_before
FROM conversation_cards k JOIN customers c ON c.business_id = k.business_id AND c.id = k.customer_id
WHERE k.business_id = $1 AND k.updated_at >= $4 AND k.created_at <= $5 AND {owner}
"""


async def by_staff(unit: Unit, since: datetime) -> list[Any]:
    """Return each staff member with counts: three aggregates in one statement."""
    return await unit.fetch(BY_STAFF, unit.business_id, since)


BY_STAFF = """
SELECT s.id AS staff_id, s.name, coalesce(done.actioned, 0) AS actioned,
  coalesce(done.outcomes, 0) AS outcomes, coalesce(done.good, 0) AS good,
  coalesce(waiting.cards, 0) AS open_cards, coalesce(book.customers, 0) AS customers
FROM staff s
LEFT JOIN (SELECT actioned_by, count(*) FILTER (WHERE actioned_at >= $2) AS actioned,
    count(outcome) FILTER (WHERE actioned_at >= $2) AS outcomes,
    count(*) FILTER (WHERE outcome IN ('responded', 'converted') AND actioned_at >= $2) AS good
  FROM conversation_cards WHERE business_id = $1 AND updated_at >= $2 GROUP BY 1) done
  ON done.actioned_by = s.id
LEFT JOIN (SELECT owner_id, count(*) AS customers FROM customers
  WHERE business_id = $1 AND owner_id IS NOT NULL GROUP BY 1) book ON book.owner_id = s.id
LEFT JOIN (SELECT coalesce(k.assigned_to, c.owner_id) AS person, count(*) AS cards
  FROM conversation_cards k JOIN customers c
    ON c.business_id = k.business_id AND c.id = k.customer_id
  WHERE k.business_id = $1 AND k.status = 'pending' GROUP BY 1) waiting ON waiting.person = s.id
WHERE s.business_id = $1 AND s.is_active ORDER BY s.name
"""


async def since_delivery(unit: Unit, window: timedelta, negative: Sequence[str]) -> list[Any]:
    """Return what the customer of each delivered card did within `window` after it: lateral joins.

    negative: kinds of events that are no sign of a return.
    """
    return await unit.fetch(SINCE_DELIVERY, unit.business_id, clock.now(), window, negative)


SINCE_DELIVERY = """
SELECT k.id, k.customer_id, k.actioned_at, paid.occurred_at AS paid_at, paid.kind AS paid_kind,
  seen.occurred_at AS seen_at, said.shared_at
FROM conversation_cards k
LEFT JOIN LATERAL (SELECT occurred_at, kind FROM events e
  WHERE e.business_id = $1 AND e.customer_id = k.customer_id AND e.occurred_at > k.actioned_at
  AND e.occurred_at <= least($2, k.actioned_at + $3) AND e.amount > 0 AND e.kind <> ALL($4)
  ORDER BY occurred_at LIMIT 1) paid ON true
LEFT JOIN LATERAL (SELECT occurred_at FROM events e
  WHERE e.business_id = $1 AND e.customer_id = k.customer_id AND e.occurred_at > k.actioned_at
  AND e.occurred_at <= least($2, k.actioned_at + $3) AND e.kind <> ALL($4)
  ORDER BY occurred_at LIMIT 1) seen ON true
LEFT JOIN LATERAL (SELECT shared_at FROM customer_contexts s
  WHERE s.business_id = $1 AND s.customer_id = k.customer_id AND s.shared_at > k.actioned_at
  AND s.shared_at <= least($2, k.actioned_at + $3) ORDER BY shared_at LIMIT 1) said ON true
WHERE k.business_id = $1 AND k.status = 'actioned' AND k.outcome IS NULL
"""


async def orders(unit: Unit, share: int, negative: list[str]) -> Any:
    """Return all orders in one row, without `negative` kinds. Raw SQL: array aggregates."""
    return await unit.fetchrow(ORDERS, unit.business_id, share, negative)


async def snapshots(unit: Unit, share: int, since: datetime) -> list[Any]:
    """Return one snapshot day per week, a row each. Raw SQL: finds the day with most rows."""
    return await unit.fetch(SNAPSHOTS, unit.business_id, share, since)


async def cards(unit: Unit, share: int, since: datetime, silent: list[str]) -> Any:
    """Return all cards in one row, without silent causes. Raw SQL: array aggregates."""
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
# The snapshot day of a week is the one with most snapshots: its last one, which is always kept.
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
