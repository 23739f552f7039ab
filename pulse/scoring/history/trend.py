"""The trend of one customer: dated strengths, newest last."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from pulse.db.transaction import Unit


class Point(msgspec.Struct, frozen=True):
    """One snapshot of the trend."""

    date: date
    identity_strength: float


async def history(unit: Unit, customer_id: UUID, most: int = 26) -> list[Point]:
    """At most one strength a week, the last of each, for the `most` latest weeks."""
    rows: Sequence[Any] = await unit.fetch(
        "SELECT DISTINCT ON (date_trunc('week', snapshot_date)) snapshot_date, identity_strength "
        "FROM identity_snapshots WHERE business_id = $1 AND customer_id = $2 "
        "AND snapshot_date > current_date - $3::int "
        "ORDER BY date_trunc('week', snapshot_date), snapshot_date DESC",
        unit.business_id,
        customer_id,
        7 * most,
    )
    return [Point(row["snapshot_date"], row["identity_strength"]) for row in rows][-most:]
