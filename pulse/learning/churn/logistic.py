"""Logistic regression, the baseline of every model. scikit-learn is imported on first use."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects

LEAST_OF_A_LEVEL = 10
MOST_STEPS = 2000


@dataclass(frozen=True)
class _Number:
    metric: str
    middle: float
    centre: float
    spread: float
    holes: bool


@dataclass(frozen=True)
class _Category:
    metric: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class LogisticModel:
    """A fitted regression over standardised numbers and one column per category level."""

    columns: tuple[_Number | _Category, ...]
    regression: Any

    def raw(self, measured: Mapping[str, Floats | Objects]) -> Floats:
        """[N] log-odds of staying."""
        scores: Floats = self.regression.decision_function(_matrix(self.columns, measured))
        return scores

    def stay_probability(self, measured: Mapping[str, Floats | Objects]) -> Floats:
        """[N] probability of staying, 0–1."""
        return 1.0 / (1.0 + np.exp(-self.raw(measured)))


def fit(
    catalogue: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
) -> LogisticModel:
    """Fit a regression to these outcomes; missing values get the median and a flag column."""
    from sklearn.linear_model import LogisticRegression

    columns = tuple(_column(definition.key, measured[definition.key]) for definition in catalogue)
    regression = LogisticRegression(max_iter=MOST_STEPS)
    return LogisticModel(columns, regression.fit(_matrix(columns, measured), stayed))


def _column(metric: str, values: Floats | Objects) -> _Number | _Category:
    if values.dtype == object:
        counts = Counter(value for value in values if value is not None)
        kept = sorted(level for level, count in counts.items() if count >= LEAST_OF_A_LEVEL)
        return _Category(metric, tuple(kept))
    numbers = np.asarray(values, dtype=np.float64)
    known = numbers[~np.isnan(numbers)]
    if not known.size:
        return _Number(metric, 0.0, 0.0, 1.0, False)
    spread = float(known.std()) or 1.0
    return _Number(
        metric, float(np.median(known)), float(known.mean()), spread, known.size < numbers.size
    )


def _matrix(
    columns: Sequence[_Number | _Category], measured: Mapping[str, Floats | Objects]
) -> Floats:
    parts: list[Floats] = []
    for column in columns:
        if isinstance(column, _Category):
            values = np.asarray(measured[column.metric], dtype=object)
            parts += [(values == level).astype(np.float64) for level in column.levels]
            continue
        numbers = np.asarray(measured[column.metric], dtype=np.float64)
        unknown = np.isnan(numbers)
        filled = np.where(unknown, column.middle, numbers)
        parts.append((filled - column.centre) / column.spread)
        if column.holes:
            parts.append(unknown.astype(np.float64))
    return np.column_stack(parts)
