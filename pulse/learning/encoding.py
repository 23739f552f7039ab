"""Encode measured values as a numeric matrix for trees; not known is NaN.

Categories become the rank of their levels by outcome (shrunken towards the mean, rare levels
combined), so that a split separates weak levels from strong ones.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects

SHRINK = 10.0
"""Customers with the average outcome that are added to every level before ranking (shrinkage)."""
RARE_SHARE, RARE_LEAST, RARE_MOST = 0.01, 10, 100
"""A level with fewer customers than this share (within the two bounds) is combined with others."""


@dataclass(frozen=True)
class NumberColumn:
    """A numeric metric, used unchanged."""

    metric: str


@dataclass(frozen=True)
class CategoryColumn:
    """The encoding of one category."""

    metric: str
    ranks: Mapping[str, float]
    """Level → rank by outcome; combined levels share a rank."""


@dataclass(frozen=True)
class Encoder:
    """Columns in the catalogue's order, learned on one set of customers, usable for any."""

    columns: tuple[NumberColumn | CategoryColumn, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric of each column."""
        return tuple(column.metric for column in self.columns)

    def matrix(self, measured: Mapping[str, Floats | Objects]) -> Floats:
        """[N, M] as numbers; NaN for not known and for unseen levels."""
        return np.column_stack([_coded(column, measured[column.metric]) for column in self.columns])


def learn_encoder(
    catalogue: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
) -> Encoder:
    """An encoder for these metrics (at least one), learned from these customers' outcomes."""
    return Encoder(
        tuple(
            _category(definition.key, np.asarray(measured[definition.key], object), stayed)
            if measured[definition.key].dtype == object
            else NumberColumn(definition.key)
            for definition in catalogue
        )
    )


def _coded(column: NumberColumn | CategoryColumn, values: Floats | Objects) -> Floats:
    if isinstance(column, NumberColumn):
        return np.asarray(values, dtype=np.float64)
    ranks, unknown = column.ranks, float("nan")
    return np.fromiter((ranks.get(value, unknown) for value in values), np.float64, len(values))


def _category(metric: str, values: Objects, stayed: Bools) -> CategoryColumn:
    counts = Counter(value for value in values if value is not None)
    kept = Counter(
        value
        for value, outcome in zip(values, stayed, strict=True)
        if outcome and value is not None
    )
    usual = float(stayed.mean()) if stayed.size else 0.5
    enough = max(RARE_LEAST, min(RARE_MOST, RARE_SHARE * len(values)))
    rare = [level for level, count in counts.items() if count < enough]
    worth = {
        level: _shrunken(kept[level], count, usual)
        for level, count in counts.items()
        if count >= enough
    }
    together = _shrunken(sum(kept[x] for x in rare), sum(counts[x] for x in rare), usual)
    worth |= dict.fromkeys(rare, together)
    steps = sorted(set(worth.values()))
    return CategoryColumn(
        metric, {level: float(steps.index(share)) for level, share in sorted(worth.items())}
    )


def _shrunken(kept: float, count: float, usual: float) -> float:
    return float((kept + SHRINK * usual) / (count + SHRINK))
