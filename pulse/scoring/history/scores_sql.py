"""SQL of a recalculation: read customers and events, write snapshots and scores.

Raw SQL: all customers are read and written at once, by arrays and COPY, also on each tap.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from pulse.db import copy
from pulse.db.transaction import Unit
from pulse.scoring.bands import BANDS, HIGH_DAYS
from pulse.scoring.lifecycle.standing import LIFECYCLES

WEEK_DAYS, MONTH_DAYS = 7, 30


async def people(unit: Unit, customers: Sequence[UUID] | None) -> list[Any]:
    """Return records of these customers (None: all) with their scores.

    Raw SQL: joins on two columns, and with aggregated rows.
    """
    which = "" if customers is None else "AND c.id = ANY($2)"
    asked = [] if customers is None else [list(customers)]
    return await unit.fetch(f"{PEOPLE} {which} ORDER BY c.id", unit.business_id, *asked)


async def events(unit: Unit, customers: Sequence[UUID] | None) -> list[Any]:
    """Return the events of these customers (None: all).

    Raw SQL: millions of rows, whose times PostgreSQL converts to numbers.
    """
    asked = [] if customers is None else [list(customers)]
    which = "" if customers is None else " AND customer_id = ANY($2)"
    return await unit.fetch(EVENTS + which, unit.business_id, *asked)


PEOPLE = """
SELECT c.id, c.external_id, c.name, c.locale, c.attributes, c.first_seen_at, c.value,
  c.yearly_value, c.renewal_on, c.owner_id, c.context_type, c.context_expires_at,
  s.band, s.lifecycle, s.value_at_risk, s.identity_strength, s.recent_high, s.scored_on,
  s.scorecard_id, d.disputed
FROM customers c LEFT JOIN customer_scores s
  ON s.business_id = c.business_id AND s.customer_id = c.id
LEFT JOIN (SELECT customer_id, array_agg(metric) AS disputed FROM customer_disputes
  WHERE business_id = $1 AND answered_at IS NULL GROUP BY customer_id) d ON d.customer_id = c.id
WHERE c.business_id = $1"""
EVENTS = (
    "SELECT customer_id, kind, extract(epoch FROM occurred_at)::float8 / 86400 AS at, amount "
    "FROM events WHERE business_id = $1"
)


async def before(
    unit: Unit, customers: Sequence[UUID] | None, scorecard_id: UUID, today: date
) -> list[Any]:
    """Return aggregates of the snapshots of these customers (None: all) up to today.

    Raw SQL: several ordered aggregates at once, one customer at a time through the key.
    """
    return await unit.fetch(
        BEFORE_OF_ALL if customers is None else BEFORE_OF_EACH,
        unit.business_id,
        today - timedelta(days=HIGH_DAYS),
        today,
        today - timedelta(days=WEEK_DAYS),
        today - timedelta(days=MONTH_DAYS),
        scorecard_id,
        *([] if customers is None else [list(customers)]),
    )


SAID = """
  (array_agg(identity_strength ORDER BY snapshot_date DESC))[1] AS last,
  (array_agg(band ORDER BY snapshot_date DESC))[1] AS last_band,
  (array_agg(scorecard_id ORDER BY snapshot_date DESC))[1] AS last_scorecard,
  max(snapshot_date) AS last_date,
  (array_agg(identity_strength ORDER BY snapshot_date DESC)
    FILTER (WHERE snapshot_date <= $4 AND scorecard_id = $6))[1] AS week_ago,
  (array_agg(identity_strength ORDER BY snapshot_date DESC)
    FILTER (WHERE snapshot_date <= $5 AND scorecard_id = $6))[1] AS month_ago,
  max(identity_strength) FILTER (WHERE scorecard_id = $6 AND band IS NOT NULL) AS high,
  (array_agg(scorecard_id ORDER BY snapshot_date DESC))[2] AS earlier_scorecard,
  (array_agg(snapshot_date ORDER BY snapshot_date DESC))[2] AS earlier_date,
  (array_agg(identity_strength ORDER BY snapshot_date DESC))[2] AS earlier,
  (array_agg(band ORDER BY snapshot_date DESC))[2] AS earlier_band
