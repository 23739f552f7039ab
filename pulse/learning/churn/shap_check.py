"""Compare our factors with those of the shap library; for `pulse evaluate`, tests and benchmarks.

shap holds the GIL and takes a second to import, so the server never imports this module.
"""

from collections.abc import Mapping

import numpy as np

from pulse.learning.trees.fitting import Fitted
from pulse.scoring.metrics.event_features import Bools, Floats, Objects
from pulse.scoring.scorecard import Scores, score


def additivity_error(scores: Scores) -> float:
    """The largest |base + factors − strength| over all customers, in points."""
    gap = scores.base + scores.contributions.sum(axis=1) - scores.strength
    return float(np.abs(gap).max(initial=0.0))


def shap_difference(fitted: Fitted, measured: Mapping[str, Floats | Objects]) -> float:
    """The largest |our factor − shap.TreeExplainer's|, in points.

    A metric with an "is it known" metric is compared as a sum with it, for all customers, because a
    tree combines both. Other metrics are compared where they are known (with pair terms: where the
    whole row is known). Where some values are unknown, both sides are centred, because a tree's
    average includes customers with unknown values and ours does not.
    """
    import shap

    x = fitted.encoder.matrix(measured)
    known = ~np.isnan(x)
    theirs = np.asarray(shap.TreeExplainer(fitted.booster)(x).values) * fitted.points
    difference = score(fitted.scorecard, measured).contributions - theirs
    comparable = known & known.all(axis=1, keepdims=True) if fitted.scorecard.pairs else known
    return max(
        (_largest(difference, comparable, group, fitted) for group in _groups(fitted, x.shape[1])),
        default=0.0,
    )


def _groups(fitted: Fitted, metrics: int) -> list[list[int]]:
    """Each metric, with the metrics that must be summed with it."""
    return [
        [metric, *(other for other, flag in fitted.flags.items() if flag == metric)]
        for metric in range(metrics)
        if metric not in fitted.flags
    ]


def _largest(difference: Floats, comparable: Bools, group: list[int], fitted: Fitted) -> float:
    rows = comparable[:, group[0]]
    together = difference[rows][:, group].sum(axis=1)
    if fitted.incomplete[group[0]] and together.size:
        together = together - together.mean()
    return float(np.abs(together).max(initial=0.0))
