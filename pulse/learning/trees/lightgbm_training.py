"""All calls of LightGBM: choose the number of trees on inner folds, then train on all customers.

lightgbm is imported on first use (a second, 150 MB). Each fold trains on one thread and folds run
in parallel: LightGBM releases the GIL, and its own threads cost small data ten times what they
bring on a busy machine (measured).
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from pulse.learning.folds import grouped, sample, stratified
from pulse.scoring.metrics.event_features import Bools, Floats, Ints

INNER_FOLDS = 3
PATIENCE = 40
MOST_ROUNDS = 1500
CHOOSE_ON = 50_000
"""Customers used to choose settings; the final trees use all customers."""
ONE_THREAD_BELOW = 100_000
SEED = 7

Settings = dict[str, Any]
SHARED: Settings = {
    "objective": "binary",
    "metric": "binary_logloss",
    "deterministic": True,
    "force_row_wise": True,
    "seed": SEED,
    "verbose": -1,
}


@dataclass(frozen=True)
class InnerFolds:
    """The customers on which settings are chosen, and their folds."""

    x: Floats
    stayed: Bools
    fold: Ints
    rows: Ints
    """The indexes of these customers among all."""

    @classmethod
    def of(cls, x: Floats, stayed: Bools, groups: Ints | None = None) -> "InnerFolds":
        """Three folds over these customers, or over a sample if there are very many.

        Rows of one group (a customer at several dates) are in the same fold.
        """
        rows = sample(stayed, CHOOSE_ON, SEED)
        if groups is None:
            fold = stratified(stayed[rows], INNER_FOLDS, SEED)
        else:
            fold = grouped(stayed[rows], groups[rows], INNER_FOLDS, SEED)
        return cls(x[rows], stayed[rows], fold, rows)


@dataclass(frozen=True)
class HeldOut:
    """The result of one setting on customers its trees had not seen."""

    rounds: int
    loss: float
    raw: Floats
    """[n] log-odds of staying."""


def cross_validate(inner: InnerFolds, settings: Sequence[Settings]) -> HeldOut:
    """The best number of rounds over the inner folds (one setting per fold), and predictions."""
    with ThreadPoolExecutor(max_workers=min(INNER_FOLDS, os.cpu_count() or 1)) as pool:
        folds = range(INNER_FOLDS)
        grown = list(pool.map(lambda held: _grow_fold(inner, held, settings[held]), folds))
    shortest = min(len(losses) for _, losses in grown)
    loss = np.mean([losses[:shortest] for _, losses in grown], axis=0)
    rounds = 1 + int(loss.argmin())
    raw = np.empty(len(inner.stayed))
    for held, (booster, _) in enumerate(grown):
        mine = inner.fold == held
        raw[mine] = booster.predict(
            inner.x[mine], raw_score=True, num_iteration=rounds, num_threads=1
        )
    return HeldOut(rounds, float(loss.min()), raw)


def grow(x: Floats, stayed: Bools | Floats, settings: Settings, rounds: int) -> Any:
    """Train a booster; its raw score is the log-odds of staying (or of `stayed`)."""
    import lightgbm

    threads = 1 if len(stayed) < ONE_THREAD_BELOW else os.cpu_count() or 1
    chosen = {**SHARED, **settings, "num_threads": threads}
    data = lightgbm.Dataset(x, stayed.astype(np.float64), params=chosen)
    return lightgbm.train(chosen, data, rounds)


def _grow_fold(inner: InnerFolds, held: int, settings: Settings) -> tuple[Any, list[float]]:
    import lightgbm

    chosen = {**SHARED, **settings, "num_threads": 1}
    learn, outcome = inner.fold != held, inner.stayed.astype(np.float64)
    data = lightgbm.Dataset(inner.x[learn], outcome[learn], params=chosen)
    judge = lightgbm.Dataset(inner.x[~learn], outcome[~learn], reference=data)
    history: dict[str, Any] = {}
    watch = [lightgbm.early_stopping(PATIENCE, verbose=False), lightgbm.record_evaluation(history)]
    booster = lightgbm.train(chosen, data, MOST_ROUNDS, valid_sets=[judge], callbacks=watch)
    return booster, history["valid_0"]["binary_logloss"]