FROM identity_snapshots WHERE business_id = $1"""
BEFORE_OF_ALL = f"""
SELECT customer_id, {SAID} AND snapshot_date > $2 AND snapshot_date <= $3 GROUP BY customer_id"""
# One customer at a time through the key. The days are compared together with the customer, so that
# only the key's index can be used. With missing or old statistics the planner would prefer the
# index by date and read all customers' weeks once for each customer.
BEFORE_OF_EACH = f"""
SELECT asked.customer_id, said.* FROM unnest($7::uuid[]) AS asked (customer_id)
CROSS JOIN LATERAL (
  SELECT {SAID} AND customer_id = asked.customer_id
  AND (customer_id, snapshot_date) > (asked.customer_id, $2::date)
  AND (customer_id, snapshot_date) <= (asked.customer_id, $3::date)
) AS said
WHERE said.last IS NOT NULL"""


async def last_contributions(
    unit: Unit, customers: Sequence[UUID], scorecard_id: UUID, today: date
) -> list[Any]:
    """Return points from each customer's last snapshot by this scorecard within HIGH_DAYS.

    Raw SQL: a lateral join that reads one row per customer.
    """
    return await unit.fetch(
        LAST_CONTRIBUTIONS,
        unit.business_id,
        [*customers],
        scorecard_id,
        today,
        today - timedelta(days=HIGH_DAYS),
    )


LAST_CONTRIBUTIONS = """
SELECT asked.customer_id, last.contributions FROM unnest($2::uuid[]) AS asked (customer_id)
CROSS JOIN LATERAL (
  SELECT contributions FROM identity_snapshots
  WHERE business_id = $1 AND customer_id = asked.customer_id AND scorecard_id = $3
    AND (customer_id, snapshot_date) > (asked.customer_id, $5::date)
    AND (customer_id, snapshot_date) <= (asked.customer_id, $4::date)
  ORDER BY snapshot_date DESC LIMIT 1
) AS last"""


async def first_matching(unit: Unit, whens: str, args: Sequence[Any]) -> list[Any]:
    """Return the result of the first WHEN that holds as `place`, for each customer in $2.

    `whens`: one or several "WHEN … THEN n". Raw SQL: conditions are SQL (customers/conditions.py).
    """
    sql = (
        f"SELECT c.id, CASE {whens} END AS place FROM customers c "
        "WHERE c.business_id = $1 AND c.id = ANY($2::uuid[])"
    )
    return await unit.fetch(sql, *args)


async def current_contributions(
    unit: Unit, customers: Sequence[UUID], scorecard_id: UUID
) -> list[Any]:
    """Return points of the current snapshots made by this scorecard.

    Raw SQL: joins on customer and day, for which there is no foreign key.
    """
    return await unit.fetch(CURRENT_CONTRIBUTIONS, unit.business_id, list(customers), scorecard_id)


CURRENT_CONTRIBUTIONS = """
SELECT n.customer_id, n.contributions FROM customer_scores c
JOIN identity_snapshots n ON n.business_id = c.business_id
  AND n.customer_id = c.customer_id AND n.snapshot_date = c.scored_on
