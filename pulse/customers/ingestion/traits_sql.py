"""Reading and writing what identify calls change, many customers in one statement.

Piccolo updates rows one by one or all alike; these take the new values of each from one JSON array.
"""

from collections.abc import Iterable
from typing import Any

from pulse.db.transaction import Unit

_READ = """
SELECT c.id, c.external_id, c.name, c.email, c.locale, c.segment, c.value, c.renewal_on,
  c.first_seen_at, c.attributes, c.identified_at, coalesce(t.times, '{}') AS times
FROM customers c
LEFT JOIN customer_trait_times t ON t.business_id = c.business_id AND t.customer_id = c.id
WHERE c.business_id = $1 AND c.external_id = ANY($2::text[])
ORDER BY c.id FOR NO KEY UPDATE OF c
"""
_WRITE = """
UPDATE customers c SET name = k.name, email = k.email, locale = k.locale, segment = k.segment,
  value = k.value, renewal_on = k.renewal_on, first_seen_at = k.first_seen_at,
  attributes = k.attributes, identified_at = k.identified_at, updated_at = now()
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


async def read(unit: Unit, external_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The customers' records by their ids, locked, with the times of their traits."""
    rows = await unit.fetch(_READ, unit.business_id, list(external_ids))
    return {row["external_id"]: dict(row.items()) for row in rows}


async def write(unit: Unit, records: list[dict[str, Any]]) -> None:
    """Write these records (as JSON takes them), and the times of their traits."""
    await unit.execute(_WRITE, unit.business_id, records)
    await unit.execute(_WRITE_TIMES, unit.business_id, records)
