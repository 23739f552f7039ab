"""Snapshots: what the score said before, and keeping what it says now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pulse.database import bulk
from pulse.database.tenancy import Unit
from pulse.identity.bands import Band

HIGH_DAYS = 90  # how far back the recent high looks: a season
WEEK_DAYS, MONTH_DAYS = 7, 30
FEW = 50  # up to here rows go one by one through prepared statements, beyond it in bulk


@dataclass(frozen=True)
class Before:
    """What a customer's snapshots said until now; None where there is none that old."""

    last: float | None = None
    last_band: Band | None = None
    last_scorecard: UUID | None = None
    last_date: date | None = None
    week_ago: float | None = None
    month_ago: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Kept:
    """One customer's new score, in the order of `SNAPSHOT` and `CURRENT`."""

    customer_id: UUID
    strength: float
    band: Band
    coverage: float
    change_7d: float | None
    change_30d: float | None
    recent_high: float
    metric_values: list[float | None]
    contributions: list[float]


async def before(
    unit: Unit, customers: Sequence[UUID], scorecard_id: UUID, moment: datetime, *, everybody: bool
) -> dict[UUID, Before]:
    """The earlier scores of these customers, up to the day of `moment` itself.

    Comparisons (a week ago, a month ago, the recent high) only look at snapshots of the scorecard
    in force: what a new version changed is nobody's erosion.
    """
    today = moment.date()
    rows = await unit.fetch(
        BEFORE.format(only="" if everybody else "AND customer_id = ANY($7)"),
        unit.business_id,
        today - timedelta(days=HIGH_DAYS),
        today,
        today - timedelta(days=WEEK_DAYS),
        today - timedelta(days=MONTH_DAYS),
        scorecard_id,
        *([] if everybody else [list(customers)]),
    )
    return {row["customer_id"]: Before(**dict(list(row.items())[1:])) for row in rows}


BEFORE = """
SELECT customer_id,
  (array_agg(identity_strength ORDER BY snapshot_date DESC))[1] AS last,
  (array_agg(band ORDER BY snapshot_date DESC))[1] AS last_band,
  (array_agg(scorecard_id ORDER BY snapshot_date DESC))[1] AS last_scorecard,
  max(snapshot_date) AS last_date,
  (array_agg(identity_strength ORDER BY snapshot_date DESC)
    FILTER (WHERE snapshot_date <= $4 AND scorecard_id = $6))[1] AS week_ago,
  (array_agg(identity_strength ORDER BY snapshot_date DESC)
    FILTER (WHERE snapshot_date <= $5 AND scorecard_id = $6))[1] AS month_ago,
  max(identity_strength) FILTER (WHERE scorecard_id = $6) AS high
FROM identity_snapshots
WHERE business_id = $1 AND snapshot_date > $2 AND snapshot_date <= $3 {only}
GROUP BY customer_id
"""


async def keep(unit: Unit, kept: Sequence[Kept], scorecard_id: UUID, moment: datetime) -> None:
    """Write the day's snapshots (the last of a day stands) and the customers' current scores."""
    day = moment.date()
    snapshots = [
        (
            k.customer_id,
            day,
            moment,
            k.strength,
            k.band,
            k.coverage,
            scorecard_id,
            k.metric_values,
            k.contributions,
        )
        for k in kept
    ]
    current = [
        (
            k.customer_id,
            k.strength,
            k.band,
            k.coverage,
            k.change_7d,
            k.change_30d,
            k.recent_high,
            day,
            moment,
            scorecard_id,
        )
        for k in kept
    ]
    if len(kept) <= FEW:
        await _keep_few(unit, snapshots, current)
    else:
        await _keep_many(unit, snapshots, current)


async def _keep_few(unit: Unit, snapshots: list[Any], current: list[Any]) -> None:
    await unit.executemany(
        f"INSERT INTO identity_snapshots (business_id, {', '.join(SNAPSHOT)}) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
        "ON CONFLICT (business_id, customer_id, snapshot_date) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in RENEWED)
        + ", updated_at = now()",
        [(unit.business_id, *row) for row in snapshots],
    )
    await unit.executemany(
        f"INSERT INTO customer_scores (business_id, {', '.join(CURRENT)}) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
        "ON CONFLICT (business_id, customer_id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in SCORE),
        [(unit.business_id, *row) for row in current],
    )


async def _keep_many(unit: Unit, snapshots: list[Any], current: list[Any]) -> None:
    await bulk.upsert(
        unit,
        "identity_snapshots",
        SNAPSHOT,
        snapshots,
        conflict=("business_id", "customer_id", "snapshot_date"),
        update=RENEWED,
    )
    await bulk.upsert(
        unit,
        "customer_scores",
        CURRENT,
        current,
        conflict=("business_id", "customer_id"),
        update=SCORE,
        stamped=False,
    )


SNAPSHOT = {
    "customer_id": "uuid",
    "snapshot_date": "date",
    "taken_at": "timestamptz",
    "identity_strength": "float8",
    "band": "text",
    "coverage": "float8",
    "scorecard_id": "uuid",
    "metric_values": "float8[]",
    "contributions": "float8[]",
}
RENEWED = [name for name in SNAPSHOT if name not in ("customer_id", "snapshot_date")]
CURRENT = {
    "customer_id": "uuid",
    "identity_strength": "float8",
    "band": "text",
    "coverage": "float8",
    "change_7d": "float8",
    "change_30d": "float8",
    "recent_high": "float8",
    "scored_on": "date",
    "scored_at": "timestamptz",
    "scorecard_id": "uuid",
}
SCORE = [name for name in CURRENT if name != "customer_id"]
