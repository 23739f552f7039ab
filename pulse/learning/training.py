"""Learn a scorecard and evaluate it; pure, slow, runs in its own process.

The stored scorecard is learned from all customers. Its evaluation comes from five others, each
learned without a fifth of the customers and judged on them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from pulse.learning.backtest import auc_error
from pulse.learning.folds import grouped
from pulse.learning.ranking_metrics import auc
from pulse.learning.trees.fitting import LearningReport, fit, learn, usable
from pulse.scoring.metrics.catalogue import MetricDefinition
from pulse.scoring.metrics.event_features import Bools, Floats, Ints, Objects
from pulse.scoring.scorecard import Scorecard, score

FOLDS = 5
SEED = 0
SURE = 1.96  # standard errors on each side; 95 % of such intervals contain the true value

Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Material:
    """The input for learning a scorecard; sent to the other process."""

    catalogue: Sequence[MetricDefinition]
    measured: Mapping[str, Floats | Objects]
    stayed: Bools
    rows: Ints | None = None
    """[N] the customer of each row, where customers occur at several dates."""
    include_sensitive: bool = False
    kept: tuple[str, ...] = ()
    """Metrics to learn from although they look like leaks."""


class Interval(msgspec.Struct, frozen=True):
    """A ROC-AUC and its 95 % confidence interval."""

    auc: float
    low: float
    high: float


class LearningResult(msgspec.Struct, frozen=True, kw_only=True):
    """The evaluation of a learned scorecard, and what was found on the way."""

    learned: LearningReport
    folds: tuple[Interval, ...]
    overall: Interval
    """Mean over the folds, with the interval of all customers together."""
    additivity: float
    """Largest |base + factors − strength|, in points."""


@dataclass(frozen=True)
class Learned:
    """The scorecard and its report."""

    scorecard: Scorecard
    lesson: LearningResult


def learn_and_evaluate(told: Told, material: Material) -> Learned:
    """Learn from all, evaluate by five folds. Raises Invalid when there are too few outcomes."""
    told("Learning", 0, FOLDS + 1)
    measured, stayed = material.measured, material.stayed
    who = np.arange(len(stayed)) if material.rows is None else material.rows
    fitted = fit(
        material.catalogue,
        measured,
        stayed,
        include_sensitive=material.include_sensitive,
        kept=material.kept,
        groups=who,
    )
    used = usable(material.catalogue, fitted.report.findings)
    fold = grouped(stayed, who, FOLDS, SEED)
    judged = []
    for held in range(FOLDS):
        told("Judging it on customers it has not seen", held + 1, FOLDS + 1)
        judged.append(_judge(used, material, who, fold == held))
    everybody = score(fitted.scorecard, measured)
    gap = np.abs(everybody.base + everybody.contributions.sum(axis=1) - everybody.strength)
    mean = float(np.mean([one.auc for one in judged]))
    return Learned(
        fitted.scorecard,
        LearningResult(
            learned=fitted.report,
            folds=tuple(judged),
            overall=_interval(mean, stayed, _share(who)),
            additivity=float(gap.max()),
        ),
    )


def _judge(
    used: Sequence[MetricDefinition], material: Material, who: Ints, mine: Bools
) -> Interval:
    measured, stayed = material.measured, material.stayed
    seen = {key: values[~mine] for key, values in measured.items()}
    unseen = {key: values[mine] for key, values in measured.items()}
    fitted = learn(used, seen, stayed[~mine], groups=who[~mine])
    area = auc(stayed[mine], score(fitted.scorecard, unseen).strength)
    return _interval(area, stayed[mine], _share(who[mine]))


def _share(who: Ints) -> float:
    """Customers divided by rows: several dates of a customer count as little more than one."""
    return len(np.unique(who)) / max(1, len(who))


def _interval(area: float, stayed: Bools, share: float) -> Interval:
    kept = max(1, round(share * int(stayed.sum())))
    left = max(1, round(share * int((~stayed).sum())))
    wide = SURE * auc_error(area, kept, left)
    return Interval(area, max(0.0, area - wide), min(1.0, area + wide))
