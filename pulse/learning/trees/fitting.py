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
from pulse.learning import data_checks
from pulse.learning.data_checks import Finding
from pulse.learning.encoding import Encoder, NumberColumn, learn_encoder
from pulse.learning.trees import boosting
from pulse.learning.trees.missing_values import reassign_missing
from pulse.learning.trees.score_scaling import in_points, on_strength
from pulse.learning.trees.tree_tables import collapse
from pulse.scoring.calibration import fit_calibration
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.scoring.scorecard import Scorecard, score

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
    flags: Mapping[int, int]
    """Metric → the "is it known" metric that says what its not being known says (by place)."""
    incomplete: Bools
    """[M] metrics that were not known of everybody."""


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
    findings = data_checks.inspect(catalogue, measured, stayed, include_sensitive=include_sensitive)
    gone = data_checks.left_out(findings)
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
    x = encoder.matrix(measured)
    directions = [
        definition.direction if isinstance(column, NumberColumn) else "none"
        for definition, column in zip(used, encoder.columns, strict=True)
    ]
    recipe = boosting.choose(x, stayed, directions)
    booster = boosting.grow_additive(x, stayed, directions, recipe)
    tables, flags = reassign_missing(collapse(booster, len(used)), x, used)
    scorecard, scale = in_points(tables, encoder)
    scorecard = msgspec.structs.replace(
        scorecard,
        calibration=on_strength(
            fit_calibration(stayed[recipe.rows], recipe.held_out), tables, scale
        ),
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
    incomplete = np.array([bool(np.isnan(column).any()) for column in x.T])
    return Fitted(scorecard, report, encoder, booster, scale, flags, incomplete)


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


def _band_edges(strength: Floats) -> tuple[float, float]:
    low, high = np.quantile(strength, (FRAGILE_SHARE, 1 - STRONG_SHARE))
    fragile = float(np.clip(round(low), 1, 98))
    return fragile, float(np.clip(round(high), fragile + 1, 99))
