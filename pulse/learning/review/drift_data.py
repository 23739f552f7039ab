"""The snapshots that the drift of a review compares: the latest, and those of a month before."""

from datetime import date, timedelta

import numpy as np

from pulse import clock
from pulse.db.transaction import Unit
from pulse.learning.review.drift import LEAST, Drift, drifts
from pulse.scoring.metrics.event_features import Floats
from pulse.scoring.scorecard_store import Published
from pulse.tables.snapshot import IdentitySnapshot

APART = timedelta(days=28)
STILL = timedelta(days=60)
"""Age from which an unchanged score is not compared."""
COMPARED = 20_000  # snapshots per date
STRENGTH = "Identity strength"


async def drift_of(unit: Unit, current: Published) -> Drift | None:
    """The latest snapshots by this version against those of a month before; None without."""
    now = await _newest_day(unit, current, clock.today())
    before = await _newest_day(unit, current, now - APART) if now else None
    if now is None or before is None:
        return None
    then, today = [await _values(unit, current, day) for day in (before, now)]
    if min(len(then), len(today)) < LEAST:
        return None
    labels = {one.key: one.label for one in current.catalogue}
    names = (STRENGTH, *(labels.get(metric, metric) for metric in current.card.metrics))
    return Drift(before=before, now=now, customers=len(today), found=drifts(names, then, today))


async def _newest_day(unit: Unit, current: Published, until: date) -> date | None:
    row = (
        await IdentitySnapshot.select(IdentitySnapshot.snapshot_date)
        .where(
            IdentitySnapshot.business_id == unit.business_id,
            IdentitySnapshot.scorecard_id == current.id,
            IdentitySnapshot.snapshot_date <= until,
        )
        .order_by(IdentitySnapshot.snapshot_date, ascending=False)
        .first()
    )
    return row["snapshot_date"] if row else None


async def _values(unit: Unit, current: Published, day: date) -> Floats:
    """[N, 1 + M] strength and metric values on a day, NaN for not known.

    Snapshots are stored only when a score changes, so each customer's last one of the weeks before
    counts.
    """
    rows = (
        await IdentitySnapshot.select(
            IdentitySnapshot.identity_strength, IdentitySnapshot.metric_values
        )
        .where(
            IdentitySnapshot.business_id == unit.business_id,
            IdentitySnapshot.scorecard_id == current.id,
            IdentitySnapshot.snapshot_date <= day,
            IdentitySnapshot.snapshot_date > day - STILL,
        )
        .distinct(on=[IdentitySnapshot.customer_id])
        .order_by(IdentitySnapshot.customer_id)
        .order_by(IdentitySnapshot.snapshot_date, ascending=False)
        .limit(COMPARED)
    )
    return np.array(
        [(row["identity_strength"], *row["metric_values"]) for row in rows], dtype=np.float64
    )
