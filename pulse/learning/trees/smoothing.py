"""Short lists: train trees on a logistic regression where it predicts better.

With a few hundred customers, splits approximate a straight line poorly. There the trees are trained
not on the outcomes but on the log-odds of a logistic regression, or on the mean of both. They still
use one metric per tree and are monotone, so all properties of a learned scorecard hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pulse.learning.encoding import MOST_RANKED
from pulse.learning.trees.lightgbm_training import InnerFolds, Settings, grow
from pulse.scoring.metrics.event_features import Bools, Floats

SHORT = 5_000
"""Rows below which the regression is tried; with more, trees have enough data for splits."""
SHARES = (0.5, 1.0)
"""Shares of the regression that are tried, besides none."""
MOST_STEPS = 2_000
FOLLOW: Settings = {
    "objective": "regression",
    "metric": "l2",
    "learning_rate": 0.2,
    "feature_fraction": 1.0,
    "min_data_in_leaf": 3,
    "min_data_in_bin": 3,
    "lambda_l2": 0.0,
    "max_bin": 63,
}
ROUNDS = 400


@dataclass(frozen=True)
class Regression:
    """A logistic regression over an encoder's matrix; missing values get the mean and a flag."""

    centre: Floats
    spread: Floats
    levels: tuple[tuple[float, ...], ...]
    """By column: the ranks of a category with their own column; empty for numbers and log-odds."""
    flat: tuple[int, ...]
    """Columns with slope zero, because it would contradict the declared direction."""
    model: Any

    def raw(self, x: Floats) -> Floats:
        """[N] log-odds of staying."""
        scores: Floats = self.model.decision_function(_columns(self, x))
        return scores


def regress(
    x: Floats, stayed: Bools, directions: Sequence[str], categories: Sequence[bool]
) -> Regression:
    """Fit to x [N, M] and outcomes; slopes against a declared direction become zero."""
    from sklearn.linear_model import LogisticRegression

    known = np.where(np.isnan(x), 0.0, x)
    count = np.maximum(1, (~np.isnan(x)).sum(axis=0))
    centre = known.sum(axis=0) / count
    spread = np.sqrt((np.where(np.isnan(x), 0.0, x - centre) ** 2).sum(axis=0) / count)
    levels = tuple(
        _levels(column) if is_category else ()
        for column, is_category in zip(x.T, categories, strict=True)
    )
    flat: tuple[int, ...] = ()
    sign = {"higher": 1.0, "lower": -1.0}
    while True:
        made = Regression(centre, np.where(spread > 0, spread, 1.0), levels, flat, None)
        model = LogisticRegression(max_iter=MOST_STEPS).fit(_columns(made, x), stayed)
        slopes = _slopes(made, model)
        turned = [m for m, b in slopes.items() if b * sign.get(directions[m], 0.0) < 0]
        if not turned:
            return Regression(made.centre, made.spread, levels, flat, model)
        flat = (*flat, *turned)


def grow_after(
    regression: Regression, trees: Any, share: float, x: Floats, settings: Settings
) -> Any:
    """A booster whose raw score is `share` of the regression and the rest of the trees."""
    aim = share * regression.raw(x)
    if trees is not None:
        aim += (1.0 - share) * trees.predict(x, raw_score=True, num_threads=1)
    return grow(x, aim, {**settings, **FOLLOW}, ROUNDS)


def held_out(
    inner: InnerFolds, directions: Sequence[str], categories: Sequence[bool], folds: int
) -> Floats:
    """[n] log-odds by a regression that had not seen the customer."""
    raw = np.empty(len(inner.stayed))
    for held in range(folds):
        mine = inner.fold == held
        found = regress(inner.x[~mine], inner.stayed[~mine], directions, categories)
        raw[mine] = found.raw(inner.x[mine])
    return raw


def _levels(column: Floats) -> tuple[float, ...]:
    """The ranks of a category; none where there are so many that they are log-odds."""
    found = np.unique(column[~np.isnan(column)])
    return tuple(found.tolist()) if found.size <= MOST_RANKED else ()


def _slopes(made: Regression, model: Any) -> dict[int, float]:
    """Column of x → its slope; numbers only."""
    found, place = {}, 0
    weights = model.coef_[0]
    for column, levels in enumerate(made.levels):
        if column in made.flat:
            continue
        if not levels:
            found[column] = float(weights[place])
        place += len(levels) or 1
    return found


def _columns(made: Regression, x: Floats) -> Floats:
    unknown = np.isnan(x)
    parts: list[Floats] = []
    for column, levels in enumerate(made.levels):
        if column in made.flat:
            continue
        if levels:
            parts += [(x[:, column] == level).astype(np.float64) for level in levels]
            continue
        centred = (x[:, column] - made.centre[column]) / made.spread[column]
        parts.append(np.where(unknown[:, column], 0.0, centred))
    flags = [blank.astype(np.float64) for blank in unknown.T]
    return np.column_stack([*parts, *flags])
