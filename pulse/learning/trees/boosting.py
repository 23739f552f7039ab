"""The trees of a learned scorecard: one metric per tree, or two where inner folds gain from it.

Interaction constraints limit every path to its metrics; monotone constraints enforce the declared
directions. The outcomes used for evaluation are never seen here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pulse.learning.ranking_metrics import auc, auc_difference_variance
from pulse.learning.trees import smoothing
from pulse.learning.trees.lightgbm_training import (
    INNER_FOLDS,
    InnerFolds,
    Settings,
    cross_validate,
    grow,
)
from pulse.scoring.metrics.event_features import Bools, Floats, Ints

Pair = tuple[int, int]

PAIR_STEPS = (5, 10, 20)
PAIR_GAIN = 0.002
"""Inner AUC that further pairs must add, because single metrics are easier to explain."""
PAIR_ERRORS = 1.5
"""Standard errors by which they must be better, because in short lists some pairs look good by
chance."""

LINE_ERRORS = 0.5
"""Standard errors by which a regression may look worse and still be used for a short list."""

SINGLES: Settings = {"num_leaves": 3}
PAIRED: Settings = {"num_leaves": 5}
ADDITIVE: Settings = {
    "learning_rate": 0.1,
    "feature_fraction": 0.6,
    "min_data_in_leaf": 30,
    "lambda_l2": 2.0,
    "max_bin": 63,
}
"""Chosen on six customer lists. No bagging: with it the trees' own averages (and so SHAP's) would
differ from the averages of the curves over the customers."""
SCREEN: Settings = {**ADDITIVE, "num_leaves": 8, "feature_fraction": 1.0}
SCREEN_ROUNDS = 100


@dataclass(frozen=True)
class Recipe:
    """The settings chosen on the inner folds."""

    rounds: int
    pairs: tuple[Pair, ...]
    inner_auc: float
    """Mean ROC-AUC over the inner folds."""
    held_out: Floats
    """[n] raw scores (log-odds of staying) by trees that had not seen the customer."""
    rows: Ints
    """[n] the indexes of these customers."""
    fold: Ints
    """[n] the inner fold in which each was held out."""
    line: float = 0.0
    """The share of a logistic regression in the training target; see `smoothing`."""
    categories: tuple[bool, ...] = ()


def choose(
    x: Floats,
    stayed: Bools,
    directions: Sequence[str],
    groups: Ints | None = None,
    categories: Sequence[bool] = (),
) -> Recipe:
    """Choose rounds and pairs for these customers ([N, M], NaN for not known).

    Each inner fold uses pairs found without its held-out customers, because otherwise any pair
    would look good; the final trees use those found on all customers.
    """
    inner = InnerFolds.of(x, stayed, groups)
    screened = [
        _screen(inner.x[inner.fold != held], inner.stayed[inner.fold != held])
        for held in range(INNER_FOLDS)
    ]
    everybody = _screen(inner.x, inner.stayed)
    best = _recipe(inner, directions, [[] for _ in screened], ())
    for count in PAIR_STEPS:
        pairs = [found[:count] for found in screened]
        tried = _recipe(inner, directions, pairs, tuple(everybody[:count]))
        if _clearly_better(inner, tried, best):
            best = tried
        elif best.pairs or tried.inner_auc <= best.inner_auc:
            break  # a gain too small to count may still grow: ten pairs can help where five do not
    if len(stayed) < smoothing.SHORT:
        return _straightened(inner, directions, tuple(categories) or (False,) * x.shape[1], best)
    return best


def grow_additive(x: Floats, stayed: Bools, directions: Sequence[str], recipe: Recipe) -> Any:
    """Grow the booster (raw score = log-odds of staying) on all customers with these settings."""
    settings = _settings(directions, recipe.pairs)
    trees = grow(x, stayed, settings, recipe.rounds) if recipe.line < 1.0 else None
    if not recipe.line:
        return trees
    line = smoothing.regress(x, stayed, directions, recipe.categories)
    return smoothing.grow_after(line, trees, recipe.line, x, settings)


def _straightened(
    inner: InnerFolds, directions: Sequence[str], categories: tuple[bool, ...], best: Recipe
) -> Recipe:
    """The settings with as much of a logistic regression as the inner folds gain from."""
    line = smoothing.held_out(inner, directions, categories, INNER_FOLDS)
    chosen = best
    for share in smoothing.SHARES:
        raw = share * line + (1.0 - share) * best.held_out
        area = _mean_auc(inner, raw)
        pairs = best.pairs if share < 1.0 else ()
        tried = replace(
            best, held_out=raw, inner_auc=area, pairs=pairs, line=share, categories=categories
        )
        if _no_worse(inner, tried, chosen):
            chosen = tried
    return chosen


def _settings(directions: Sequence[str], pairs: Sequence[Pair]) -> Settings:
    sign = {"higher": 1, "lower": -1}
    return {
        **ADDITIVE,
        **(PAIRED if pairs else SINGLES),
        "interaction_constraints": [[metric] for metric in range(len(directions))]
        + [list(pair) for pair in pairs],
        "monotone_constraints": [sign.get(direction, 0) for direction in directions],
        "monotone_constraints_method": "basic",  # also keeps each metric's own expectation monotone
    }


def _recipe(
    inner: InnerFolds,
    directions: Sequence[str],
    pairs: Sequence[list[Pair]],
    chosen: tuple[Pair, ...],
) -> Recipe:
    found = cross_validate(inner, [_settings(directions, theirs) for theirs in pairs])
    auc_of_folds = _mean_auc(inner, found.raw)
    return Recipe(found.rounds, chosen, auc_of_folds, found.raw, inner.rows, inner.fold)


def _mean_auc(inner: InnerFolds, raw: Floats) -> float:
    folds = [inner.fold == held for held in range(INNER_FOLDS)]
    return float(np.mean([auc(inner.stayed[mine], raw[mine]) for mine in folds]))


def _clearly_better(inner: InnerFolds, tried: Recipe, best: Recipe) -> bool:
    """Better by more than PAIR_GAIN, and by more than the error of the difference."""
    gain = tried.inner_auc - best.inner_auc
    return gain > max(PAIR_GAIN, PAIR_ERRORS * _error_between(inner, tried, best))


def _no_worse(inner: InnerFolds, tried: Recipe, best: Recipe) -> bool:
    """Not worse by more than part of the error; the trees' rounds were chosen on these folds."""
    return tried.inner_auc >= best.inner_auc - LINE_ERRORS * _error_between(inner, tried, best)


