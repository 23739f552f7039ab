"""Measured values as a matrix of numbers that trees can be grown on, without holes.

Categories become the rank of their levels by outcome (shrunken, rare levels as one), so that a cut
separates weak levels from strong ones. What is not known is put where the outcome is the usual
one: there it pulls the curve neither way, as it later has no factor.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pulse.identity.facts import Bools, Floats, Objects
from pulse.identity.metrics import MetricDefinition

SHRINK = 10.0
"""Customers of the usual outcome that are added to every level before it is ranked."""
RARE_SHARE, RARE_LEAST, RARE_MOST = 0.01, 10, 100
"""A level with fewer customers than this share (within the two bounds) is joined with its like."""


@dataclass(frozen=True)
class NumberColumn:
    """How one number is read."""

    metric: str
    fill: float
    """Where a value that is not known is put."""


@dataclass(frozen=True)
class CategoryColumn:
    """How one category is read."""

    metric: str
    ranks: Mapping[str, float]
    """Level → rank by outcome; joined levels share theirs."""
    fill: float


@dataclass(frozen=True)
class Encoder:
    """Columns in the catalogue's order, learned on one set of customers, usable on any."""

    columns: tuple[NumberColumn | CategoryColumn, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric of each column."""
        return tuple(column.metric for column in self.columns)

    def matrix(self, measured: Mapping[str, Floats | Objects]) -> tuple[Floats, Bools]:
        """([N, M] without holes, [N, M] whether the value is known)."""
        coded = [_coded(column, measured[column.metric]) for column in self.columns]
        values = np.column_stack(coded) if coded else np.empty((0, 0))
        known = ~np.isnan(values)
        fills = np.array([column.fill for column in self.columns])
        return np.where(known, values, fills), known


def learn_encoder(
    catalogue: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
) -> Encoder:
    """An encoder for these metrics from these customers' outcomes."""
    return Encoder(
        tuple(
            _category(definition.key, np.asarray(measured[definition.key], object), stayed)
            if measured[definition.key].dtype == object
            else NumberColumn(
                definition.key,
                _neutral_value(np.asarray(measured[definition.key], dtype=np.float64), stayed),
            )
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
    ranks = {level: float(steps.index(share)) for level, share in sorted(worth.items())}
    nearest = min(range(len(steps)), key=lambda rank: abs(steps[rank] - usual), default=0)
    return CategoryColumn(metric, ranks, float(nearest))


def _neutral_value(values: Floats, stayed: Bools) -> float:
    """The middle of that tenth of the known values whose outcome is nearest to the usual one."""
    known = ~np.isnan(values)
    if not known.any():
        return 0.0
    numbers, outcome = values[known], stayed[known]
    tenths = np.unique(np.quantile(numbers, np.linspace(0, 1, 11)))
    tenth = np.searchsorted(tenths, numbers, side="left")
    usual = float(outcome.mean())
    gap = {
        int(place): abs(
            _shrunken(outcome[tenth == place].sum(), (tenth == place).sum(), usual) - usual
        )
        for place in np.unique(tenth)
    }
    return float(np.median(numbers[tenth == min(gap, key=lambda place: gap[place])]))


def _shrunken(kept: float, count: float, usual: float) -> float:
    return float((kept + SHRINK * usual) / (count + SHRINK))
