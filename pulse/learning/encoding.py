"""Encode measured values as a numeric matrix for trees; not known is NaN.

Categories become the rank of their levels by outcome (shrunken towards the mean, rare levels
combined), so that a split separates weak levels from strong ones. Categories with many levels, such
as cities, become the log-odds of their levels, shrunken as far as the levels' outcomes differ only
by chance (empirical Bayes); to learn from, each customer's is computed without the customer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pulse.learning.folds import grouped
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Ints, Objects

SHRINK = 10.0
"""Customers with the average outcome that are added to every level before ranking (shrinkage)."""
RARE_SHARE, RARE_LEAST, RARE_MOST = 0.01, 10, 100
"""A level with fewer customers than this share (within the two bounds) is combined with others."""
MOST_RANKED = 12
"""A category with more levels gets log-odds instead of ranks."""
MANY_RARE_SHARE = 0.001
"""The share below which its levels are combined (at least RARE_LEAST customers)."""
LEAST_SHRINK, MOST_SHRINK = 5.0, 1e6
FOLDS, SEED = 5, 11


@dataclass(frozen=True)
class NumberColumn:
    """A numeric metric, used unchanged."""

    metric: str


@dataclass(frozen=True)
class CategoryColumn:
    """The encoding of one category."""

    metric: str
    ranks: Mapping[str, float]
    """Level → rank (or log-odds) by outcome; combined levels share one."""


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


def learn_encoding(
    catalogue: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
    groups: Ints | None = None,
) -> tuple[Encoder, Floats]:
    """(The encoder, [N, M] the matrix to learn from these customers' outcomes).

    The matrix is the encoder's, but for categories with many levels each customer's value comes
    from the outcomes of other customers; with their own, trees would follow noise. groups: [N] the
    customer of each row, where customers occur at several dates.
    """
    encoder = learn_encoder(catalogue, measured, stayed)
    x = encoder.matrix(measured)
    many = [
        place
        for place, column in enumerate(encoder.columns)
        if isinstance(column, CategoryColumn) and len(column.ranks) > MOST_RANKED
    ]
    if not many:
        return encoder, x
    who = np.arange(len(stayed)) if groups is None else groups
    fold = grouped(stayed, who, FOLDS, SEED)
    for place in many:
        values = np.asarray(measured[encoder.metrics[place]], dtype=object)
        for held in range(FOLDS):
            mine = fold == held
            ranks = _log_odds(values[~mine], stayed[~mine])
            x[mine, place] = _without(ranks, values[mine], stayed[~mine])
    return encoder, x


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
    if len(counts) > MOST_RANKED:
        return CategoryColumn(metric, dict(sorted(_log_odds(values, stayed).items())))
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


def _log_odds(values: Objects, stayed: Bools) -> dict[str, float]:
    """Level → log-odds of staying, shrunken; levels with few customers share one value."""
    enough = max(RARE_LEAST, MANY_RARE_SHARE * len(values))
    counts = Counter(value for value in values if value is not None)
    names = {
        level: level if count >= enough else None for level, count in counts.items()
    }  # None: combined
    total: Counter[str | None] = Counter()
    kept: Counter[str | None] = Counter()
    for value, outcome in zip(values, stayed, strict=True):
        if value is not None:
            total[names[value]] += 1
            kept[names[value]] += bool(outcome)
    usual = float(np.clip(stayed.mean(), 1e-3, 1 - 1e-3))
    strength = _prior_strength(
        np.array([float(total[level]) for level in total]),
        np.array([float(kept[level]) for level in total]),
        usual,
    )
    worth = {
        level: _logit((kept[level] + strength * usual) / (total[level] + strength))
        for level in total
    }
    return {level: worth[name] for level, name in names.items()}


def _prior_strength(total: Floats, kept: Floats, usual: float) -> float:
    """The customers with the usual outcome that outweigh chance among the levels.

    Method of moments for a beta-binomial: the levels' variance beyond that of chance.
    """
    chance, customers = usual * (1 - usual), total.sum()
    between = (total * (kept / total - usual) ** 2).sum() - (len(total) - 1) * chance
    spread = customers - (total**2).sum() / customers
    if between <= 0 or spread <= 0:
        return MOST_SHRINK
    return float(np.clip(chance * spread / between - 1, LEAST_SHRINK, MOST_SHRINK))


def _without(ranks: Mapping[str, float], values: Objects, seen: Bools) -> Floats:
    """[n] values of customers by the outcomes of others; levels nobody else has: the usual."""
    usual, unknown = _logit(float(np.clip(seen.mean(), 1e-3, 1 - 1e-3))), float("nan")
    found = (unknown if value is None else ranks.get(value, usual) for value in values)
    return np.fromiter(found, np.float64, len(values))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))
