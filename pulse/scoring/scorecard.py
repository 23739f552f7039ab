"""The scorecard: an additive, exact model of identity strength.

strength = Σ weight × curve(value), weights sum to 100, curves run from 0 to 1 (DESIGN decision 4).
An unknown value counts as the business's average of its curve, so its factor is 0. Therefore base +
factors = strength, and the factors are the SHAP values of the score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

from pulse.errors import Invalid
from pulse.scoring import curves, interactions
from pulse.scoring.bands import DEFAULT_EDGES
from pulse.scoring.calibration import Calibration
from pulse.scoring.curves import Curve, Levels, Linear, Steps
from pulse.scoring.interactions import PairTerm
from pulse.scoring.metrics.catalogue import MetricDefinition, Signal
from pulse.scoring.metrics.event_features import Bools, Floats, Objects

__all__ = [
    "Levels",
    "Linear",
    "PairTerm",
    "Scorecard",
    "Scores",
    "Steps",
    "Term",
    "code",
    "hand_set",
    "reweigh",
    "score",
    "score_values",
]

SIGNAL_SHARES: Mapping[Signal, float] = {
    "tenure": 15,
    "engagement": 30,
    "satisfaction": 20,
    "loyalty": 20,
    "value": 15,
}
"""Default points per signal: current activity counts most, tenure least."""


class Term(msgspec.Struct, frozen=True):
    """One metric's part: at most `weight` points, shaped by its curve."""

    metric: str
    weight: float
    curve: Curve
    average: float
    """Mean of curve(value) over the known values of the business's active customers (0–1)."""


class Scorecard(msgspec.Struct, frozen=True):
    """A version of the scoring rules; JSON by msgspec. Term order is the order of all arrays."""

    terms: tuple[Term, ...]
    pairs: tuple[PairTerm, ...] = ()
    origin: Literal["hand_set", "learned"] = "hand_set"
    band_edges: tuple[float, float] = DEFAULT_EDGES
    calibration: Calibration | None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metric keys, in the order of values and contributions."""
        return tuple(term.metric for term in self.terms)

    @property
    def base(self) -> float:
        """The strength of a customer without any known value: Σ weight × average."""
        singles = sum(term.weight * term.average for term in self.terms)
        return singles + sum(pair.weight * pair.average for pair in self.pairs)


@dataclass(frozen=True)
class Scores:
    """The strengths of N customers over M metrics, with all factors."""

    strength: Floats
    """[N] 0–100."""
    contributions: Floats
    """[N, M] points; base + row sum = strength."""
    base: float
    coverage: Floats
    """[N] 0–1, the share of the weight whose value is known."""
    metric_values: Floats
    """[N, M] as scored: numbers, level indexes for categories, NaN for unknown."""


def score(scorecard: Scorecard, measured: Mapping[str, Floats | Objects]) -> Scores:
    """Score measured customers; a metric that was not measured counts as unknown."""
    return score_values(scorecard, code(scorecard, measured))


def code(scorecard: Scorecard, measured: Mapping[str, Floats | Objects]) -> Floats:
    """Return [N, M] the measured values in the scorecard's order, categories as indexes."""
    size = len(next(iter(measured.values()), ()))
    values = np.full((size, len(scorecard.terms)), np.nan, order="F")
    for column, term in enumerate(scorecard.terms):
        if term.metric in measured:
            values[:, column] = curves.code(term.curve, measured[term.metric])
    return values


def score_values(scorecard: Scorecard, values: Floats) -> Scores:
    """Score values already in the scorecard's order and codes ([N, M], NaN = unknown)."""
    contributions = np.zeros(values.shape, order="F")
    weight_known = np.zeros(values.shape[0])
    weight_of = _weight_by_metric(scorecard)
    for column, term in enumerate(scorecard.terms):
        points = curves.evaluate(term.curve, values[:, column])
        points -= term.average
        points *= term.weight
        unknown = np.isnan(points)
        points[unknown] = 0.0
        contributions[:, column] = points
        weight_known += np.where(unknown, 0.0, weight_of[term.metric])
    column_of = {metric: column for column, metric in enumerate(scorecard.metrics)}
    for pair in scorecard.pairs:
        first, second = column_of[pair.first], column_of[pair.second]
        share = interactions.shares(pair, values[:, first], values[:, second])
        contributions[:, first] += share
        contributions[:, second] += share
    base = scorecard.base
    coverage = weight_known / (sum(weight_of.values()) or 1.0)
    return Scores(base + contributions.sum(axis=1), contributions, base, coverage, values)


