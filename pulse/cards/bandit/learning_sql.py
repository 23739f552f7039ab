"""SQL of the learning loop: insert trials and hold-outs, read statistics.

Raw SQL: batches are inserted by unnest; the statistics aggregate all cards of a year.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pulse import clock
from pulse.db.transaction import Unit

Columns = Sequence[Sequence[Any]]


async def insert_trials(unit: Unit, columns: Columns) -> None:
    """Insert trials; one list each of card_id, cause, context, style, variant, chance, first_cause,
    strength, value and lapse_chance.

    Raw SQL: one statement with arrays.
    """
    await unit.execute(
        "INSERT INTO card_trials (business_id, created_at, card_id, cause, context, style, "
        "variant, chance, first_cause, strength, value, lapse_chance) SELECT $1, $2, * FROM "
        "unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[], $8::float8[], "
        "$9::text[], $10::float8[], $11::float8[], $12::float8[])",
        unit.business_id,
        clock.now(),
        *columns,
    )


async def insert_holdouts(unit: Unit, columns: Columns, advised: bool) -> None:
    """Insert hold-outs; one list each of customer_id, cause, context, strength, value and
    lapse_chance.

    advised: held out on advice, not at random.

    Raw SQL: one statement with arrays.
    """
    await unit.execute(
        "INSERT INTO card_hold_outs (business_id, customer_id, cause, context, strength, "
        "value, lapse_chance, held_out_at, advised) SELECT $1, *, $8, $9 FROM "
        "unnest($2::uuid[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::float8[])",
        unit.business_id,
        *columns,
        clock.now(),
        advised,
    )


async def finished(unit: Unit, half_life: float) -> list[Any]:
    """Return groups of equal trials with an outcome: their number and their discounted number.

    Raw SQL: an aggregate over a window function.
    """
    return await unit.fetch(FINISHED, unit.business_id, half_life)


FINISHED = """
SELECT cause, context, style, outcome, round(edit_share::numeric, 1)::float8 AS edited,
  count(*) AS n, sum(power(0.5, newer / $2::float8))::float8 AS weight
FROM (SELECT *, row_number() OVER (ORDER BY created_at DESC, id DESC) - 1 AS newer
  FROM card_trials WHERE business_id = $1 AND outcome IS NOT NULL) AS aged
GROUP BY 1, 2, 3, 4, 5
"""


async def units(
    unit: Unit, since: datetime, until: datetime, days: int, asked: list[str], negative: list[str]
) -> list[Any]:
    """Return who had a card or was held out in a quarter, and whether they returned within `days`.

    Raw SQL: a union, numbered by a window function and joined with the events.
    """
    return await unit.fetch(UNITS, unit.business_id, since, until, days, asked, negative)


# The first card or hold-out of each customer and quarter (UTC, as the hash decides), with the facts
# at that time: the cause and facts of a card change while it waits.
UNITS = """
WITH due AS (
  SELECT k.customer_id, k.created_at AS at, false AS held, t.first_cause IS NOT NULL AS noted,
    coalesce(t.first_cause, k.cause) AS cause, t.strength, t.value, t.lapse_chance
  FROM conversation_cards k LEFT JOIN card_trials t
    ON t.business_id = k.business_id AND t.card_id = k.id
  WHERE k.business_id = $1 AND coalesce(t.first_cause, k.cause) <> ALL($5)
    AND k.created_at > $2 AND k.created_at <= $3
  UNION ALL
  SELECT customer_id, held_out_at, true, true, cause, strength, value, lapse_chance
  FROM card_hold_outs
  WHERE business_id = $1 AND NOT advised AND held_out_at > $2 AND held_out_at <= $3
), units AS (
  SELECT DISTINCT ON (customer_id, date_trunc('quarter', at AT TIME ZONE 'UTC')) *
  FROM due
  ORDER BY customer_id, date_trunc('quarter', at AT TIME ZONE 'UTC'), at, held DESC
)
SELECT (dense_rank() OVER (ORDER BY u.customer_id))::int AS customer, c.external_id, c.name, u.at,
  u.held, u.noted, u.cause, u.strength, u.value, u.lapse_chance,
  EXISTS (SELECT FROM events e WHERE e.business_id = $1 AND e.customer_id = u.customer_id
    AND e.occurred_at > u.at AND e.occurred_at <= u.at + make_interval(days => $4::int)
    AND e.kind <> ALL($6)) AS back
FROM units u JOIN customers c ON c.business_id = $1 AND c.id = u.customer_id
ORDER BY u.at DESC, u.customer_id
"""


async def months(unit: Unit, since: datetime) -> list[Any]:
    """Delivered cards by month."""
    return await _figures(unit, MONTHS, since)


async def causes(unit: Unit, since: datetime, by_pulse: list[str]) -> list[Any]:
    """Cards by cause. by_pulse: reasons for dismissal that do not count as false alarms."""
    return await _figures(unit, CAUSES, since, by_pulse)


async def versions(unit: Unit, since: datetime) -> list[Any]:
    """Delivered cards by prompt version."""
    return await _figures(unit, VERSIONS, since)


async def costs(unit: Unit, since: datetime) -> Any:
    """Number and costs of cards written by the model: one row."""
    return (await _figures(unit, COSTS, since))[0]


async def _figures(unit: Unit, statement: str, since: datetime, *more: Any) -> list[Any]:
    """Run one statistic. Raw SQL: filtered counts and sums over all cards since a date."""
    return await unit.fetch(statement, unit.business_id, since, *more)


MONTHS = """
SELECT date_trunc('month', k.actioned_at)::date AS month, count(*) AS delivered,
  avg(t.edit_share) AS edit_share, count(*) FILTER (WHERE k.writer = 'model') AS by_model,
  coalesce(sum(k.cost), 0) AS cost
FROM conversation_cards k LEFT JOIN card_trials t
  ON t.business_id = k.business_id AND t.card_id = k.id
WHERE k.business_id = $1 AND k.actioned_at > $2 GROUP BY 1 ORDER BY 1
"""
CAUSES = """
SELECT cause, count(*) AS opened, count(actioned_at) AS delivered,
  count(*) FILTER (WHERE status = 'dismissed' AND dismissed_reason <> ALL($3)) AS false_alarms,
  count(*) FILTER (WHERE outcome = 'responded') AS responded,
  count(*) FILTER (WHERE outcome = 'converted') AS converted,
  count(*) FILTER (WHERE outcome = 'ignored') AS ignored
FROM conversation_cards WHERE business_id = $1 AND created_at > $2
GROUP BY cause ORDER BY opened DESC
"""
VERSIONS = """
SELECT CASE WHEN k.writer = 'model' THEN k.prompt_version ELSE '' END AS version,
  count(*) AS delivered, count(k.outcome) AS outcomes,
  count(*) FILTER (WHERE k.outcome IN ('responded', 'converted')) AS good,
  avg(t.edit_share) AS edit_share
FROM conversation_cards k LEFT JOIN card_trials t
  ON t.business_id = k.business_id AND t.card_id = k.id
WHERE k.business_id = $1 AND k.actioned_at > $2 GROUP BY 1 ORDER BY 1
"""
COSTS = """
SELECT count(*) FILTER (WHERE writer = 'model') AS cards, coalesce(sum(cost), 0) AS dollars,
  coalesce(sum(tokens_in + tokens_out), 0) AS tokens,
  count(*) FILTER (WHERE writer = 'model' AND outcome = 'converted') AS converted
FROM conversation_cards WHERE business_id = $1 AND created_at > $2
"""
