"""Metrics of a ranking: ROC and precision–recall curves, AUC, lift, calibration. Pure numpy.

All functions take outcomes (True = stayed) and a score where higher means stronger. The curves are
about finding those who left, because a CSM wants to find them in time.

Tests compare each figure with scikit-learn's. For 20,000 customers `auc` takes 0.5 ms here and 7.2
ms there, `average_precision` 1.6 and 4.8 ms, and scikit-learn takes a second to import.
"""

import msgspec
import numpy as np

from pulse.scoring.metrics.event_features import Bools, Floats


class Curve(msgspec.Struct, frozen=True):
    """Points of a curve, thinned for drawing; x and y in 0–1."""

    x: tuple[float, ...]
    y: tuple[float, ...]


class Decile(msgspec.Struct, frozen=True):
    """One tenth of the customers, the weakest first."""

    customers: int
    left: int
    share_left: float
    lift: float
    """share_left over the share among all (1 = no better than chance)."""
    captured: float
    """Share of all leavers in this and the weaker tenths."""


class Bin(msgspec.Struct, frozen=True):
    """One tenth by predicted stay probability: mean prediction and share that stayed."""

    customers: int
    predicted: float
    observed: float


def auc(stayed: Bools | Floats, score: Floats) -> float:
    """Area under the ROC curve: the chance that one who stayed scores above one who left.

    Ties count half (Mann–Whitney). 0.5 when there is only one outcome.
    """
    outcome = np.asarray(stayed, dtype=bool)
    yes = int(outcome.sum())
    no = outcome.size - yes
    if not yes or not no:
        return 0.5
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2
    return float((rank[place[outcome]].sum() - yes * (yes + 1) / 2) / (yes * no))


def auc_difference_variance(stayed: Bools, one: Floats, other: Floats) -> float:
    """Variance of auc(one) − auc(other) on the same customers (DeLong 1988, by ranks)."""
    yes_one, no_one = _placements(stayed, one)
    yes_other, no_other = _placements(stayed, other)
    if min(yes_one.size, no_one.size) < 2:
        return float("inf")
    by_yes = float(np.var(yes_one - yes_other, ddof=1)) / yes_one.size
    by_no = float(np.var(no_one - no_other, ddof=1)) / no_one.size
    return by_yes + by_no


def average_precision(stayed: Bools | Floats, score: Floats) -> float:
    """Area under the precision–recall curve for finding those who left, weakest first."""
    precision, recall = _precision_recall(stayed, score)
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def brier(stayed: Bools | Floats, probability: Floats) -> float:
    """Mean squared difference between stay probability and outcome (0 is perfect)."""
    return float(((np.asarray(stayed, dtype=np.float64) - probability) ** 2).mean())


def roc_curve(stayed: Bools | Floats, score: Floats, points: int = 200) -> Curve:
    """x: share of stayers wrongly flagged; y: share of leavers found."""
    left, kept = _cumulative(stayed, score)
    x = np.concatenate([[0.0], kept / max(1.0, kept[-1])])
    y = np.concatenate([[0.0], left / max(1.0, left[-1])])
    return _thinned(x, y, points)


def precision_recall_curve(stayed: Bools | Floats, score: Floats, points: int = 200) -> Curve:
    """x: recall (share of leavers found); y: precision among those flagged."""
    precision, recall = _precision_recall(stayed, score)
    return _thinned(recall, precision, points)


def deciles(stayed: Bools | Floats, score: Floats) -> tuple[Decile, ...]:
    """Ten equal groups by score, the weakest first."""
    gone = ~np.asarray(stayed, dtype=bool)[np.argsort(score, kind="stable")]
    overall, total = gone.mean(), max(1, int(gone.sum()))
    found, made = 0, []
    for group in np.array_split(gone, 10):
        left = int(group.sum())
        found += left
        share = left / group.size if group.size else 0.0
        lift = share / overall if overall else 0.0
        made.append(Decile(group.size, left, share, float(lift), found / total))
    return tuple(made)


def calibration_bins(stayed: Bools | Floats, probability: Floats) -> tuple[Bin, ...]:
    """Ten equal groups by stay probability: mean prediction and share that stayed."""
    order = np.argsort(probability, kind="stable")
    outcome = np.asarray(stayed, dtype=np.float64)[order]
    said = probability[order]
    return tuple(
        Bin(part.size, float(said[part].mean()), float(outcome[part].mean()))
        for part in np.array_split(np.arange(outcome.size), 10)
        if part.size
    )


def calibration_error(stayed: Bools | Floats, probability: Floats) -> float:
    """Mean difference between the predicted and the actual share of stayers, over tenths."""
    bins = calibration_bins(stayed, probability)
    gaps = sum(one.customers * abs(one.predicted - one.observed) for one in bins)
    return gaps / max(1, sum(one.customers for one in bins))


def calibration_difference(
    stayed: Bools, first: Floats, second: Floats, resamples: int = 200
) -> tuple[float, float]:
    """The 95 % interval of the second's calibration error minus the first's.

    From resampled customers (bootstrap, always the same ones): a calibration error of some hundred
    customers is mostly chance.
    """
    draw = np.random.default_rng(0)
    gaps = []
    for _ in range(resamples):
        who = draw.integers(0, len(stayed), len(stayed))
        gaps.append(
            calibration_error(stayed[who], second[who]) - calibration_error(stayed[who], first[who])
        )
    low, high = np.quantile(gaps, (0.025, 0.975))
    return float(low), float(high)


def _placements(stayed: Bools, score: Floats) -> tuple[Floats, Floats]:
    """For each stayer the share of leavers below, for each leaver the share of stayers above."""
    yes, no = score[stayed], score[~stayed]

    def below(values: Floats, of: Floats) -> Floats:
        ordered = np.sort(of)
        left = np.searchsorted(ordered, values, side="left")
        return (left + np.searchsorted(ordered, values, side="right")) / (2.0 * max(1, of.size))

    return below(yes, no), 1.0 - below(no, yes)


def _cumulative(stayed: Bools | Floats, score: Floats) -> tuple[Floats, Floats]:
    """The number of leavers and of stayers at or below each distinct score."""
    order = np.argsort(score, kind="stable")
    gone = ~np.asarray(stayed, dtype=bool)[order]
    last = np.flatnonzero(np.diff(score[order], append=np.inf) > 0)
    return np.cumsum(gone)[last].astype(np.float64), np.cumsum(~gone)[last].astype(np.float64)


def _precision_recall(stayed: Bools | Floats, score: Floats) -> tuple[Floats, Floats]:
    left, kept = _cumulative(stayed, score)
    return left / np.maximum(1.0, left + kept), left / max(1.0, left[-1])


def _thinned(x: Floats, y: Floats, points: int) -> Curve:
    if x.size > points:
        keep = np.unique(np.linspace(0, x.size - 1, points).round().astype(np.int64))
        x, y = x[keep], y[keep]
    return Curve(tuple(x.tolist()), tuple(y.tolist()))
