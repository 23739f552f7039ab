"""Growing the trees of a learned scorecard: one metric a tree, or two where that is allowed.

LightGBM with interaction constraints. The number of rounds and of pairs is chosen by inner folds
within the training customers; the outcomes that judge the result are never seen here. lightgbm is
imported on first use: it costs a second and 150 MB.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pulse.identity.facts import Bools, Floats, Ints
from pulse.identity.folds import sample, stratified
from pulse.identity.ranking import auc, auc_difference_variance

Pair = tuple[int, int]

INNER_FOLDS = 3
PATIENCE = 40
MOST_ROUNDS = 1500
PAIR_STEPS = (5, 10, 20)
PAIR_GAIN = 0.002
"""Inner AUC that further pairs must add (DESIGN decision 4): singles explain themselves best."""
PAIR_ERRORS = 1.5
"""…and by how many standard errors: in short lists some pairs always look good by chance."""
CHOOSE_ON = 50_000
"""Customers the choice is made on; the final trees grow on everybody."""
ONE_THREAD_BELOW = 100_000
"""Below it threads cost more than they bring, tenfold on a busy machine (measured)."""
SEED = 7

SINGLES = {"num_leaves": 3}
PAIRED = {"num_leaves": 5}
SHARED: dict[str, Any] = {
    "objective": "binary",
    "metric": "binary_logloss",
    "learning_rate": 0.1,
    "feature_fraction": 0.6,
    "min_data_in_leaf": 30,
    "lambda_l2": 2.0,
    "max_bin": 63,
    "deterministic": True,
    "force_row_wise": True,
    "seed": SEED,
    "verbose": -1,
}
"""Tried on six customer lists. No bagging: with it the trees' own averages (and so SHAP's) would
no longer be the averages of the curves over the customers."""


@dataclass(frozen=True)
class Recipe:
    """What inner folds chose."""

    rounds: int
    pairs: tuple[Pair, ...]
    inner_auc: float
    """Mean ROC-AUC over the inner folds."""
    held_out: Floats
    """[n] raw scores (log-odds of staying) by trees that had not seen the customer."""
    rows: Ints
    """[n] which customers these are."""


def choose(x: Floats, stayed: Bools, directions: Sequence[str]) -> Recipe:
    """Rounds and pairs for these customers ([N, M] without holes)."""
    rows = sample(stayed, CHOOSE_ON, SEED)
    x, stayed = x[rows], stayed[rows]
    fold = stratified(stayed, INNER_FOLDS, SEED)
    screened = [_screen(x[fold != held], stayed[fold != held]) for held in range(INNER_FOLDS)]
    everybody = _screen(x, stayed)
    best = _Trial(x, stayed, fold, directions).recipe(rows, [[]] * INNER_FOLDS, ())
    for count in PAIR_STEPS:
        trial = _Trial(x, stayed, fold, directions)
        found = trial.recipe(rows, [pairs[:count] for pairs in screened], tuple(everybody[:count]))
        if _clearly_better(stayed, fold, found, best):
            best = found
        elif best.pairs:
            break  # otherwise go on: five may be too few where ten help
    return best


def grow(x: Floats, stayed: Bools, directions: Sequence[str], recipe: Recipe) -> Any:
    """The booster (raw score = log-odds of staying) on all customers, by the recipe."""
    import lightgbm

    settings = _settings(len(stayed), x.shape[1], directions, recipe.pairs)
    data = lightgbm.Dataset(x, stayed.astype(np.float64), params=settings)
    return lightgbm.train(settings, data, recipe.rounds)


def _settings(
    customers: int, metrics: int, directions: Sequence[str], pairs: Sequence[Pair]
) -> dict[str, Any]:
    sign = {"higher": 1, "lower": -1}
    return {
        **SHARED,
        **(PAIRED if pairs else SINGLES),
        "num_threads": 1 if customers < ONE_THREAD_BELOW else 2,
        "interaction_constraints": [[metric] for metric in range(metrics)]
        + [list(pair) for pair in pairs],
        "monotone_constraints": [sign.get(direction, 0) for direction in directions],
        "monotone_constraints_method": "basic",  # keeps each metric's own expectation monotone too
    }


@dataclass(frozen=True)
class _Trial:
    """Inner folds over the same customers."""

    x: Floats
    stayed: Bools
    fold: Ints
    directions: Sequence[str]

    def recipe(self, rows: Ints, pairs: Sequence[list[Pair]], chosen: tuple[Pair, ...]) -> Recipe:
        """The best number of rounds with these pairs (one list a fold), and what it scores.

        Each fold brings pairs screened without its held-out customers, else any pair would look
        good; `chosen` are those of all customers, for the final trees.
        """
        grown = [self._grow(held, pairs[held]) for held in range(INNER_FOLDS)]
        shortest = min(len(losses) for _, losses in grown)
        mean_loss = np.mean([losses[:shortest] for _, losses in grown], axis=0)
        rounds = 1 + int(mean_loss.argmin())
        held_out = np.empty(len(self.stayed))
        for held, (booster, _) in enumerate(grown):
            mine = self.fold == held
            held_out[mine] = booster.predict(self.x[mine], raw_score=True, num_iteration=rounds)
        return Recipe(rounds, chosen, _mean_auc(self.stayed, self.fold, held_out), held_out, rows)

    def _grow(self, held: int, pairs: Sequence[Pair]) -> tuple[Any, list[float]]:
        import lightgbm

        learn = self.fold != held
        outcome = self.stayed.astype(np.float64)
        settings = _settings(len(outcome), self.x.shape[1], self.directions, pairs)
        data = lightgbm.Dataset(self.x[learn], outcome[learn], params=settings)
        judge = lightgbm.Dataset(self.x[~learn], outcome[~learn], reference=data)
        history: dict[str, Any] = {}
        watch = [
            lightgbm.early_stopping(PATIENCE, verbose=False),
            lightgbm.record_evaluation(history),
        ]
        booster = lightgbm.train(settings, data, MOST_ROUNDS, valid_sets=[judge], callbacks=watch)
        return booster, history["valid_0"]["binary_logloss"]


def _mean_auc(stayed: Bools, fold: Ints, score: Floats) -> float:
    return float(
        np.mean([auc(stayed[fold == held], score[fold == held]) for held in range(INNER_FOLDS)])
    )


def _clearly_better(stayed: Bools, fold: Ints, found: Recipe, best: Recipe) -> bool:
    """More than PAIR_GAIN better, and by more than the error of the difference."""
    variance = 0.0
    for held in range(INNER_FOLDS):
        mine = fold == held
        variance += auc_difference_variance(stayed[mine], found.held_out[mine], best.held_out[mine])
    error = float(np.sqrt(variance)) / INNER_FOLDS
    return found.inner_auc - best.inner_auc > max(PAIR_GAIN, PAIR_ERRORS * error)


def _screen(x: Floats, stayed: Bools) -> list[Pair]:
    """Pairs by the gain of splits right below a split on another metric, in a free small model."""
    import lightgbm

    settings = {**SHARED, "num_leaves": 8, "feature_fraction": 1.0, "num_threads": 1}
    data = lightgbm.Dataset(x, stayed.astype(np.float64), params=settings)
    gains: dict[Pair, float] = {}
    for tree in lightgbm.train(settings, data, 100).dump_model()["tree_info"]:
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
