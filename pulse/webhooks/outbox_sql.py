"""The bulk insert of the outbox.

Raw SQL: a rescoring sends thousands of events at once, in two arrays instead of six parameters per
row.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pulse.db.transaction import Unit


async def insert_for_each(
    unit: Unit, kind: str, endpoints: Sequence[UUID], bodies: Sequence[dict[str, Any]]
) -> list[UUID]:
    """Insert one delivery for each endpoint and body; returns their ids."""
    rows = await unit.fetch(
        "INSERT INTO webhook_deliveries (business_id, endpoint_id, event_kind, payload) "
        "SELECT $1, e, $2, p FROM unnest($3::uuid[]) e, unnest($4::jsonb[]) p RETURNING id",
        unit.business_id,
        kind,
        list(endpoints),
        list(bodies),
    )
    return [row["id"] for row in rows]
