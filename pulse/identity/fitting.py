"""A scorecard learned from outcomes, in the same form as a hand-set one.

Trees over one metric each (two where inner folds gain from it), monotone in the declared
direction, collapsed into tables and scaled so that the widths of all tables sum to 100 points.
The factors are the trees' SHAP values in points. What strength has meant is calibrated on
predictions for customers the trees had not seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from pulse.errors import Invalid
from pulse.identity import boosting, guards
from pulse.identity.calibration import Calibration, fit_calibration
from pulse.identity.collapse import Collapsed, Table, collapse
from pulse.identity.curves import Curve, Levels, Linear, Steps, evaluate
from pulse.identity.encoding import CategoryColumn, Encoder, NumberColumn, learn_encoder
from pulse.identity.facts import Bools, Floats, Objects
from pulse.identity.guards import Finding
from pulse.identity.metrics import MetricDefinition
from pulse.identity.scorecard import PairTerm, Scorecard, Term, score

LEAST_OUTCOMES = 50
"""Customers of each outcome below which a curve would be drawn through noise."""
FRAGILE_SHARE, STRONG_SHARE = 0.25, 0.35
"""Learned bands: the weakest quarter and the strongest third, so that the words keep their use."""


class LearningReport(msgspec.Struct, frozen=True):
    """How a scorecard was learned, for its model card and its version's note."""

    customers: int
    stayed: int
    inner_auc: float
    """Mean ROC-AUC over the inner folds that chose the size; `backtest` judges properly."""
    rounds: int
    pairs: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Fitted:
    """A learned scorecard with what made it (the booster is for cross-checks only)."""

    scorecard: Scorecard
    report: LearningReport
    encoder: Encoder
    booster: Any
    points: float
    """Points of strength per unit of the booster's raw score (log-odds of staying)."""


def fit(
    catalogue: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
    *,
    include_sensitive: bool = False,
) -> Fitted:
    """Learn a scorecard from these customers' outcomes (True = stayed).

    Raises Invalid (TOO_FEW_OUTCOMES, NOTHING_TO_LEARN_FROM) with a reason a CSM understands.
    Metrics named by a guard are left out; they stand in the report with the reason.
    """
    refuse_too_few(stayed)
    findings = guards.inspect(catalogue, measured, stayed, include_sensitive=include_sensitive)
    gone = guards.left_out(findings)
    used = [definition for definition in catalogue if definition.key not in gone]
    if not used:
        raise Invalid(
            "No metric is left to learn from: " + " ".join(finding.text for finding in findings),
            code="NOTHING_TO_LEARN_FROM",
        )
    return learn(used, measured, stayed, findings)


def learn(
    used: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
    findings: Sequence[Finding] = (),
) -> Fitted:
    """`fit` on metrics already looked through."""
    encoder = learn_encoder(used, measured, stayed)
    x, _ = encoder.matrix(measured)
    directions = [
        definition.direction if isinstance(column, NumberColumn) else "none"
        for definition, column in zip(used, encoder.columns, strict=True)
    ]
    recipe = boosting.choose(x, stayed, directions)
    booster = boosting.grow(x, stayed, directions, recipe)
    tables = collapse(booster, len(used))
    scorecard, scale = _in_points(tables, encoder)
    calibration = fit_calibration(stayed[recipe.rows], recipe.held_out)
    scorecard = msgspec.structs.replace(
        scorecard,
        calibration=_on_strength(calibration, tables, scale),
        band_edges=_band_edges(score(scorecard, measured).strength),
    )
    named = encoder.metrics
    report = LearningReport(
        customers=len(stayed),
        stayed=int(stayed.sum()),
        inner_auc=recipe.inner_auc,
        rounds=recipe.rounds,
        pairs=tuple((named[first], named[second]) for first, second in tables.pairs),
        findings=tuple(findings),
    )
    return Fitted(scorecard, report, encoder, booster, scale)


