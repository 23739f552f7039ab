"""Snapshots: what the score said before, and keeping what it says now."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

from pulse.db import copy
from pulse.db.copy_binary import uuids
from pulse.db.transaction import Unit
from pulse.scoring.bands import BANDS, OUTSIDE_BANDS, Band
from pulse.scoring.lifecycle.standing import LIFECYCLES
from pulse.scoring.metrics.event_features import Floats, Objects

HIGH_DAYS = 90  # how far back the recent high looks: a season
WEEK_DAYS, MONTH_DAYS = 7, 30
FEW = 50  # up to here rows go one by one through prepared statements, beyond it in bulk


class Before(msgspec.Struct, frozen=True, gc=False):
    """What a customer's snapshots said until now; None where there is none that old."""

    last: float | None = None
    last_band: Band | None = None
    last_scorecard: UUID | None = None
    last_date: date | None = None
    week_ago: float | None = None
    month_ago: float | None = None
    high: float | None = None
    earlier_scorecard: UUID | None = None
    """Of the snapshot before the last one, with its day."""
    earlier_date: date | None = None


@dataclass(frozen=True)
class Kept:
    """The new scores of N customers, as columns; NaN for not known."""

    customers: list[UUID]
    strength: Floats
    """[N] 0–100."""
    bands: NDArray[np.int16]
    """[N] places in BANDS; OUTSIDE_BANDS for lapsed and left customers."""
    coverage: Floats
    change_7d: Floats
    change_30d: Floats
    recent_high: Floats
    metric_values: Floats
    """[N, M]"""
    contributions: Floats
    """[N, M] points."""
    lifecycle: Objects
    """[N] onboarding, active, lapsed or left."""
    orders: Floats
    last_order: Floats
    """[N] days since epoch."""
    usual_gap: Floats
    value_year: Floats


async def before(
    unit: Unit, customers: Sequence[UUID], scorecard_id: UUID, moment: datetime, *, everybody: bool
) -> dict[UUID, Before]:
    """The earlier scores of these customers, up to the day of `moment` itself.

    Comparisons (a week ago, a month ago, the recent high) only look at snapshots of the scorecard
    in force: what a new version changed is nobody's erosion.
    """
    today = moment.date()
    rows = await unit.fetch(
        BEFORE_OF_ALL if everybody else BEFORE_OF_EACH,
        unit.business_id,
        today - timedelta(days=HIGH_DAYS),
        today,
        today - timedelta(days=WEEK_DAYS),
        today - timedelta(days=MONTH_DAYS),
        scorecard_id,
        *([] if everybody else [list(customers)]),
    )
    return {row["customer_id"]: Before(*list(row.values())[1:]) for row in rows}


SAID = """
  (array_agg(identity_strength ORDER BY snapshot_date DESC))[1] AS last,
  (array_agg(band ORDER BY snapshot_date DESC))[1] AS last_band,
  (array_agg(scorecard_id ORDER BY snapshot_date DESC))[1] AS last_scorecard,
  max(snapshot_date) AS last_date,
  (array_agg(identity_strength ORDER BY snapshot_date DESC)
    FILTER (WHERE snapshot_date <= $4 AND scorecard_id = $6))[1] AS week_ago,
  (array_agg(identity_strength ORDER BY snapshot_date DESC)
    FILTER (WHERE snapshot_date <= $5 AND scorecard_id = $6))[1] AS month_ago,
  max(identity_strength) FILTER (WHERE scorecard_id = $6) AS high,
  (array_agg(scorecard_id ORDER BY snapshot_date DESC))[2] AS earlier_scorecard,
  (array_agg(snapshot_date ORDER BY snapshot_date DESC))[2] AS earlier_date
FROM identity_snapshots WHERE business_id = $1"""
BEFORE_OF_ALL = f"""
SELECT customer_id, {SAID} AND snapshot_date > $2 AND snapshot_date <= $3 GROUP BY customer_id"""
# Customer by customer through the key. The days are compared together with the customer, which no
# index but the key's can use: while statistics are missing or tell of an earlier week, the index by
# date looks cheap, and would read all customers' weeks once for each of them.
BEFORE_OF_EACH = f"""
SELECT asked.customer_id, said.* FROM unnest($7::uuid[]) AS asked (customer_id)
CROSS JOIN LATERAL (
  SELECT {SAID} AND customer_id = asked.customer_id
  AND (customer_id, snapshot_date) > (asked.customer_id, $2::date)
  AND (customer_id, snapshot_date) <= (asked.customer_id, $3::date)
) AS said
WHERE said.last IS NOT NULL"""


