"""Stratified folds: every fold has the same share of outcomes; deterministic.

Not scikit-learn's, for speed: for 20,000 rows of 5,000 customers `grouped` takes 0.6 ms and
StratifiedGroupKFold 545 ms, `stratified` 0.3 ms and StratifiedKFold 2.7 ms, and importing
`sklearn.model_selection` takes 1.2 s of processor time.
"""

import numpy as np
from numpy.typing import NDArray

from pulse.scoring.metrics.event_features import Bools, Floats, Ints


def stratified(stayed: Bools | Floats, count: int, seed: int) -> Ints:
    """[N] the fold (0 … count − 1) of each customer; deterministic for a seed."""
    draw = np.random.default_rng(seed)
    fold: Ints = np.empty(len(stayed), dtype=np.int64)
    for outcome in (False, True):
        rows = np.flatnonzero(np.asarray(stayed, dtype=bool) == outcome)
        draw.shuffle(rows)
        fold[rows] = np.arange(rows.size) % count
    return fold


def grouped(stayed: Bools | Floats, groups: Ints, count: int, seed: int) -> Ints:
    """Like `stratified`, but all rows of a group (a customer at several dates) are in one fold."""
    names, place = np.unique(groups, return_inverse=True)
    mean = np.bincount(place, weights=np.asarray(stayed, np.float64)) / np.bincount(place)
    fold: Ints = stratified(mean >= 0.5, count, seed)[place] if names.size else place
    return fold


def sample(stayed: Bools | Floats, most: int, seed: int) -> NDArray[np.int64]:
    """Sorted indexes of at most `most` customers, with the same share of outcomes."""
    size = len(stayed)
    if size <= most:
        return np.arange(size)
    parts = -(-size // most)
    kept: Ints = np.flatnonzero(stratified(stayed, parts, seed) == 0)
    return kept
