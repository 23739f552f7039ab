"""Snapshots: read earlier scores, store new ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray
from piccolo.columns.combination import WhereRaw

from pulse.customers import customers_sql
from pulse.db.copy_binary import uuids
from pulse.db.transaction import Unit
from pulse.scoring.bands import BANDS, OUTSIDE_BANDS, Band
from pulse.scoring.history import scores_sql
from pulse.scoring.lifecycle.standing import LIFECYCLES
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.tables.snapshot import IdentitySnapshot

MOST_APART = 0.5  # points a score may differ within a week without a further snapshot
DAILY_FOR_DAYS = 90  # older snapshots are thinned to one per week
AT_ONCE = 50_000  # customers of one statement
FEW = 50  # up to this many rows are written one by one, more in bulk


class Before(msgspec.Struct, frozen=True, gc=False):
    """What a customer's snapshots said before; None without a snapshot that old."""

    last: float | None = None
    last_band: Band | None = None
    last_scorecard: UUID | None = None
    last_date: date | None = None
    week_ago: float | None = None
    month_ago: float | None = None
    high: float | None = None
    earlier_scorecard: UUID | None = None
    """Of the second-last snapshot, with its day."""
    earlier_date: date | None = None
    earlier: float | None = None
    earlier_band: Band | None = None

    def is_superseded(
        self, strength: float, band: Band | None, scorecard: UUID, today: date
    ) -> bool:
        """Return whether the last snapshot may be deleted once today's exists.

        It may when the one before it and today's agree: at most half a point apart, by the same
        scorecard, in the same band and calendar week. Every week keeps its last snapshot, which
        trends use. For any day the latest snapshot at or before it differs by at most half a point.
        """
        if self.last_date is None or self.earlier is None or self.last is None:
            return False
        alike = (self.last_scorecard, self.earlier_scorecard) == (scorecard, scorecard)
        same_week = self.last_date.isocalendar()[:2] == today.isocalendar()[:2]
        return (
            alike
            and same_week
            and self.last_date < today
            and self.last_band == self.earlier_band == band
            and max(strength, self.last, self.earlier) - min(strength, self.last, self.earlier)
            <= MOST_APART
        )


@dataclass(frozen=True)
class ScoreColumns:
    """The new scores of N customers as columns; NaN for unknown."""

    customers: list[UUID]
    strength: Floats
    """[N] 0–100."""
    bands: NDArray[np.int16]
    """[N] indexes into BANDS; OUTSIDE_BANDS for customers without a band."""
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
    habitual: Bools
    value_year: Floats
    value_at_risk: Floats
    yearly_value: Floats
    yearly_value_before: Floats
    """[N] as the customer's row had it; NaN also where that is not known."""


async def before(
    unit: Unit, customers: Sequence[UUID], scorecard_id: UUID, moment: datetime, *, everybody: bool
) -> dict[UUID, Before]:
    """Return the earlier scores of these customers, up to the day of `moment`.

    Comparisons (a week ago, a month ago, the recent high) use only snapshots of the published
    scorecard, so that a new version does not count as erosion.
    """
    asked = None if everybody else customers
    rows = await scores_sql.before(unit, asked, scorecard_id, moment.date())
    return {row["customer_id"]: Before(*list(row.values())[1:]) for row in rows}


async def last_contributions(
    unit: Unit, customers: Sequence[UUID], scorecard_id: UUID, moment: datetime
) -> dict[UUID, list[float]]:
    """Return points by metric of each customer's last snapshot by this scorecard."""
    if not customers:
        return {}
    rows = await scores_sql.last_contributions(unit, customers, scorecard_id, moment.date())
    return {row["customer_id"]: row["contributions"] for row in rows}


async def drop_superseded(
    unit: Unit,
    earlier: dict[UUID, Before],
    kept: ScoreColumns,
    scorecard_id: UUID,
    moment: datetime,
) -> None:
    """Delete snapshots that today's make redundant (see `is_superseded`)."""
    today = moment.date()
    gone = [
        (customer, was.last_date)
        for customer, strength, code in zip(
            kept.customers, kept.strength.tolist(), kept.bands.tolist(), strict=True
        )
        if (was := earlier.get(customer))
        and was.is_superseded(
            strength, None if code == OUTSIDE_BANDS else BANDS[code], scorecard_id, today
        )
    ]
    if gone:
        customers, days = [one[0] for one in gone], [one[1] for one in gone]
        await IdentitySnapshot.delete().where(
            IdentitySnapshot.business_id == unit.business_id,
            WhereRaw(
                "(customer_id, snapshot_date) IN "
                "(SELECT * FROM unnest(({})::uuid[], ({})::date[]))",
                customers,
                days,
            ),
        )


async def thin(unit: Unit, today: date) -> int:
    """Keep one snapshot per week of the time before DAILY_FOR_DAYS; returns how many went.

    Runs daily: it checks the four weeks before that time, and everything on the first day of a
    month.
    """
    until = today - timedelta(days=DAILY_FOR_DAYS)
    until -= timedelta(days=until.weekday())
    since = date.min if today.day == 1 else until - timedelta(weeks=4)
    return await scores_sql.thin(unit, since, until)


async def keep(
    unit: Unit, kept: ScoreColumns, scorecard_id: UUID, moment: datetime, *, first: bool = False
) -> None:
    """Write the day's snapshots (the last of a day counts) and the current scores.

    first: nobody had a score before; many rows are then inserted without checks, which is faster.
    The value a year is written to the customer, where it changed.
    """
    if len(kept.customers) <= FEW:
        await _keep_few(unit, kept, scorecard_id, moment)
    else:
        await scores_sql.write_many(
            unit,
            _staged(kept),
            moment,
            scorecard_id,
            unknown_values=bool(np.isnan(kept.metric_values).any()),
            first=first,
        )
    await _keep_yearly_values(unit, kept)


async def _keep_yearly_values(unit: Unit, kept: ScoreColumns) -> None:
    now, before = kept.yearly_value, kept.yearly_value_before
    changed = np.flatnonzero((now != before) & ~(np.isnan(now) & np.isnan(before)))
    for start in range(0, len(changed), AT_ONCE):
        rows = changed[start : start + AT_ONCE]
        who = [kept.customers[row] for row in rows.tolist()]
        await customers_sql.write_yearly_values(unit, who, unknown_as_none(now[rows]))


async def _keep_few(unit: Unit, kept: ScoreColumns, scorecard_id: UUID, moment: datetime) -> None:
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
            kept.habitual.tolist(),
            unknown_as_none(kept.value_year),
            unknown_as_none(kept.value_at_risk),
            strict=True,
        )
    ]
    await scores_sql.write_few(
        unit,
        [(*row[:8], *row[11:13]) for row in rows],
        [(*row[:11], *row[13:]) for row in rows],
    )


def _moment(days: float) -> datetime | None:
    return None if math.isnan(days) else datetime.fromtimestamp(days * 86_400, UTC)


def _staged(kept: ScoreColumns) -> dict[str, Any]:
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
        "habitual": kept.habitual.astype(np.int16),
        "value_year": kept.value_year,
        "value_at_risk": kept.value_at_risk,
    }


def unknown_as_none(values: Floats) -> list[Any]:
    """Return the values as lists with None for NaN, as PostgreSQL stores them."""
    known = values.astype(object)
    known[np.isnan(values)] = None
    listed: list[Any] = known.tolist()
    return listed