WHERE c.business_id = $1 AND c.customer_id = ANY($2::uuid[]) AND n.scorecard_id = $3"""


async def thin(unit: Unit, since: date, until: date) -> int:
    """Keep each customer's last snapshot of each week of these days; returns how many were deleted.

    Raw SQL: compares a row with later rows of its week.
    """
    tag = await unit.execute(THIN, unit.business_id, since, until)
    return int(tag.rsplit(" ", 1)[1])


THIN = """
DELETE FROM identity_snapshots s WHERE s.business_id = $1
  AND s.snapshot_date >= $2 AND s.snapshot_date < $3
  AND EXISTS (SELECT FROM identity_snapshots later WHERE later.business_id = $1
    AND later.customer_id = s.customer_id AND later.snapshot_date > s.snapshot_date
    AND later.snapshot_date < date_trunc('week', s.snapshot_date)::date + 7)"""


async def write_few(
    unit: Unit, values: dict[str, list[Any]], moment: datetime, scorecard_id: UUID
) -> None:
    """Write rows one by one in a pipeline; values: the columns of STAGED by name.

    Raw SQL: the same upserts as in bulk, by prepared statements of the connection.
    """
    the_same = (unit.business_id, moment.date(), moment, scorecard_id)
    for table in (SNAPSHOTS, SCORES):
        rows = [(*the_same, *row) for row in zip(*(values[one] for one in table.own), strict=True)]
        places = ", ".join(f"${place}" for place in range(1, len(table.names) + 1))
        await unit.executemany(_upsert(table, f"VALUES ({places})"), rows)


async def write_many(
    unit: Unit,
    staged: dict[str, Any],
    moment: datetime,
    scorecard_id: UUID,
    *,
    unknown_values: bool,
    first: bool,
) -> None:
    """Write rows in bulk; unknown_values: metric values contain NaN.

    Raw SQL: COPY into a staging table, then one statement per table.
    """
    staging = await copy.stage_columns(unit, STAGED, staged)
    the_same = (unit.business_id, moment.date(), moment, scorecard_id)
    unstaged = UNSTAGED if unknown_values else UNSTAGED | {"metric_values": "metric_values"}
    rows, added = [], False
    for table in (SNAPSHOTS, SCORES):
        own = ", ".join(unstaged.get(name, name) for name in table.own)
        rows.append((table, f"SELECT $1, $2, $3, $4, {own} FROM {staging}"))
    if first:
        async with unit.ignore_duplicates():
            await _run(unit, [_insert(*one) for one in rows], the_same)
            added = True
    if not added:
        await _run(unit, [_upsert(*one) for one in rows], the_same)
    await _run(unit, [f"DROP TABLE {staging}"], ())


async def _run(unit: Unit, statements: Sequence[str], values: Sequence[Any]) -> None:
    for statement in statements:
        await unit.execute(statement, *values)


def _upsert(table: "_Target", rows: str) -> str:
    renewed = ", ".join(f"{one} = excluded.{one}" for one in table.names if one not in table.key)
    conflict = f"ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {renewed}"
    return f"{_insert(table, rows)} {conflict}"


def _insert(table: "_Target", rows: str) -> str:
    return f"INSERT INTO {table.name} ({', '.join(table.names)}) {rows}"


BAND = "ARRAY[" + ", ".join(f"'{band}'" for band in BANDS) + "]"  # beyond the end: NULL
STATES = "ARRAY[" + ", ".join(f"'{state}'" for state in LIFECYCLES) + "]"
STAGED = {
    "customer_id": "uuid",
    "identity_strength": "float8",
    "band": "int2",
    "coverage": "float8",
    "change_7d": "float8",
    "change_30d": "float8",
    "recent_high": "float8",
    "metric_values": "float8[]",
    "contributions": "float8[]",
    "lifecycle": "int2",
    "orders": "float8",
    "last_order_at": "float8",
    "usual_gap_days": "float8",
    "habitual": "int2",
    "value_year": "float8",
    "value_at_risk": "float8",
}
"""The columns of the staging table, named as where they are stored.

NaN: unknown. band and lifecycle: places in their lists. last_order_at: seconds since epoch.
"""
UNSTAGED = {name: f"nullif({name}, 'NaN')" for name, kind in STAGED.items() if kind == "float8"} | {
    "band": f"({BAND})[band + 1]",
    "metric_values": "array_replace(metric_values, 'NaN'::float8, NULL)",
    "lifecycle": f"({STATES})[lifecycle + 1]",
    "orders": "orders::int",
    "last_order_at": "to_timestamp(nullif(last_order_at, 'NaN'))",
    "habitual": "habitual <> 0",
}
"""What is stored of a staged column, where it is converted."""


class _Target(NamedTuple):
    """A table to write: its key, the columns with one value for all rows, those of STAGED."""

    name: str
    key: tuple[str, ...]
    the_same: tuple[str, ...]
    own: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.the_same, *self.own)


_OF_SNAPSHOTS = ("metric_values", "contributions")
SNAPSHOTS = _Target(
    "identity_snapshots",
    key=("business_id", "customer_id", "snapshot_date"),
    the_same=("business_id", "snapshot_date", "taken_at", "scorecard_id"),
    own=("customer_id", "identity_strength", "band", "coverage", *_OF_SNAPSHOTS),
)
SCORES = _Target(
    "customer_scores",
    key=("business_id", "customer_id"),
    the_same=("business_id", "scored_on", "scored_at", "scorecard_id"),
    own=tuple(name for name in STAGED if name not in _OF_SNAPSHOTS),
)
