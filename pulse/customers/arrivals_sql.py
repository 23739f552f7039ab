"""SQL for arriving events and traits, and for the customers to be scored because of them.

Raw SQL: a batch is one statement with one array per column, and every ingestion call runs it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pulse import clock
from pulse.db.transaction import Unit


async def make_customers(unit: Unit, external_ids: Iterable[str]) -> None:
    """Insert customers with these ids; existing ones are unchanged."""
    await unit.execute(
        "INSERT INTO customers (business_id, external_id) SELECT $1, e FROM unnest($2::text[]) e "
        "ON CONFLICT (business_id, external_id) DO NOTHING",
        unit.business_id,
        sorted(external_ids),
    )


async def insert_events(unit: Unit, columns: Sequence[Sequence[Any]]) -> list[Any]:
    """Insert events of known customers, once by message_id.

    columns: external_id, kind, occurred_at, amount, properties as JSON, message_id; a list each.
    Returns customer_id and message_id of the new ones.
    """
    return await unit.fetch(_INSERT_EVENTS, unit.business_id, *columns)


_INSERT_EVENTS = """
INSERT INTO events (business_id, customer_id, kind, occurred_at, amount, properties, message_id)
SELECT $1, c.id, e.kind, e.occurred_at, e.amount, e.properties::jsonb, e.message_id
FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::float8[], $6::text[], $7::text[])
  AS e (external_id, kind, occurred_at, amount, properties, message_id)
JOIN customers c ON c.business_id = $1 AND c.external_id = e.external_id
ON CONFLICT (business_id, message_id) DO NOTHING
RETURNING customer_id, message_id
"""


async def set_signs_of_life(unit: Unit, customers: Sequence[UUID]) -> None:
    """Extend the first and last sign of life of these customers to cover their events."""
    await unit.execute(_SIGNS_OF_LIFE, unit.business_id, customers, clock.now())


_SIGNS_OF_LIFE = """
UPDATE customers c SET
  first_seen_at = least(c.first_seen_at, e.earliest),
  last_event_at = greatest(c.last_event_at, e.latest),
  updated_at = $3
FROM (
  SELECT customer_id, min(occurred_at) AS earliest, max(occurred_at) AS latest
  FROM events WHERE business_id = $1 AND customer_id = ANY($2) GROUP BY customer_id
) e
WHERE c.business_id = $1 AND c.id = e.customer_id
  AND (c.first_seen_at, c.last_event_at) IS DISTINCT FROM
      (least(c.first_seen_at, e.earliest), greatest(c.last_event_at, e.latest))
"""


async def write_traits(unit: Unit, records: list[dict[str, Any]]) -> None:
    """Write these customer records (as JSON) and the times of their traits.

    Raw SQL because each row has different values; Piccolo updates rows one by one or all alike.
    """
    await unit.execute(_WRITE, unit.business_id, records, clock.now())
    await unit.execute(_WRITE_TIMES, unit.business_id, records)


_WRITE = """
UPDATE customers c SET name = k.name, email = k.email, locale = k.locale, segment = k.segment,
  value = k.value, renewal_on = k.renewal_on, first_seen_at = k.first_seen_at,
  attributes = k.attributes, identified_at = k.identified_at, updated_at = $3
FROM jsonb_to_recordset($2::jsonb) AS k(id uuid, name text, email text, locale text, segment text,
  value float8, renewal_on date, first_seen_at timestamptz, attributes jsonb,
  identified_at timestamptz)
WHERE c.business_id = $1 AND c.id = k.id
"""
_WRITE_TIMES = """
INSERT INTO customer_trait_times (business_id, customer_id, times)
SELECT $1, k.id, k.times FROM jsonb_to_recordset($2::jsonb) AS k(id uuid, times jsonb)
ON CONFLICT (business_id, customer_id) DO UPDATE SET times = excluded.times
"""


async def mark_due(unit: Unit, customers: Sequence[UUID]) -> list[Any]:
    """Mark these customers to be scored; returns customer_id and since of each."""
    return await unit.fetch(
        "INSERT INTO scores_due (business_id, customer_id) "
        "SELECT $1, c FROM unnest($2::uuid[]) c ORDER BY c "
        "ON CONFLICT (business_id, customer_id) DO UPDATE SET since = excluded.since "
        "RETURNING customer_id, since",
        unit.business_id,
        list(customers),
    )


async def clear_due(unit: Unit, customers: Sequence[UUID], since: Sequence[datetime]) -> None:
    """Delete these pairs of customer and since; a row whose since has changed stays."""
    await unit.execute(
        "DELETE FROM scores_due d USING unnest($2::uuid[], $3::timestamptz[]) AS s (id, since) "
        "WHERE d.business_id = $1 AND d.customer_id = s.id AND d.since = s.since",
        unit.business_id,
        customers,
        since,
    )