async def last_contributions(
    unit: Unit, customers: Sequence[UUID], scorecard_id: UUID, moment: datetime
) -> dict[UUID, list[float]]:
    """Points by metric of each one's last snapshot by this scorecard; none where there is none."""
    if not customers:
        return {}
    rows = await unit.fetch(
        LAST_CONTRIBUTIONS,
        unit.business_id,
        [*customers],
        scorecard_id,
        moment.date(),
        moment.date() - timedelta(days=HIGH_DAYS),
    )
    return {row["customer_id"]: row["contributions"] for row in rows}


LAST_CONTRIBUTIONS = """
SELECT asked.customer_id, last.contributions FROM unnest($2::uuid[]) AS asked (customer_id)
CROSS JOIN LATERAL (
  SELECT contributions FROM identity_snapshots
  WHERE business_id = $1 AND customer_id = asked.customer_id AND scorecard_id = $3
    AND (customer_id, snapshot_date) > (asked.customer_id, $5::date)
    AND (customer_id, snapshot_date) <= (asked.customer_id, $4::date)
  ORDER BY snapshot_date DESC LIMIT 1
) AS last"""


async def keep(
    unit: Unit, kept: Kept, scorecard_id: UUID, moment: datetime, *, first: bool = False
) -> None:
    """Write the day's snapshots (the last of a day stands) and the customers' current scores.

    `first` says that nobody had a score before: then many rows are only added, which costs less.
    """
    if len(kept.customers) <= FEW:
        await _keep_few(unit, kept, scorecard_id, moment)
    else:
        await _keep_many(unit, kept, scorecard_id, moment, first=first)


async def _keep_few(unit: Unit, kept: Kept, scorecard_id: UUID, moment: datetime) -> None:
    rows = [
        (unit.business_id, moment.date(), moment, scorecard_id, *row)
        for row in zip(
            kept.customers,
            kept.strength.tolist(),
            (None if code == OUTSIDE_BANDS else BANDS[code] for code in kept.bands),
            kept.coverage.tolist(),
            unknown_as_none(kept.change_7d),
            unknown_as_none(kept.change_30d),
            kept.recent_high.tolist(),
            unknown_as_none(kept.metric_values),
            kept.contributions.tolist(),
            kept.lifecycle.tolist(),
            kept.orders.astype(int).tolist(),
            [_moment(days) for days in kept.last_order.tolist()],
            unknown_as_none(kept.usual_gap),
            unknown_as_none(kept.value_year),
            strict=True,
        )
    ]
    await unit.executemany(_snapshots(SNAPSHOT_ROW), [(*row[:8], *row[11:13]) for row in rows])
    await unit.executemany(_scores(SCORE_ROW), [(*row[:11], *row[13:]) for row in rows])


def _moment(days: float) -> datetime | None:
    return None if math.isnan(days) else datetime.fromtimestamp(days * 86_400, UTC)


SNAPSHOT_ROW = "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
SCORE_ROW = "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"


