"""Snapshots: read earlier scores, write the day's, delete those no longer needed.

With the scores, the value a year is written to `customers.yearly_value`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
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

SAME_WITHIN = 0.5  # points a score may differ within a week without a further snapshot
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

        It may when it agrees with the one before it and with today's: all three agree within half a
        point, by the same scorecard and band, and the last one is of today's week. Every week keeps
        its last snapshot, which trends use. For any day the latest snapshot at or before it differs
        by at most half a point.
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
            <= SAME_WITHIN
        )


@dataclass(frozen=True)
class ScoreColumns:
    """The new scores of N customers as columns, named as in `scores_sql.STAGED`; NaN: unknown."""

    customer_id: list[UUID]
    identity_strength: Floats
    """[N] 0–100."""
    band: NDArray[np.int16]
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
    last_order_at: Floats
    """[N] days since epoch."""
    usual_gap_days: Floats
    habitual: Bools
    value_year: Floats
    value_at_risk: Floats
    yearly_value: Floats
    yearly_value_stale: Bools
    """[N] whether `customers.yearly_value` has, or may have, another value."""


async def before(
    unit: Unit, customers: Sequence[UUID], scorecard_id: UUID, moment: datetime, *, everybody: bool
) -> dict[UUID, Before]:
    """Return the earlier scores of these customers, up to the day of `moment`.

    Comparisons (a week ago, a month ago, the recent high) use only snapshots of the published
    scorecard, so that a new version does not count as erosion.
    """
    asked = None if everybody else customers
    rows = await scores_sql.before(unit, asked, scorecard_id, moment.date())
    return {row["customer_id"]: Before(*_BEFORE(row)) for row in rows}


_BEFORE = itemgetter(*Before.__struct_fields__)


def standing_differs(people: Sequence[Any], band: Objects, lifecycle: Objects) -> Bools:
    """Return [N] whether the stored band or lifecycle of these records is another one."""
    return _differs(people, "band", band) | _differs(people, "lifecycle", lifecycle)


def _differs(people: Sequence[Any], name: str, words: Objects) -> Bools:
    return np.asarray(np.array([one[name] for one in people], dtype=object) != words)


def amounts_differ(people: Sequence[Any], yearly_value: Floats, value_at_risk: Floats) -> Bools:
    """Return [N] whether lists show other amounts, in whole units, than these records have."""
    moved = np.zeros(len(people), dtype=bool)
    for name, amounts in (("yearly_value", yearly_value), ("value_at_risk", value_at_risk)):
        before = np.round(np.array([one[name] for one in people], dtype=np.float64))
        now = np.round(amounts)
        moved |= (before != now) & ~(np.isnan(before) & np.isnan(now))
    return moved


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
    scores: ScoreColumns,
    scorecard_id: UUID,
    moment: datetime,
) -> None:
    """Delete snapshots that today's make redundant (see `is_superseded`)."""
    today = moment.date()
    gone = [
        (customer, was.last_date)
        for customer, strength, code in zip(
            scores.customer_id,
            scores.identity_strength.tolist(),
            scores.band.tolist(),
            strict=True,
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
    """Keep one snapshot per week of the time before DAILY_FOR_DAYS; returns how many were deleted.

    Runs daily: it checks the four weeks before that time, and everything on the first day of a
    month.
    """
    until = today - timedelta(days=DAILY_FOR_DAYS)
    until -= timedelta(days=until.weekday())
    since = date.min if today.day == 1 else until - timedelta(weeks=4)
    return await scores_sql.thin(unit, since, until)


async def write(
    unit: Unit, scores: ScoreColumns, scorecard_id: UUID, moment: datetime, *, first: bool = False
) -> None:
    """Write the day's snapshots (the last of a day counts) and the current scores.

    first: nobody had a score before; many rows are then inserted without checks, which is faster.
    The value a year is written to the customer, where it changed.
    """
    if len(scores.customer_id) <= FEW:
        await scores_sql.write_few(unit, _python_values(scores), moment, scorecard_id)
    else:
        await scores_sql.write_many(
            unit,
            _staged(scores),
            moment,
            scorecard_id,
            unknown_values=bool(np.isnan(scores.metric_values).any()),
            first=first,
        )
    await _write_yearly_values(unit, scores)


async def _write_yearly_values(unit: Unit, scores: ScoreColumns) -> None:
    stale = np.flatnonzero(scores.yearly_value_stale)
    for start in range(0, len(stale), AT_ONCE):
        rows = stale[start : start + AT_ONCE]
        who = [scores.customer_id[row] for row in rows.tolist()]
        await customers_sql.write_yearly_values(
            unit, who, unknown_as_none(scores.yearly_value[rows])
        )


def _python_values(scores: ScoreColumns) -> dict[str, list[Any]]:
    """Return the columns of `scores_sql.STAGED` as PostgreSQL stores them."""
    special = {
        "customer_id": scores.customer_id,
        "band": [None if code == OUTSIDE_BANDS else BANDS[code] for code in scores.band],
        "lifecycle": scores.lifecycle.tolist(),
        "orders": scores.orders.astype(int).tolist(),
        "last_order_at": [_moment(days) for days in scores.last_order_at.tolist()],
        "habitual": scores.habitual.tolist(),
    }
    return {
        name: special[name] if name in special else unknown_as_none(getattr(scores, name))
        for name in scores_sql.STAGED
    }


def _moment(days: float) -> datetime | None:
    return None if math.isnan(days) else datetime.fromtimestamp(days * 86_400, UTC)


def _staged(scores: ScoreColumns) -> dict[str, Any]:
    """Return the columns of `scores_sql.STAGED` as numbers to copy."""
    special = {
        "customer_id": uuids(scores.customer_id),
        "lifecycle": np.array([LIFECYCLES.index(one) for one in scores.lifecycle], np.int16),
        "last_order_at": scores.last_order_at * 86_400,
        "habitual": scores.habitual.astype(np.int16),
    }
    return {name: special.get(name, getattr(scores, name)) for name in scores_sql.STAGED}


def unknown_as_none(values: Floats) -> list[Any]:
    """Return the values as lists with None for NaN, as PostgreSQL stores them."""
    known = values.astype(object)
    known[np.isnan(values)] = None
    listed: list[Any] = known.tolist()
    return listed
