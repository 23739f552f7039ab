"""Calibration: what a strength has meant, as the share of such customers who stayed."""

import math

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Bools, Floats


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


def fit_calibration(stayed: Bools, score: Floats) -> Calibration:
    """Platt's logistic fit of what happened on held-out scores, slope kept ≥ 0.

    Targets are drawn in a little (Platt 1999), so that few outcomes never claim certainty.
    """
    yes, no = int(stayed.sum()), int((~stayed).sum())
    target = np.where(stayed, (yes + 1) / (yes + 2), 1 / (no + 2))
    centre, spread = float(score.mean()), float(score.std()) or 1.0
    z = (score - centre) / spread
    intercept, slope = _logistic(z, target)
    if slope < 0:
        intercept, slope = math.log((yes + 1) / (no + 1)), 0.0
    return Calibration(intercept - slope * centre / spread, slope / spread, yes + no, yes)


def _logistic(z: Floats, target: Floats) -> tuple[float, float]:
    """Newton's method for intercept and slope; a light ridge keeps separable data finite."""
    intercept, slope = 0.0, 1.0
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(intercept + slope * z, -30, 30)))
        weight = np.maximum(p * (1 - p), 1e-9)
        gradient = np.array([(p - target).sum(), ((p - target) * z).sum() + 1e-3 * slope])
        a, b, c = weight.sum(), (weight * z).sum(), (weight * z * z).sum() + 1e-3
        step = np.linalg.solve(np.array([[a, b], [b, c]]), gradient)
        intercept, slope = intercept - float(step[0]), slope - float(step[1])
        if abs(step).max() < 1e-10:
            break
    return intercept, slope