async def _keep_many(
    unit: Unit, kept: Kept, scorecard_id: UUID, moment: datetime, *, first: bool
) -> None:
    staging = await copy.stage_columns(unit, STAGED, _staged(kept))
    the_same = (unit.business_id, moment.date(), moment, scorecard_id)
    known = "metric_values"
    if np.isnan(kept.metric_values).any():
        known = "array_replace(metric_values, 'NaN'::float8, NULL)"
    head = f"SELECT $1, $2, $3, $4, customer_id, strength, ({BAND})[band + 1], coverage"
    snapshot_rows = f"{head}, {known}, contributions FROM {staging}"
    score_rows = (
        f"{head}, nullif(change_7d, 'NaN'), nullif(change_30d, 'NaN'), recent_high, "
        f"({STATES})[lifecycle + 1], orders::int, to_timestamp(nullif(last_order, 'NaN')), "
        f"nullif(usual_gap, 'NaN'), nullif(value_year, 'NaN') FROM {staging}"
    )
    added = False
    if first:
        async with unit.unless_taken():
            await unit.execute(f"{SNAPSHOT_COLUMNS} {snapshot_rows}", *the_same)
            await unit.execute(f"{SCORE_COLUMNS} {score_rows}", *the_same)
            added = True
    if not added:
        await unit.execute(_snapshots(snapshot_rows), *the_same)
        await unit.execute(_scores(score_rows), *the_same)
    await unit.execute(f"DROP TABLE {staging}")


def _staged(kept: Kept) -> dict[str, Any]:
    return {
        "customer_id": uuids(kept.customers),
        "strength": kept.strength,
        "band": kept.bands,
        "coverage": kept.coverage,
        "change_7d": kept.change_7d,
        "change_30d": kept.change_30d,
        "recent_high": kept.recent_high,
        "metric_values": kept.metric_values,
        "contributions": kept.contributions,
        "lifecycle": np.array([LIFECYCLES.index(one) for one in kept.lifecycle], np.int16),
        "orders": kept.orders,
        "last_order": kept.last_order * 86_400,
        "usual_gap": kept.usual_gap,
        "value_year": kept.value_year,
    }


def unknown_as_none(values: Floats) -> list[Any]:
    """The values as lists, with None for NaN, as PostgreSQL keeps them."""
    known = values.astype(object)
    known[np.isnan(values)] = None
    listed: list[Any] = known.tolist()
    return listed


SNAPSHOT_COLUMNS = (
    "INSERT INTO identity_snapshots (business_id, snapshot_date, taken_at, scorecard_id, "
    "customer_id, identity_strength, band, coverage, metric_values, contributions)"
)
SCORE_COLUMNS = (
    "INSERT INTO customer_scores (business_id, scored_on, scored_at, scorecard_id, "
    "customer_id, identity_strength, band, coverage, change_7d, change_30d, recent_high, "
    "lifecycle, orders, last_order_at, usual_gap_days, value_year)"
)


def _snapshots(rows: str) -> str:
    return (
        f"{SNAPSHOT_COLUMNS} {rows} ON CONFLICT (business_id, customer_id, snapshot_date) "
        "DO UPDATE SET "
        + _renew(
            "taken_at scorecard_id identity_strength band coverage metric_values contributions"
        )
    )


def _scores(rows: str) -> str:
    return f"{SCORE_COLUMNS} {rows} ON CONFLICT (business_id, customer_id) DO UPDATE SET " + _renew(
        "scored_on scored_at scorecard_id identity_strength band coverage change_7d change_30d "
        "recent_high lifecycle orders last_order_at usual_gap_days value_year"
    )


def _renew(names: str) -> str:
    return ", ".join(f"{name} = excluded.{name}" for name in names.split())


BAND = "ARRAY[" + ", ".join(f"'{band}'" for band in BANDS) + "]"  # beyond its end: NULL
STATES = "ARRAY[" + ", ".join(f"'{state}'" for state in LIFECYCLES) + "]"
STAGED = {
    "customer_id": "uuid",
    "strength": "float8",
    "band": "int2",
    "coverage": "float8",
    "change_7d": "float8",
    "change_30d": "float8",
    "recent_high": "float8",
    "metric_values": "float8[]",
    "contributions": "float8[]",
    "lifecycle": "int2",
    "orders": "float8",
    "last_order": "float8",
    "usual_gap": "float8",
    "value_year": "float8",
}
