"""What admission needs to know of the past: last cards and hold-outs, and the day's count."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from pulse import clock
from pulse.cards.admission import Past
from pulse.cards.triggers import discover
from pulse.database.tenancy import Unit


async def past(
    unit: Unit, customers: Sequence[UUID]
) -> tuple[dict[tuple[UUID, str], Past], dict[UUID, int]]:
    """The last card or hold-out of each customer and cause, and how many cards each has had."""
    rows = await unit.fetch(PAST, unit.business_id, [*set(customers)])
    counts: dict[UUID, int] = {}
    for row in rows:
        counts[row["customer_id"]] = counts.get(row["customer_id"], 0) + row["cards"]
    found = {
        (row["customer_id"], row["cause"]): Past(row["last_at"], row["open"], row["strength"])
        for row in rows
    }
    return found, counts


async def opened_today(unit: Unit) -> int:
    """Cards of the last 24 hours for which nobody had asked."""
    asked = [rule.cause for rule in discover().values() if rule.asked]
    found: int = await unit.fetchval(
        "SELECT count(*) FROM conversation_cards WHERE business_id = $1 AND created_at > $2 "
        "AND created_at <= $3 AND cause <> ALL($4)",
        unit.business_id,
        clock.now() - timedelta(days=1),
        clock.now(),
        asked,
    )
    return found


PAST = """
SELECT customer_id, cause, max(at) AS last_at, bool_or(open) AS open, sum(card)::int AS cards,
  (array_agg(strength ORDER BY at DESC))[1] AS strength
FROM (
  SELECT customer_id, cause, created_at AS at, status IN ('pending', 'snoozed') AS open, 1 AS card,
    (evidence ->> 'strength')::float8 AS strength
  FROM conversation_cards WHERE business_id = $1 AND customer_id = ANY($2)
  UNION ALL
  SELECT customer_id, cause, held_out_at, false, 0, strength
  FROM card_hold_outs WHERE business_id = $1 AND customer_id = ANY($2)
) AS earlier GROUP BY customer_id, cause
"""
