"""One business's churn study: fit the model, judge it, predict, and compare with the score.

Judged on customers it has not seen; predictions for customers who are still here. Pure; it takes
seconds to minutes and loads LightGBM, so it runs in its own process.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from pulse.errors import Invalid
from pulse.i18n.sentences import marked
from pulse.learning.churn import logistic, model
from pulse.learning.churn.comparison import Comparison, compare
from pulse.learning.churn.cross_validation import FOLDS, SEED, rows_of
from pulse.learning.churn.explanation import Importance, importance
from pulse.learning.churn.model import ChurnModel
from pulse.learning.churn.predictions import PredictionSet, opinions, still_here
from pulse.learning.data_checks import Finding, inspect, left_out
from pulse.learning.folds import stratified
from pulse.learning.labels import EventsRule, Labelled, LabelRule
from pulse.learning.ranking_metrics import auc, average_precision, brier, deciles
from pulse.learning.trees.fitting import refuse_too_few
from pulse.scoring.metrics.catalogue import MetricDefinition, measure
from pulse.scoring.metrics.event_features import Bools, Floats, Ints
from pulse.scoring.scorecard import score
from pulse.scoring.scorecard_store import Published

STEPS = FOLDS + 2
Told = Callable[[str, int, int], None]
FITTING, JUDGING, COMPARING = marked(
    (
        "Fitting the model",
        "Judging it on customers it has not seen",
        "Comparing it with identity strength",
    )
)


@dataclass(frozen=True)
class Material:
    """The input of a study; sent to the other process."""

    labelled: Labelled
    rule: LabelRule
    current: Published | None
    now: float
    """Days since epoch: the date of the comparison."""
    outside: Bools | None = None
    """[all customers] who has lapsed or left by their score; None: nobody."""


class RankingMetrics(msgspec.Struct, frozen=True):
    """How well one ranking finds leavers, on customers it has not seen."""

    auc: float
    average_precision: float
    left_by_tenth: tuple[float, ...]
    """Share that left (0–1) of each tenth of the customers, the weakest tenth first."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The report of a study, without its customers; stored as JSON."""

    customers: int
    left: int
    as_of: float
    """Days since epoch: the date of the metrics that were learned from."""
    model: RankingMetrics
    logistic: RankingMetrics
    strength: RankingMetrics | None
    """The published scorecard on the same customers; None if there is none."""
    strength_version: int
    strength_learned: bool
    """A learned scorecard may have seen these very outcomes."""
    brier: float
    """Mean squared error of the model's probabilities on customers it had not seen."""
    catalogue: tuple[MetricDefinition, ...]
    """The metrics of the model, in the order of every customer's parts."""
    importance: tuple[Importance, ...]
    left_out: tuple[Finding, ...]
    compared: int
    """Customers whom both rank now."""
    correlation: float
    """Spearman's correlation of the two orders: 1 the same, 0 no relation."""
    agreement: float
    """Share of them whom both or neither rank at risk (the weakest fifth of each order)."""


def study(told: Told, material: Material) -> tuple[Report, PredictionSet]:
    """Fit, judge, and compare. Raises Invalid when there are too few outcomes.

    An outcome by attribute describes customers as they are now, so the label's own date is used.
    """
    labelled, rule, current = material.labelled, material.rule, material.current
    moment = material.now if isinstance(rule, EventsRule) else labelled.as_of
    refuse_too_few(labelled.stayed)
    findings = inspect(labelled.catalogue, labelled.measured, labelled.stayed)
    gone = left_out(findings)
    used = [definition for definition in labelled.catalogue if definition.key not in gone]
    if not used:
        raise Invalid("No metric is left to learn from.", code="NOTHING_TO_LEARN_FROM")
    fold = stratified(labelled.stayed, FOLDS, SEED)
    told(FITTING, 0, STEPS)
    everybody = model.fit(used, labelled.measured, labelled.stayed)
    models, held_out, floor = _folds(labelled, used, fold, told)
    told(COMPARING, FOLDS + 1, STEPS)
    here = still_here(labelled, rule, material.outside)
    said = opinions(labelled, rule, used, [*models, everybody], fold, current, moment, here)
    compared = compare(said.strength, 1.0 - said.leaving, most=0)
    return _report(material, used, findings, everybody, (held_out, floor), compared), said


def _report(
    material: Material,
    used: Sequence[MetricDefinition],
    findings: Sequence[Finding],
    everybody: ChurnModel,
    held_out: tuple[Floats, Floats],
    compared: Comparison,
) -> Report:
    labelled, current = material.labelled, material.current
    return Report(
        customers=len(labelled.stayed),
        left=int((~labelled.stayed).sum()),
        as_of=labelled.as_of,
        model=_judged(labelled, held_out[0]),
        logistic=_judged(labelled, held_out[1]),
        strength=_judged(labelled, _strength(labelled, current)) if current else None,
        strength_version=current.version if current else 0,
        strength_learned=current is not None and current.card.origin == "learned",
        brier=brier(labelled.stayed, held_out[0]),
        catalogue=tuple(used),
        importance=importance(everybody, used, labelled.measured),
        left_out=tuple(finding for finding in findings if finding.left_out),
        compared=compared.customers,
        correlation=compared.correlation,
        agreement=compared.agreement,
    )


def _folds(
    labelled: Labelled, used: Sequence[MetricDefinition], fold: Ints, told: Told
) -> tuple[list[ChurnModel], Floats, Floats]:
    """One model per fold, fitted without it; [N] its and the regression's stay probability."""
    models: list[ChurnModel] = []
    held_out, floor = np.empty(fold.size), np.empty(fold.size)
    for held in range(FOLDS):
        told(JUDGING, held + 1, STEPS)
        mine = fold == held
        seen, unseen = rows_of(labelled.measured, ~mine), rows_of(labelled.measured, mine)
        models.append(model.fit(used, seen, labelled.stayed[~mine]))
        held_out[mine] = models[-1].stay_probability(unseen)
        regression = logistic.fit(used, seen, labelled.stayed[~mine])
        floor[mine] = regression.stay_probability(unseen)
    return models, held_out, floor


def _judged(labelled: Labelled, scores: Floats) -> RankingMetrics:
    return RankingMetrics(
        auc(labelled.stayed, scores),
        average_precision(labelled.stayed, scores),
        tuple(tenth.share_left for tenth in deciles(labelled.stayed, scores)),
    )


def _strength(labelled: Labelled, current: Published) -> Floats:
    """[N] the published strength, at the date of the metrics that were learned from."""
    measured = measure(labelled.facts, current.catalogue, labelled.as_of)
    strength: Floats = score(current.card, measured).strength[labelled.rows]
    return strength
