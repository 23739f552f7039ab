"""Learn a scorecard from outcomes, in the same form as a hand-set one.

Trees use one metric each (two where inner folds gain from it), are monotone in the declared
direction, and are converted to tables, scaled so that the widths of all tables sum to 100 points.
The factors are the trees' SHAP values in points. The meaning of a strength is calibrated on
predictions for customers the trees had not seen.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from pulse.errors import Invalid
from pulse.i18n.sentences import Sentence, as_text
from pulse.learning import data_checks
from pulse.learning.data_checks import Finding
from pulse.learning.encoding import Encoder, NumberColumn, learn_encoding
from pulse.learning.trees import boosting
from pulse.learning.trees.boosting import Recipe
from pulse.learning.trees.lightgbm_training import INNER_FOLDS
from pulse.learning.trees.missing_values import reassign_missing
from pulse.learning.trees.overdue import fall_when_overdue, lateness_place
from pulse.learning.trees.score_scaling import in_points, raw_at_zero
from pulse.learning.trees.tree_tables import Collapsed, collapse, raw_scores
from pulse.scoring.calibration import Calibration, fit_calibration, fit_curve
from pulse.scoring.metrics.catalogue import Direction, MetricDefinition, can_decay
from pulse.scoring.metrics.event_features import Bools, Floats, Ints, Objects
from pulse.scoring.metrics.event_kinds import kind_named
from pulse.scoring.scorecard import Scorecard

LEAST_OUTCOMES = 50
"""Customers of each outcome needed; with fewer, curves would follow noise."""
ODDS = 2.0
"""Learned bands: fragile below half the usual odds of staying, strong from twice these odds."""
LEAST_FRAGILE = 0.02
"""The fragile band contains at least this share of the customers."""


class LearningReport(msgspec.Struct, frozen=True):
    """How a scorecard was learned, for its model card and its version's note."""

    customers: int
    stayed: int
    inner_auc: float
    """Mean ROC-AUC over the inner folds that chose the size; `backtest` is the proper
    evaluation."""
    rounds: int
    pairs: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Fitted:
    """A learned scorecard and its booster (used for cross-checks only)."""

    scorecard: Scorecard
    report: LearningReport
    encoder: Encoder
    booster: Any
    points: float
    """Points of strength per unit of the booster's raw score (log-odds of staying)."""
    flags: Mapping[int, int]
    """Metric → its "is it known" metric (by index)."""
    incomplete: Bools
    """[M] whether the metric was unknown for some customers."""


def fit(
    catalogue: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
    *,
    include_sensitive: bool = False,
    kept: Collection[str] = (),
    groups: Ints | None = None,
) -> Fitted:
    """Learn a scorecard from these customers' outcomes (True = stayed).

    kept: metrics to learn from although they look like leaks. groups: [N] each row's customer,
    where customers occur at several dates. Raises Invalid
    (TOO_FEW_OUTCOMES, NOTHING_TO_LEARN_FROM) with a reason for a CSM. Metrics excluded by data
    checks are left out and listed in the report with the reason.
    """
    refuse_too_few(stayed)
    rising = metrics_rising_with_time(catalogue)
    findings = data_checks.inspect(
        catalogue,
        measured,
        stayed,
        include_sensitive=include_sensitive,
        kept=kept,
        unused=data_checks.left_out(rising),
    )
    findings += rising
    used = usable(catalogue, findings)
    if not used:
        raise Invalid(
            "No metric is left to learn from: " + " ".join(finding.words for finding in findings),
            code="NOTHING_TO_LEARN_FROM",
        )
    return learn(used, measured, stayed, findings, groups)


def usable(
    catalogue: Sequence[MetricDefinition], findings: Sequence[Finding]
) -> list[MetricDefinition]:
    """The metrics that no check excludes; those that rise without events get the direction down."""
    gone = data_checks.left_out(findings)
    turned: dict[str, Direction] = {"falls": "higher", "grows": "lower"}
    return [
        msgspec.structs.replace(
            definition,
            direction=turned.get(kind_named(definition.kind).silence, definition.direction),
        )
        for definition in catalogue
        if definition.key not in gone
    ]


def metrics_rising_with_time(catalogue: Sequence[MetricDefinition]) -> list[Finding]:
    """Metrics that would raise the strength while nothing happens, such as the time since."""
    return [
        Finding(
            "rises",
            definition.key,
            as_text(
                Sentence(
                    "“{metric}” changes by itself: a strength that follows it could rise while "
                    "nothing happens, so nothing is learned from it.",
                    metric=definition.label,
                )
            ),
            True,
        )
        for definition in catalogue
        if not can_decay(definition)
    ]


