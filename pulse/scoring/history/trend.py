"""The trend of one customer: dated strengths, newest last."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec

from pulse import clock
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.tables.snapshot import IdentitySnapshot


class Point(msgspec.Struct, frozen=True):
    """One snapshot of the trend."""

    date: date
    identity_strength: float


async def history(unit: Unit, customer_id: UUID, most: int = 26) -> list[Point]:
    """Return the last strength of each of the `most` latest weeks."""
    return (await histories(unit, [customer_id], most))[customer_id]


async def histories(
    unit: Unit, customer_ids: Sequence[UUID], most: int = 26
) -> dict[UUID, list[Point]]:
    """Return the same for several customers; each has an entry."""
    rows = await _SINCE.rows(
        unit,
        business_id=unit.business_id,
        ids=list(customer_ids),
        since=clock.today() - timedelta(weeks=most),
    )
    weeks: dict[UUID, dict[tuple[int, int], Point]] = {one: {} for one in customer_ids}
    for row in rows:
        day = row["snapshot_date"]
        weeks[row["who"]][day.isocalendar()[:2]] = Point(day, row["identity_strength"])
    return {one: [*last_of_week.values()][-most:] for one, last_of_week in weeks.items()}


_SINCE = prepared(
    IdentitySnapshot.select(
        IdentitySnapshot.customer_id.as_alias("who"),
        IdentitySnapshot.snapshot_date,
        IdentitySnapshot.identity_strength,
    )
    .where(
        IdentitySnapshot.business_id == Param("business_id"),
        any_of(IdentitySnapshot.customer_id, Param("ids")),
        IdentitySnapshot.snapshot_date > Param("since"),
    )
    .order_by(IdentitySnapshot.snapshot_date)
)