def hand_set(
    catalogue: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    weights: Mapping[str, float] | None = None,
    band_edges: tuple[float, float] = DEFAULT_EDGES,
    reference: Bools | None = None,
) -> Scorecard:
    """Build a scorecard by hand: curves from the business's quantiles, weights by signal.

    `parameters["knots"]` = [[value, worth 0–1], …] defines a curve. `weights` (metric → positive
    number) replaces the defaults and is scaled to 100. Categories count only with
    `parameters["levels"]` = {name: worth 0–1}; without them, and for numbers of direction "none",
    the value is shown but does not affect the score. `reference` [N] marks the customers used for
    curves and averages (None: all).
    """
    if reference is not None and reference.any():
        measured = {key: values[reference] for key, values in measured.items()}
    drawn = [_default_curve(definition, measured[definition.key]) for definition in catalogue]
    both = list(zip(catalogue, drawn, strict=True))
    judged = [definition for definition, curve in both if len(set(curve.ys)) > 1]
    chosen = _default_weights(judged) if weights is None else dict(weights)
    scale = sum(chosen.get(definition.key, 0.0) for definition in judged)
    if scale <= 0:
        raise Invalid(
            "No metric can be judged: give at least one a direction and a weight.",
            code="SCORECARD_EMPTY",
        )
    points = {definition.key: chosen.get(definition.key, 0.0) / scale for definition in judged}
    return Scorecard(
        terms=tuple(
            Term(
                definition.key,
                100.0 * points.get(definition.key, 0.0),
                curve,
                _average(curve, measured[definition.key]),
            )
            for definition, curve in both
        ),
        band_edges=band_edges,
    )


def reweigh(scorecard: Scorecard, weights: Mapping[str, float]) -> Scorecard:
    """Replace the weights (metric → number ≥ 0), scaled with the pairs to 100."""
    if any(weight < 0 for weight in weights.values()):
        raise Invalid("A weight cannot be below 0.", code="SCORECARD_WEIGHT")
    wanted = [weights.get(term.metric, term.weight) for term in scorecard.terms]
    total = sum(wanted) + sum(pair.weight for pair in scorecard.pairs)
    if total <= 0:
        raise Invalid("At least one weight must be above 0.", code="SCORECARD_WEIGHT")
    scale = 100.0 / total
    replace = msgspec.structs.replace
    return replace(
        scorecard,
        terms=tuple(
            replace(term, weight=weight * scale)
            for term, weight in zip(scorecard.terms, wanted, strict=True)
        ),
        pairs=tuple(replace(pair, weight=pair.weight * scale) for pair in scorecard.pairs),
    )


def held_against(
    scorecard: Scorecard, measured: Mapping[str, Floats | Objects], reference: Bools
) -> Scorecard:
    """Recompute factors against the averages of the `reference` [N]; strengths stay the same.

    A metric that is unknown for all of them keeps its average, the value used for unknown.
    """
    if not reference.any():
        return scorecard
    values = code(scorecard, measured)[reference]
    terms = [
        term
        if np.isnan(column).any()
        else msgspec.structs.replace(
            term, average=float(curves.evaluate(term.curve, column).mean())
        )
        for term, column in zip(scorecard.terms, values.T, strict=True)
    ]
    return msgspec.structs.replace(scorecard, terms=tuple(terms))


def _default_curve(definition: MetricDefinition, values: Floats | Objects) -> Curve:
    levels = definition.parameters.get("levels")
    if levels:
        return curves.from_levels(levels)
    knots = definition.parameters.get("knots")
    if knots:
        return curves.from_knots(knots)
    if values.dtype == object or definition.direction == "none":
        return curves.flat(values)
    return curves.from_quantiles(
        np.asarray(values, dtype=np.float64), definition.direction, _unseen_top(definition)
    )


def _unseen_top(definition: MetricDefinition) -> float:
    """Return the end of a curve while no value is known: half a year, yes, or ten."""
    if definition.unit == "days":
        return 180.0
    return 1.0 if definition.kind in ("attribute_flag", "attribute_known") else 10.0


def _default_weights(judged: Sequence[MetricDefinition]) -> dict[str, float]:
    signals = [definition.signal for definition in judged]
    return {
        definition.key: SIGNAL_SHARES[definition.signal] / signals.count(definition.signal)
        for definition in judged
    }


def _average(curve: Curve, values: Floats | Objects) -> float:
    worth = curves.evaluate(curve, curves.code(curve, values))
    known = worth[~np.isnan(worth)]
    return float(known.mean()) if known.size else 0.5


def _weight_by_metric(scorecard: Scorecard) -> dict[str, float]:
    weight_of = {term.metric: term.weight for term in scorecard.terms}
    for pair in scorecard.pairs:
        weight_of[pair.first] += pair.weight / 2
        weight_of[pair.second] += pair.weight / 2
    return weight_of
