"""The trend of one customer: dated strengths, newest last."""

from datetime import date, timedelta
from uuid import UUID

import msgspec

from pulse import clock
from pulse.db.prepared import Param, prepared
from pulse.db.transaction import Unit
from pulse.tables.snapshot import IdentitySnapshot


class Point(msgspec.Struct, frozen=True):
    """One snapshot of the trend."""

    date: date
    identity_strength: float


async def history(unit: Unit, customer_id: UUID, most: int = 26) -> list[Point]:
    """At most one strength a week, the last of each, for the `most` latest weeks."""
    rows = await _SINCE.rows(
        unit,
        business_id=unit.business_id,
        customer_id=customer_id,
        since=clock.today() - timedelta(weeks=most),
    )
    last_of_week = {row["snapshot_date"].isocalendar()[:2]: row for row in rows}
    points = [
        Point(row["snapshot_date"], row["identity_strength"]) for row in last_of_week.values()
    ]
    return points[-most:]


_SINCE = prepared(
    IdentitySnapshot.select(IdentitySnapshot.snapshot_date, IdentitySnapshot.identity_strength)
    .where(
        IdentitySnapshot.business_id == Param("business_id"),
        IdentitySnapshot.customer_id == Param("customer_id"),
        IdentitySnapshot.snapshot_date > Param("since"),
    )
    .order_by(IdentitySnapshot.snapshot_date)
)
