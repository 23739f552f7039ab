"""Dated events: the only way they enter, exactly once by their message_id."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from pulse.db.transaction import Unit

MOST_AT_ONCE = 100_000


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something a customer did. The amount is in the business's currency."""

    external_id: str
    kind: str
    occurred_at: datetime
    message_id: str
    amount: float | None = None
    properties: dict[str, Any] = {}


class Written(msgspec.Struct, frozen=True):
    """Whom new events concern, and how many of the given ones were new."""

    customers: list[UUID]
    fresh: list[str]
    """The message ids that were not known before."""


async def append(
    unit: Unit, events: Sequence[NewEvent], *, customers_exist: bool = False
) -> Written:
    """Write events; ones with a known message_id are left alone. Unknown customers are made,
    unless the caller knows that there are none.

    Also moves the customers' first and last sign of life.
    """
    if not events:
        return Written([], [])
    if not customers_exist:
        await make_missing(unit, {event.external_id for event in events})
    rows = await unit.fetch(
        INSERT,
        unit.business_id,
        [event.external_id for event in events],
        [event.kind for event in events],
        [event.occurred_at for event in events],
        [event.amount for event in events],
        [msgspec.json.encode(event.properties).decode() for event in events],
        [event.message_id for event in events],
    )
    touched = list(dict.fromkeys(row["customer_id"] for row in rows))
    if touched:
        await unit.execute(SIGNS_OF_LIFE, unit.business_id, touched)
    return Written(touched, [row["message_id"] for row in rows])


INSERT = """
INSERT INTO events (business_id, customer_id, kind, occurred_at, amount, properties, message_id)
SELECT $1, c.id, e.kind, e.occurred_at, e.amount, e.properties::jsonb, e.message_id
FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::float8[], $6::text[], $7::text[])
  AS e (external_id, kind, occurred_at, amount, properties, message_id)
JOIN customers c ON c.business_id = $1 AND c.external_id = e.external_id
ON CONFLICT (business_id, message_id) DO NOTHING
RETURNING customer_id, message_id
"""

SIGNS_OF_LIFE = """
UPDATE customers c SET
  first_seen_at = least(c.first_seen_at, e.earliest),
  last_event_at = greatest(c.last_event_at, e.latest),
  updated_at = now()
FROM (
  SELECT customer_id, min(occurred_at) AS earliest, max(occurred_at) AS latest
  FROM events WHERE business_id = $1 AND customer_id = ANY($2) GROUP BY customer_id
) e
WHERE c.business_id = $1 AND c.id = e.customer_id
  AND (c.first_seen_at, c.last_event_at) IS DISTINCT FROM
      (least(c.first_seen_at, e.earliest), greatest(c.last_event_at, e.latest))
"""


async def make_missing(unit: Unit, external_ids: Iterable[str]) -> None:
    """Make the customers of these ids that do not exist yet."""
    await unit.execute(
        "INSERT INTO customers (business_id, external_id) SELECT $1, e FROM unnest($2::text[]) e "
        "ON CONFLICT (business_id, external_id) DO NOTHING",
        unit.business_id,
        sorted(external_ids),
    )
