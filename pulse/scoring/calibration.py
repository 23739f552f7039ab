"""Calibration: the share of customers with a given strength who stayed."""

import math

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Bools, Floats


class Calibration(msgspec.Struct, frozen=True):
    """Stay probability = 1 / (1 + e^−(intercept + slope × strength)), with slope ≥ 0."""

    intercept: float
    slope: float
    customers: int
    """Number of outcomes used for the fit."""
    stayed: int
    strengths: tuple[float, ...] = ()
    """Knots of a finer monotone curve, if there were enough outcomes; empty: the formula."""
    log_odds: tuple[float, ...] = ()
    """Log-odds of staying at the knots, interpolated linearly."""

    def log_odds_at(self, strength: Floats) -> Floats:
        """Return [N] log-odds of staying."""
        if not self.strengths:
            return self.intercept + self.slope * strength
        return np.interp(strength, self.strengths, self.log_odds)

    @property
    def points_to_double(self) -> float | None:
        """Points of strength that double the odds of staying, by the formula; None if never."""
        return math.log(2) / self.slope if self.slope > 0 else None


def stay_probability(calibration: Calibration, strength: float) -> float:
    """Return the share (0–1) of customers with this strength who stayed, by recorded outcomes."""
    return float(stay_probabilities(calibration, np.array([strength]))[0])


def stay_probabilities(calibration: Calibration, strength: Floats) -> Floats:
    """Return [N] shares as `stay_probability` does."""
    odds: Floats = 1.0 / (1.0 + np.exp(-calibration.log_odds_at(strength)))
    return odds


LEAST_A_KNOT = 100
"""Number of outcomes per knot of the finer curve."""
MOST_KNOTS = 12


def fit_curve(stayed: Bools, strength: Floats) -> Calibration:
    """Fit as `fit_calibration`, with a finer monotone curve where there are enough outcomes.

    Groups of equal size by strength, shrunk towards the formula by PRIOR outcomes, made monotone by
    pooling neighbours (isotonic regression), interpolated linearly in log-odds.
    """
    formula = fit_calibration(stayed, strength)
    groups = min(MOST_KNOTS, len(stayed) // LEAST_A_KNOT)
    if groups < 3:
        return formula
    order = np.argsort(strength, kind="stable")
    parts = np.array_split(order, groups)
    at = np.array([strength[part].mean() for part in parts])
    weight = np.array([part.size + PRIOR for part in parts])
    presumed = stay_probabilities(formula, at)
    share = (np.array([stayed[part].sum() for part in parts]) + PRIOR * presumed) / weight
    share = np.clip(_monotone(share, weight), 0.001, 0.999)
    fresh = np.concatenate([[True], np.diff(at) > 0])  # equal strengths share a knot
    return msgspec.structs.replace(
        formula,
        strengths=tuple(at[fresh].tolist()),
        log_odds=tuple(np.log(share / (1 - share))[fresh].tolist()),
    )


PRIOR = 10.0
"""Number of outcomes, distributed as by the formula, added to each group."""


def _monotone(values: Floats, weight: Floats) -> Floats:
    """Return the nearest non-decreasing series (pool adjacent violators)."""
    blocks: list[tuple[float, float, int]] = []
    for value, heavy in zip(values.tolist(), weight.tolist(), strict=True):
        blocks.append((value, heavy, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (one, w1, n1), (other, w2, n2) = blocks[-2:]
            blocks[-2:] = [((one * w1 + other * w2) / (w1 + w2), w1 + w2, n1 + n2)]
    return np.concatenate([np.full(count, value) for value, _, count in blocks])


def fit_calibration(stayed: Bools, score: Floats) -> Calibration:
    """Fit Platt's logistic curve to outcomes of held-out scores, with slope ≥ 0.

    Targets are shrunk (Platt 1999), so that few outcomes never give certainty.
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
    """Newton's method for intercept and slope; a small ridge keeps separable data finite."""
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
