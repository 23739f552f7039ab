"""Value at risk: value a year × chance to leave, the one definition for queue, list and pages.

The chance is the probability of no order within 90 days (`lapse_chance`). In a business without
orders it is the share of customers with this strength who have left: by the calibration of a
learned scorecard, else as `chance_store` learned it. While nobody is known to have left it is
unknown.
"""

import numpy as np

from pulse.scoring.calibration import Calibration, stay_probabilities
from pulse.scoring.lifecycle.lapse_chance import LEAST_ORDER_DAYS, LapseChance, chances
from pulse.scoring.lifecycle.standing import LifecycleColumns, Rhythm
from pulse.scoring.metrics.event_features import Floats


def values_at_risk(
    value: Floats,
    strength: Floats,
    standing: LifecycleColumns,
    rhythm: Rhythm,
    calibration: Calibration | None,
) -> Floats:
    """Return [N] amounts per year, at least 0; NaN where unknown.

    It is unknown without a value or a chance, and for customers who have lapsed or left.

    value: [N] of `yearly_values`. strength: [N] 0–100. calibration: of the scorecard that computed
    the strength.
    """
    at_risk = np.maximum(value, 0.0) * leave_chances(strength, standing, rhythm, calibration)
    at_risk[standing.outside] = np.nan
    return np.asarray(at_risk)


def yearly_values(imported: Floats, of_orders: Floats) -> Floats:
    """Return [N] values a year: that of the orders, else the imported one; NaN where unknown.

    It is stored as `customers.yearly_value`, the one value a year of all lists and pages. Each
    recalculation writes it (`scoring.snapshots`). Between two of them the same rule is applied to
    newly imported values: by the trigger in piccolo_migrations/sql/yearly_value.sql and, for new
    customers, by the insert in `imports.staging_sql`.
    """
    return np.where(np.isnan(of_orders), imported, of_orders)


def leave_chances(
    strength: Floats, standing: LifecycleColumns, rhythm: Rhythm, calibration: Calibration | None
) -> Floats:
    """Return [N] probabilities (0–1) that the customer leaves; NaN where unknown.

    Without orders, a calibration and known outcomes, it is unknown for everybody.
    """
    if rhythm.orders:
        return lapse_chances(strength, standing, rhythm.chance)
    if calibration is not None:
        return 1.0 - stay_probabilities(calibration, strength)
    if not rhythm.chance.outcomes:
        return np.full(len(strength), np.nan)
    return chances(rhythm.chance, strength, np.ones(len(strength)))


def lapse_chances(strength: Floats, standing: LifecycleColumns, learned: LapseChance) -> Floats:
    """Return [N] probabilities of no order within 90 days.

    NaN with fewer than LEAST_ORDER_DAYS days with an order.
    """
    lateness = np.where(standing.active_days < LEAST_ORDER_DAYS, np.nan, standing.lateness)
    return chances(learned, strength, lateness)
