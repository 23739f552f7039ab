"""Shared contexts per day of the business's time zone.

Raw SQL: Piccolo has no generate_series, which adds the days without contexts.
"""

from datetime import date

import msgspec

from pulse.auth.scope import Scope
from pulse.contexts.sharing import CONTEXT_TYPES
from pulse.db.transaction import tenant
from pulse.errors import Invalid

MOST_DAYS = 366

PER_DAY = """
SELECT d.day::date AS day, count(c.id) AS shared FROM businesses b
CROSS JOIN generate_series($2::date, $3::date, interval '1 day') AS d (day)
LEFT JOIN customer_contexts c ON c.business_id = b.id AND ($4 = '' OR c.context_type = $4)
  AND c.created_at >= d.day::date::timestamp AT TIME ZONE b.time_zone
  AND c.created_at < (d.day::date + 1)::timestamp AT TIME ZONE b.time_zone
WHERE b.id = $1 GROUP BY d.day ORDER BY d.day
"""


class DayCount(msgspec.Struct, frozen=True):
    """The number of contexts shared on one day of the business's time zone."""

    day: date
    shared: int


async def contexts_per_day(
    scope: Scope, start: date, end: date, context_type: str = ""
) -> list[DayCount]:
    """Shared contexts per day from `start` to `end`, both included; days without any count 0.

    Args:
        context_type: busy, stuck, exploring, frustrated or own_words; "" counts all.

    Raises Invalid for an unknown type, for an end before the start and for more than 366 days.
    """
    if context_type and context_type not in CONTEXT_TYPES:
        raise Invalid(f"“{context_type}” is not a context: use one of {', '.join(CONTEXT_TYPES)}.")
    if not 0 <= (end - start).days < MOST_DAYS:
        raise Invalid(f"A period has 1 to {MOST_DAYS} days and does not end before it begins.")
    async with tenant(scope) as unit:
        rows = await unit.fetch(PER_DAY, scope.business_id, start, end, context_type)
    return [DayCount(row["day"], row["shared"]) for row in rows]