def _error_between(inner: InnerFolds, tried: Recipe, best: Recipe) -> float:
    """The standard error of the difference of the two inner AUCs."""
    folds = [inner.fold == held for held in range(INNER_FOLDS)]
    variance = sum(
        auc_difference_variance(inner.stayed[mine], tried.held_out[mine], best.held_out[mine])
        for mine in folds
    )
    return float(np.sqrt(variance)) / INNER_FOLDS


def _screen(x: Floats, stayed: Bools) -> list[Pair]:
    """Pairs by the gain of splits directly below a split on another metric, in a free model."""
    gains: dict[Pair, float] = {}
    for tree in grow(x, stayed, SCREEN, SCREEN_ROUNDS).dump_model()["tree_info"]:
        _collect_gains(tree["tree_structure"], None, gains)
    return sorted(gains, key=lambda pair: -gains[pair])


def _collect_gains(node: dict[str, Any], above: int | None, gains: dict[Pair, float]) -> None:
    if "split_feature" not in node:
        return
    metric = int(node["split_feature"])
    if above is not None and above != metric:
        pair = (min(above, metric), max(above, metric))
        gains[pair] = gains.get(pair, 0.0) + float(node["split_gain"])
    _collect_gains(node["left_child"], metric, gains)
    _collect_gains(node["right_child"], metric, gains)
