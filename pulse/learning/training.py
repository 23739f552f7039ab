"""Learning a scorecard and saying honestly what it is worth; pure, long, run in its own process.

The scorecard that is kept is learned from everybody. What it is worth is told by five others, each
learned without a fifth of the customers and judged on them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from pulse.learning.backtest import auc_error
from pulse.learning.data_checks import left_out
from pulse.learning.folds import stratified
from pulse.learning.ranking_metrics import auc
from pulse.learning.trees.fitting import LearningReport, fit, learn
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.scoring.scorecard import Scorecard, score

FOLDS = 5
SEED = 0
SURE = 1.96  # standard errors to either side: 95 of 100 such intervals hold the true figure

Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Material:
    """What a scorecard is learned from; goes into the other process."""

    catalogue: Sequence[MetricDefinition]
    measured: Mapping[str, Floats | Objects]
    stayed: Bools
    include_sensitive: bool = False


class Interval(msgspec.Struct, frozen=True):
    """A ROC-AUC and the range it may well have by chance (95 %)."""

    auc: float
    low: float
    high: float


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """What a learned scorecard is worth, and what was found on the way."""

    learned: LearningReport
    folds: tuple[Interval, ...]
    overall: Interval
    """Mean of the folds, with the interval of all customers together."""
    additivity: float
    """Largest |base + factors − strength|, in points."""


@dataclass(frozen=True)
class Learned:
    """The scorecard and its report."""

    scorecard: Scorecard
    lesson: Lesson


def learn_and_judge(told: Told, material: Material) -> Learned:
    """Learn from all, judge by fifths. Raises Invalid when there is too little to learn from."""
    told("Learning", 0, FOLDS + 1)
    measured, stayed = material.measured, material.stayed
    fitted = fit(material.catalogue, measured, stayed, include_sensitive=material.include_sensitive)
    gone = left_out(fitted.report.findings)
    used = [definition for definition in material.catalogue if definition.key not in gone]
    fold = stratified(stayed, FOLDS, SEED)
    judged = []
    for held in range(FOLDS):
        told("Judging it on customers it has not seen", held + 1, FOLDS + 1)
        judged.append(_judge(used, measured, stayed, fold == held))
    everybody = score(fitted.scorecard, measured)
    gap = np.abs(everybody.base + everybody.contributions.sum(axis=1) - everybody.strength)
    mean = float(np.mean([one.auc for one in judged]))
    return Learned(
        fitted.scorecard,
        Lesson(
            learned=fitted.report,
            folds=tuple(judged),
            overall=_interval(mean, stayed),
            additivity=float(gap.max()),
        ),
    )


def _judge(
    used: Sequence[MetricDefinition],
    measured: Mapping[str, Floats | Objects],
    stayed: Bools,
    mine: Bools,
) -> Interval:
    seen = {key: values[~mine] for key, values in measured.items()}
    unseen = {key: values[mine] for key, values in measured.items()}
    fitted = learn(used, seen, stayed[~mine])
    return _interval(auc(stayed[mine], score(fitted.scorecard, unseen).strength), stayed[mine])


def _interval(area: float, stayed: Bools) -> Interval:
    kept = int(stayed.sum())
    wide = SURE * auc_error(area, kept, len(stayed) - kept)
    return Interval(area, max(0.0, area - wide), min(1.0, area + wide))