def learn(
    used: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
    findings: Sequence[Finding] = (),
    groups: Ints | None = None,
) -> Fitted:
    """`fit` on metrics that have been checked."""
    encoder, x = learn_encoding(used, measured, stayed, groups)
    directions = [
        definition.direction if isinstance(column, NumberColumn) else "none"
        for definition, column in zip(used, encoder.columns, strict=True)
    ]
    categories = [not isinstance(column, NumberColumn) for column in encoder.columns]
    recipe = boosting.choose(x, stayed, directions, groups, categories)
    booster = boosting.grow_additive(x, stayed, directions, recipe)
    tables, flags = reassign_missing(collapse(booster, len(used)), x, used)
    raw = held_out_scores(x, stayed, directions, recipe, used)
    tables, raw, limits = _with_bands(tables, used, x, recipe, raw, stayed)
    scorecard, scale = in_points(tables, encoder)
    zero = raw_at_zero(tables)
    scorecard = msgspec.structs.replace(
        scorecard,
        calibration=fit_curve(stayed[recipe.rows], (raw - zero) * scale) if scale else None,
        band_edges=_band_edges((limits - zero) * scale),
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


def refuse_too_few(stayed: Bools, least: int = LEAST_OUTCOMES) -> None:
    """Raise Invalid when there are too few outcomes of either kind to learn or evaluate."""
    left, remained = int((~stayed).sum()), int(stayed.sum())
    if min(left, remained) < least:
        raise Invalid(
            Sentence(
                "There are too few outcomes to learn from: {left} left and {remained} "
                "stayed, at least {least} of each are needed.",
                left=left,
                remained=remained,
                least=least,
            ),
            code="TOO_FEW_OUTCOMES",
            left=left,
            stayed=remained,
        )


def held_out_scores(
    x: Floats,
    stayed: Bools,
    directions: Sequence[str],
    recipe: Recipe,
    used: Sequence[MetricDefinition],
) -> Floats:
    """[n] raw scores as the scorecard computes them, for customers the trees had not seen.

    Trees use missing values, whereas a scorecard shows them as a factor or ignores them; what is
    shown is what gets calibrated.
    """
    if not np.isnan(x).any():
        return recipe.held_out
    inner, outcome = x[recipe.rows], stayed[recipe.rows]
    raw = np.empty(len(inner))
    for held in range(INNER_FOLDS):
        mine = recipe.fold == held
        booster = boosting.grow_additive(inner[~mine], outcome[~mine], directions, recipe)
        tables, _ = reassign_missing(collapse(booster, x.shape[1]), inner[~mine], used)
        raw[mine] = raw_scores(tables, inner[mine])
    return raw


def _with_bands(
    tables: Collapsed,
    used: Sequence[MetricDefinition],
    x: Floats,
    recipe: Recipe,
    raw: Floats,
    stayed: Bools,
) -> tuple[Collapsed, Floats, Floats]:
    """(Tables that put overdue customers in fragile, [n] their raw scores, the band edges)."""
    limits = _raw_limits(fit_calibration(stayed[recipe.rows], raw), raw)
    place = lateness_place(used)
    if place is None:
        return tables, raw, limits
    fallen = fall_when_overdue(tables, place, float(limits[0]), x[:, place])
    seen = x[recipe.rows]
    return fallen, raw + raw_scores(fallen, seen) - raw_scores(tables, seen), limits


def _raw_limits(found: Calibration, raw: Floats) -> Floats:
    """Raw scores at which the odds of staying are half and twice the usual, within the range."""
    share = (found.stayed + 0.5) / (found.customers + 1.0)
    usual = np.log(share / (1.0 - share))
    low, high = np.quantile(raw, (LEAST_FRAGILE, 1.0))
    if found.slope <= 0:
        return np.array([low, high])
    at = (usual + np.log(ODDS) * np.array([-1.0, 1.0]) - found.intercept) / found.slope
    limits: Floats = np.array([max(low, at[0]), max(at[1], low)])
    return limits


def _band_edges(strength: Floats) -> tuple[float, float]:
    low, high = np.nan_to_num(strength).tolist()
    fragile = float(np.clip(np.ceil(low), 1, 98))
    return fragile, float(np.clip(np.ceil(high), fragile + 1, 100))
