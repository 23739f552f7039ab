"""Cross-validate scorecard, unconstrained LightGBM and logistic regression on the same folds.

All three see the same columns. Everything that is learned (encoding, size, pairs, calibration) is
learned inside each fold.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from pulse.learning.churn import logistic, model
from pulse.learning.folds import stratified
from pulse.learning.ranking_metrics import auc, average_precision, brier
from pulse.learning.trees.fitting import learn
from pulse.scoring.calibration import stay_probabilities
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Ints, Objects
from pulse.scoring.scorecard import score

FOLDS = 5
SEED = 0
MODELS = ("scorecard", "lightgbm", "logistic")

Progress = Callable[[int, int], None]
Measured = Mapping[str, Floats | Objects]


class MeanMetrics(msgspec.Struct, frozen=True):
    """One model's metrics, mean over the folds."""

    auc: float
    average_precision: float
    """Area under the precision–recall curve for those who left."""
    brier: float


@dataclass(frozen=True)
class CrossValidated:
    """Held-out stay probabilities of each model, and the folds they come from."""

    stayed: Bools
    fold: Ints
    probability: dict[str, Floats]
    """Model → [N] predictions by the fold model that did not see the customer."""
    pairs: int
    """The most pair terms a fold's scorecard used."""

    def judged(self, name: str) -> MeanMetrics:
        """The mean metrics over the folds."""
        figures = [self._judged_on(self.fold == held, name) for held in range(FOLDS)]
        return MeanMetrics(*(float(np.mean(column)) for column in zip(*figures, strict=True)))

    def _judged_on(self, mine: Bools, name: str) -> tuple[float, float, float]:
        stayed, probability = self.stayed[mine], self.probability[name][mine]
        return (
            auc(stayed, probability),
            average_precision(stayed, probability),
            brier(stayed, probability),
        )


def cross_validate(
    catalogue: Sequence[MetricDefinition],
    measured: Measured,
    stayed: Bools,
    progress: Progress = lambda done, of: None,
) -> CrossValidated:
    """Cross-validate on five stratified folds; `progress` is called with (folds done, folds)."""
    fold = stratified(stayed, FOLDS, SEED)
    probability = {name: np.empty(len(stayed)) for name in MODELS}
    pairs = 0
    for held in range(FOLDS):
        mine = fold == held
        seen, unseen = rows_of(measured, ~mine), rows_of(measured, mine)
        fitted = learn(catalogue, seen, stayed[~mine])
        pairs = max(pairs, len(fitted.scorecard.pairs))
        strength = score(fitted.scorecard, unseen).strength
        calibration = fitted.scorecard.calibration
        probability["scorecard"][mine] = (
            stay_probabilities(calibration, strength) if calibration else strength / 100
        )
        free = model.fit(catalogue, seen, stayed[~mine])
        probability["lightgbm"][mine] = free.stay_probability(unseen)
        floor = logistic.fit(catalogue, seen, stayed[~mine])
        probability["logistic"][mine] = floor.stay_probability(unseen)
        progress(held + 1, FOLDS)
    return CrossValidated(stayed, fold, probability, pairs)


def rows_of(measured: Measured, keep: Bools | Ints) -> dict[str, Floats | Objects]:
    """The same metrics for a subset of the customers."""
    return {key: values[keep] for key, values in measured.items()}
