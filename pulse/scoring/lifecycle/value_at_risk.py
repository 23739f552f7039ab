"""Value at risk: value a year × chance to leave, the one definition for queue, list and pages.

The chance is the probability of no order within 90 days (`lapse_chance`). Where there are no orders
it is the share of customers with this strength who have left: by the calibration of a learned
scorecard, else as `chance_store` learned it.
"""

import numpy as np

from pulse.scoring.calibration import Calibration, stay_probabilities
from pulse.scoring.lifecycle.lapse_chance import LEAST_HABIT, LapseChance, chances
from pulse.scoring.lifecycle.standing import LifecycleColumns, Rhythm
from pulse.scoring.metrics.event_features import Floats


def values_at_risk(
    value: Floats,
    strength: Floats,
    stand: LifecycleColumns,
    rhythm: Rhythm,
    calibration: Calibration | None,
) -> Floats:
    """Return [N] amounts per year, at least 0; NaN where unknown.

    It is unknown without a value or a chance, and for customers who have lapsed or left.

    value: [N] of `yearly_values`. strength: [N] 0–100. calibration: of the scorecard that computed
    the strength.
    """
    found = np.maximum(value, 0.0) * leave_chances(strength, stand, rhythm, calibration)
    found[stand.outside] = np.nan
    return np.asarray(found)


def yearly_values(imported: Floats, of_orders: Floats) -> Floats:
    """Return [N] values a year: that of the orders, else the imported one; NaN where unknown.

    It is stored as `customers.yearly_value`, the one value a year of all lists and pages.
    """
    return np.where(np.isnan(of_orders), imported, of_orders)


def leave_chances(
    strength: Floats, stand: LifecycleColumns, rhythm: Rhythm, calibration: Calibration | None
) -> Floats:
    """Return [N] probabilities (0–1) that the customer leaves; NaN where unknown."""
    if rhythm.orders:
        return lapse_chances(strength, stand, rhythm.chance)
    if calibration is not None:
        return 1.0 - stay_probabilities(calibration, strength)
    if not rhythm.chance.outcomes:
        return np.full(len(strength), np.nan)
    return chances(rhythm.chance, strength, np.ones(len(strength)))


def lapse_chances(strength: Floats, stand: LifecycleColumns, learned: LapseChance) -> Floats:
    """Return [N] probabilities of no order within 90 days; NaN without a habit of ordering."""
    late = np.where(stand.active_days < LEAST_HABIT, np.nan, stand.lateness)
    return chances(learned, strength, late)
