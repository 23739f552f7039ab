"""The chance to lapse: how likely a customer orders no more within 90 days, as things stand.

Learned per business from its own histories (`chance_store`). `chance_of` is the one source: the
queue, its reasons and the screens show what it gives, so that a chance never contradicts the
strength beside it.
"""

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Floats

LEAST_HABIT = 2
"""Days with an order below which there is no habit, and so no chance."""
LATE_MOST = 4.0
SPREAD = 20.0
"""Points of strength a slope is counted in, around MIDDLE."""
MIDDLE = 60.0


class LapseChance(msgspec.Struct, frozen=True):
    """log-odds of lapsing = intercept - fall x (strength - 60) / 20 + late x (lateness - 1).

    fall and late are never negative, so the chance never falls while a customer gets later or
    weaker. What stands here is the prior: the demo shop's year (CC BY 4.0, see `bench truth`),
    where beyond the strength neither lateness nor the size of the fall said anything more.
    """

    intercept: float = -0.5
    fall: float = 1.0
    late: float = 0.05
    outcomes: int = 0
    """Customers and dates it was learned from; 0: the prior."""
    lapsed: int = 0


PRIOR = LapseChance()


def chance_of(learned: LapseChance, strength: float | None, lateness: float | None) -> float | None:
    """The chance (0-1) of no order within 90 days.

    strength: 0-100, by the published scorecard. lateness: days since the last order in usual gaps
    (1 = due today). None where either is not known, as for customers with fewer than two days with
    an order: there is no habit to break. Rises (never falls) with lateness and as the strength
    falls; a fall of the strength counts by where it ends.
    """
    if strength is None or lateness is None:
        return None
    found = chances(learned, np.array([strength]), np.array([lateness]))
    return float(found[0])


def chances(learned: LapseChance, strength: Floats, lateness: Floats) -> Floats:
    """[N] as `chance_of`; NaN where either is not known."""
    weights = np.array([learned.intercept, learned.fall, learned.late])
    return np.asarray(1.0 / (1.0 + np.exp(-features(strength, lateness) @ weights)))


def features(strength: Floats, lateness: Floats) -> Floats:
    """[N, 3] what the weights of LapseChance stand before, fall and late in that order."""
    weaker = (MIDDLE - strength) / SPREAD
    later = np.minimum(lateness, LATE_MOST) - 1.0
    return np.column_stack([np.ones(len(strength)), weaker, later])
