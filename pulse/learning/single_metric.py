"""What one metric alone shows: its texts, its groups, and how well it ranks who stayed."""

from collections import Counter

import numpy as np

from pulse.learning.encoding import learn_encoding
from pulse.learning.ranking_metrics import auc
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects

FEW_VALUES = 20
"""Numbers with more distinct values than this are compared in as many equal groups."""


def strength_auc(values: Floats | Objects, stayed: Bools) -> float:
    """The AUC of one metric alone as a strength; categories by the outcomes of their levels."""
    if values.dtype == object:
        return ranked_by_outcome(np.asarray(values, dtype=object), stayed)
    numbers = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(numbers)
    return auc(stayed[known], numbers[known])


def ranked_by_outcome(values: Objects, stayed: Bools) -> float:
    """The AUC of values ranked by the outcomes of the same customers, blanks as one of them."""
    one = MetricDefinition("it", "it", "", "engagement", "none", "attribute_category")
    named = np.array([str(value) for value in values], dtype=object)
    _, x = learn_encoding([one], {"it": named}, stayed)
    return auc(stayed, x[:, 0])


def grouped_values(values: Floats | Objects) -> Objects:
    """Texts unchanged; numbers unchanged when few are distinct, else in twenty equal groups."""
    if values.dtype == object:
        return np.asarray(values, dtype=object)
    numbers = np.asarray(values, dtype=np.float64)
    known = numbers[~np.isnan(numbers)]
    distinct = np.unique(known)
    if distinct.size <= FEW_VALUES:
        return np.array([f"{value:g}" for value in numbers], dtype=object)
    cuts = np.quantile(known, np.linspace(0, 1, FEW_VALUES + 1)[1:-1])
    groups = np.where(np.isnan(numbers), -1, np.searchsorted(cuts, numbers))
    return np.array([f"group {group}" for group in groups], dtype=object)


def texts_of(values: Floats | Objects) -> tuple[str, ...]:
    """The distinct texts of a category, the most frequent first."""
    counts = Counter(str(value) for value in values if value is not None)
    return tuple(text for text, _ in counts.most_common())


def distinct_values(values: Floats | Objects, known: Bools) -> int:
    """The number of different values among the known ones."""
    return len(set(values[known].tolist()))
