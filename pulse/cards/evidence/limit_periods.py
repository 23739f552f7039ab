"""The limits by which each customer was judged lately, and what was known when they began."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import Unit
from pulse.scoring.bands import HIGH_DAYS
from pulse.scoring.lifecycle.lapse_chance import LapseChance
from pulse.scoring.lifecycle.standing import Rhythm
from pulse.scoring.recalculation import Change, Recalculated
from pulse.tables.snapshot import IdentitySnapshot


class Limits(NamedTuple):
    """A scorecard version and the chance to lapse by which causes are judged."""

    scorecard: UUID
    chance: LapseChance


class Period(msgspec.Struct, frozen=True):
    """The limits of one customer from a day on.

    strength: at the end of that day, before its last score if that is today. high_then, high_now:
    the highest strength of the last 90 days by this scorecard version, at both ends; of days with a
    band, as of `snapshots.Before.high`, None without one.
    """

    since: date
    limits: Limits
    strength: float
    high_then: float | None
    high_now: float | None


async def chains(
    unit: Unit, done: Recalculated, changes: Sequence[Change]
) -> dict[UUID, list[Period]]:
    """Return each customer's limits of the last HIGH_DAYS that lead to today's, oldest first."""
    since = done.moment.date() - timedelta(days=HIGH_DAYS)
    of = {"business_id": unit.business_id, "since": since}
    ids = [change.customer_id for change in changes]
    if ids and not _days_of_chances(done.rhythm, since):
        ids = await _MOVED.column(unit, **of, customers=ids, scorecard_id=done.published.id)
    rows = await _SNAPSHOTS.rows(unit, **of, customers=ids) if ids else []
    snapshots: dict[UUID, list[Any]] = {}
    for row in rows:
        snapshots.setdefault(row["who"], []).append(row)
    return {
        change.customer_id: _chain(change, snapshots[change.customer_id], done)
        for change in changes
        if change.customer_id in snapshots
    }


def _chain(change: Change, rows: list[Any], done: Recalculated) -> list[Period]:
    """Return the periods that lead to the present limits; a version continues where it ended."""
    today, rhythm = done.moment.date(), done.rhythm
    if rows[-1]["day"] == today:  # the day keeps its last score, which is this one
        rows = [*rows[:-1], {**rows[-1], "strength": change.before.last}]
    moves = {
        later["day"]
        for earlier, later in pairwise(rows)
        if earlier["scorecard"] != later["scorecard"]
    }
    days = [rows[0]["day"], *sorted(moves | _days_of_chances(rhythm, rows[0]["day"]))]
    chain: list[Period] = []
    for period in (_period(day, rows, rhythm) for day in days if day <= today):
        known = [at for at, one in enumerate(chain) if _version(one) == _version(period)]
        chain = [*chain[: known[-1] + 1 if known else len(chain)], period]
    return chain


def _version(period: Period) -> UUID:
    return period.limits.scorecard


def _period(since: date, rows: list[Any], rhythm: Rhythm) -> Period:
    until = [row for row in rows if row["day"] <= since]
    scorecard = until[-1]["scorecard"]
    chance = next((old.chance for old in rhythm.replaced if old.until.date() > since), None)
    return Period(
        since,
        Limits(scorecard, chance or rhythm.chance),
        until[-1]["strength"],
        _high(until, scorecard),
        _high(rows, scorecard),
    )


def _high(rows: list[Any], scorecard: UUID) -> float | None:
    banded = (row for row in rows if row["scorecard"] == scorecard and row["band"])
    return max((row["strength"] for row in banded), default=None)


def _days_of_chances(rhythm: Rhythm, after: date) -> set[date]:
    """Return the days after this one on which another chance to lapse began."""
    return {day for old in rhythm.replaced if (day := old.until.date()) > after}


_LATELY = IdentitySnapshot.snapshot_date > Param("since")
_AMONG = any_of(IdentitySnapshot.customer_id, Param("customers"))
_MOVED = prepared(
    IdentitySnapshot.select(IdentitySnapshot.customer_id.as_alias("who"))
    .distinct()
    .where(
        IdentitySnapshot.business_id == Param("business_id"),
        _AMONG,
        _LATELY,
        IdentitySnapshot.scorecard_id != Param("scorecard_id"),
    )
)
_SNAPSHOTS = prepared(
    IdentitySnapshot.select(
        IdentitySnapshot.customer_id.as_alias("who"),
        IdentitySnapshot.snapshot_date.as_alias("day"),
        IdentitySnapshot.scorecard_id.as_alias("scorecard"),
        IdentitySnapshot.identity_strength.as_alias("strength"),
        IdentitySnapshot.band,
    )
    .where(IdentitySnapshot.business_id == Param("business_id"), _AMONG, _LATELY)
    .order_by(IdentitySnapshot.snapshot_date)
)
