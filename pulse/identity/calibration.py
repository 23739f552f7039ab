"""Calibration: what a strength has meant, as the share of such customers who stayed."""

import math

import msgspec
import numpy as np

from pulse.identity.facts import Floats


class Calibration(msgspec.Struct, frozen=True):
    """Stay probability = 1 / (1 + e^−(intercept + slope × strength)), slope ≥ 0: it only rises."""

    intercept: float
    slope: float
    customers: int
    """How many outcomes it was fitted on."""
    stayed: int


def stay_probability(calibration: Calibration, strength: float) -> float:
    """The share (0–1) of customers like this who stayed, by the outcomes on record."""
    return 1.0 / (1.0 + math.exp(-(calibration.intercept + calibration.slope * strength)))


def stay_probabilities(calibration: Calibration, strength: Floats) -> Floats:
    """[N] as `stay_probability`."""
    return 1.0 / (1.0 + np.exp(-(calibration.intercept + calibration.slope * strength)))
