"""The churn model: an unconstrained LightGBM model, next to identity strength.

It is not used for explanations to customers; it is the benchmark for the additive scorecard, and
the churn page compares both. Size and rounds are chosen on inner folds. lightgbm is imported on
first use; call `fit` and `stay_probability` in a thread (LightGBM releases the GIL).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pulse.learning.encoding import Encoder, learn_encoding
from pulse.learning.trees.fitting import refuse_too_few
from pulse.learning.trees.lightgbm_training import (
    INNER_FOLDS,
    InnerFolds,
    Settings,
    cross_validate,
    grow,
)
from pulse.scoring.calibration import Calibration, fit_calibration, stay_probabilities
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects

SIZES: tuple[Settings, ...] = (
    {"num_leaves": 4, "learning_rate": 0.1},
    {"num_leaves": 8, "learning_rate": 0.05},
    {"num_leaves": 31, "learning_rate": 0.05},
)
"""Tried on inner folds; LightGBM's default size is worse than logistic regression on weak
signals."""


@dataclass(frozen=True)
class ChurnModel:
    """A fitted model as text, with the encoder and calibration it needs."""

    encoder: Encoder
    text: str
    """LightGBM's own text format: no pickle, safe to store in a database."""
    calibration: Calibration
    """From the raw score to the probability of staying, on held-out customers."""

    @cached_property
    def booster(self) -> Any:
        """The booster for predictions; higher raw scores mean staying."""
        import lightgbm

        return lightgbm.Booster(model_str=self.text)

    def raw(self, measured: Mapping[str, Floats | Objects]) -> Floats:
        """[N] log-odds of staying, not calibrated."""
        x = self.encoder.matrix(measured)
        scores: Floats = self.booster.predict(x, raw_score=True, num_threads=1)
        return scores

    def stay_probability(self, measured: Mapping[str, Floats | Objects]) -> Floats:
        """[N] probability of staying, 0–1."""
        return stay_probabilities(self.calibration, self.raw(measured))


def fit(
    catalogue: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
) -> ChurnModel:
    """Fit a model to these outcomes (True = stayed); raises Invalid when there are too few."""
    refuse_too_few(stayed, 2)
    encoder, x = learn_encoding(catalogue, measured, stayed)
    inner = InnerFolds.of(x, stayed)
    tried = [(cross_validate(inner, [size] * INNER_FOLDS), size) for size in SIZES]
    found, size = min(tried, key=lambda trial: trial[0].loss)
    booster = grow(x, stayed, size, found.rounds)
    calibration = fit_calibration(inner.stayed, found.raw)
    return ChurnModel(encoder, booster.model_to_string(), calibration)