def refuse_too_few(stayed: Bools) -> None:
    """Raise Invalid when there are too few outcomes of either kind to learn or judge by."""
    left, remained = int((~stayed).sum()), int(stayed.sum())
    if min(left, remained) < LEAST_OUTCOMES:
        raise Invalid(
            f"There are too few outcomes to learn from: {left:,} left and {remained:,} stayed, "
            f"at least {LEAST_OUTCOMES} of each are needed.",
            code="TOO_FEW_OUTCOMES",
            left=left,
            stayed=remained,
        )


def _in_points(tables: Collapsed, encoder: Encoder) -> tuple[Scorecard, float]:
    """The tables as terms of 100 points in all, and the points per raw unit."""
    parts = [*tables.singles.values(), *tables.pairs.values()]
    width = sum(float(np.ptp(table.values)) for table in parts)
    scale = 100.0 / width if width else 0.0
    terms = tuple(
        _term(column, tables.edges[place], tables.singles[place], scale)
        for place, column in enumerate(encoder.columns)
    )
    pairs = tuple(
        _pair(encoder, tables.edges, metrics, table, scale)
        for metrics, table in tables.pairs.items()
    )
    return Scorecard(terms, pairs, origin="learned"), scale


def _term(
    column: NumberColumn | CategoryColumn,
    edges: tuple[float, ...],
    table: Table,
    scale: float,
) -> Term:
    if not np.ptp(table.values):
        return Term(column.metric, 0.0, _silent(column), 0.5)
    low, width = float(table.values.min()), float(np.ptp(table.values))
    ys = tuple(((table.values - low) / width).tolist())
    curve: Curve = Steps(edges, ys)
    if isinstance(column, CategoryColumn):
        ranks = np.array(list(column.ranks.values()))
        curve = Levels(tuple(column.ranks), tuple(evaluate(curve, ranks).tolist()))
    return Term(column.metric, width * scale, curve, (table.average - low) / width)


def _silent(column: NumberColumn | CategoryColumn) -> Curve:
    if isinstance(column, CategoryColumn):
        return Levels(tuple(column.ranks), (0.5,) * len(column.ranks))
    return Linear((0.0,), (0.5,))


def _pair(
    encoder: Encoder,
    edges: tuple[tuple[float, ...], ...],
    metrics: tuple[int, int],
    table: Table,
    scale: float,
) -> PairTerm:
    low, width = float(table.values.min()), float(np.ptp(table.values))
    rows, columns = (_cells_of(encoder.columns[metric], edges[metric]) for metric in metrics)
    unit = width or 1.0
    values = (table.values - low)[np.ix_(rows, columns)] / unit
    first, second = (encoder.columns[metric] for metric in metrics)
    return PairTerm(
        first.metric,
        second.metric,
        width * scale,
        None if isinstance(first, CategoryColumn) else edges[metrics[0]],
        None if isinstance(second, CategoryColumn) else edges[metrics[1]],
        tuple(map(tuple, values.tolist())),
        -low / unit,
    )


def _cells_of(column: NumberColumn | CategoryColumn, edges: tuple[float, ...]) -> Any:
    """Table rows in the order a scorecard codes the metric: by cell, or by level."""
    if isinstance(column, NumberColumn):
        return np.arange(len(edges) + 1)
    return np.searchsorted(np.asarray(edges), list(column.ranks.values()), side="left")


def _on_strength(raw: Calibration, tables: Collapsed, scale: float) -> Calibration | None:
    """The calibration of raw scores, moved to the 0–100 scale of strength."""
    if not scale:
        return None
    parts = [*tables.singles.values(), *tables.pairs.values()]
    lowest = tables.constant + sum(float(table.values.min()) for table in parts)
    return msgspec.structs.replace(
        raw, intercept=raw.intercept + raw.slope * lowest, slope=raw.slope / scale
    )


def _band_edges(strength: Floats) -> tuple[float, float]:
    low, high = np.quantile(strength, (FRAGILE_SHARE, 1 - STRONG_SHARE))
    fragile = float(np.clip(round(low), 1, 98))
    return fragile, float(np.clip(round(high), fragile + 1, 99))
