"""The chance to lapse: the probability that a customer places no order within 90 days.

Learned per business from its own history (`chance_store`). Queue, reasons and screens all use
`chance_of`, so that the chance and the strength never contradict each other.
"""

from datetime import datetime

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Floats

LEAST_ORDER_DAYS = 2
"""The chance is unknown with fewer than two days with an order: there is no gap to be late by."""
LATE_MOST = 4.0
SPREAD = 20.0
"""Points of strength per unit of a slope, centred at MIDDLE."""
MIDDLE = 60.0


class LapseChance(msgspec.Struct, frozen=True):
    """Log-odds of lapsing = intercept − fall × (strength − 60) / 20 + late × (lateness − 1).

    fall and late are never negative, so the chance never falls while a customer gets later or
    weaker. The defaults are the prior: the demo shop's year (CC BY 4.0, see `bench truth`), in
    which neither lateness nor the size of the fall added information to the strength.
    """

    intercept: float = -0.5
    fall: float = 1.0
    late: float = 0.05
    outcomes: int = 0
    """Number of outcomes (customers × dates) it was learned from; 0: the prior."""
    lapsed: int = 0


PRIOR = LapseChance()


class ReplacedChance(msgspec.Struct, frozen=True):
    """An earlier chance to lapse, and until when it was used."""

    chance: LapseChance
    until: datetime


def chance_of(learned: LapseChance, strength: float | None, lateness: float | None) -> float | None:
    """Return the probability (0–1) of no order within 90 days.

    strength: 0–100, by the published scorecard. lateness: days since the last order in usual gaps
    (1 = due today). Returns None where either is unknown, for example with fewer than
    LEAST_ORDER_DAYS days with an order. The chance never falls as lateness rises or as the strength
    falls.
    """
    if strength is None or lateness is None:
        return None
    found = chances(learned, np.array([strength]), np.array([lateness]))
    return float(found[0])


def chances(learned: LapseChance, strength: Floats, lateness: Floats) -> Floats:
    """Return [N] chances as `chance_of` does; NaN where an input is unknown."""
    weights = np.array([learned.intercept, learned.fall, learned.late])
    return np.asarray(1.0 / (1.0 + np.exp(-features(strength, lateness) @ weights)))


def features(strength: Floats, lateness: Floats) -> Floats:
    """Return [N, 3] the factors of LapseChance's weights: intercept, fall, late."""
    weaker = (MIDDLE - strength) / SPREAD
    later = np.minimum(lateness, LATE_MOST) - 1.0
    return np.column_stack([np.ones(len(strength)), weaker, later])
