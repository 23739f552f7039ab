"""Measure whether ranking by measured effects brings back more than the plain ranking.

Out of sample: customers are divided into folds, and the groups of a fold are measured on the other
folds. Both rankings order the customers of the fold. A Qini curve (Radcliffe 2007) gives, for each
length of the queue, how many more come back because of conversations; the gain is the area between
the two curves. Hold-outs are random with known shares, so each unit's outcome divided by the share
of its side estimates its effect (Horvitz and Thompson 1952); subtracting the expected outcome
reduces the variance. The area is then a mean over units; its interval is computed from sums by
customer.
"""

import numpy as np

from pulse.cards.bandit.uplift import Z95
from pulse.cards.effects.estimation import Floats, Ints, Units, levels, measure_effects
from pulse.cards.effects.strata import FEWEST_ALL, EffectModel, Gain
from pulse.cards.evidence.expected_saving import HELPED
from pulse.cards.priority import (
    CAUSE,
    CONGRATULATION,
    HALF_CHANCE,
    LEVEL_MOST,
    STAKE_MOST,
    STRONG,
    VALUE_MOST,
)

FOLDS = 5
TOP = 0.9  # quantile of values from which a customer has full weight


def ranking_gain(seen: Units, days: int) -> Gain | None:
    """Return the gain with its 95 % interval; None with fewer than FEWEST_ALL on either side.

    Customers are weighted by their value per year, with full weight from the top tenth on; equally
    where no value is known.
    """
    if min(int(seen.held.sum()), int((~seen.held).sum())) < FEWEST_ALL:
        return None
    dice = np.random.default_rng(0)
    fold = dice.permutation(int(seen.customer.max()) + 1)[seen.customer] % FOLDS
    tie = dice.random(len(seen.held))
    worth, high = _worth(seen)
    share = float(seen.held.mean())
    found = np.zeros(len(seen.held))
    for number in range(FOLDS):
        here = fold == number
        model, part = measure_effects(seen.only(~here), days), seen.only(here)
        helped, expected = _looked_up(model, part, share)
        surprise = (part.back - expected) * worth[here]
        effect = np.where(part.held, -surprise / share, surprise / (1 - share))
        plain = _places(_points(part, high, np.full(len(tie[here]), HELPED)), tie[here])
        by_effect = _places(_points(part, high, helped), tie[here])
        found[here] = effect * (plain - by_effect) / max(1, len(effect))
    return _gain(found * len(found) / FOLDS, seen.customer)


def _gain(each: Floats, customers: Ints) -> Gain:
    """Return the mean over units, and its interval from the sums by customer."""
    mean = float(each.mean())
    sums = np.bincount(customers, weights=each - mean)
    half = Z95 * float(np.sqrt((sums**2).sum())) / len(each)
    return Gain(mean, mean - half, mean + half)


def _worth(seen: Units) -> tuple[Floats, float | None]:
    """Return the weights (0–1) and the value of full weight; None without values."""
    known = seen.value[seen.value > 0]
    if not len(known):
        return np.ones(len(seen.held)), None
    high = float(np.quantile(known, TOP))
    return np.clip(np.nan_to_num(seen.value) / high, 0.0, 1.0), high


def _looked_up(model: EffectModel, seen: Units, share: float) -> tuple[Floats, Floats]:
    """Return, per unit, the share helped and the share expected to come back (0–1)."""
    counted = [(one.back, one.let_in) for one in model.strata]
    back = sum(one for one, _ in counted) / max(1, sum(n for _, n in counted))
    helped = np.full(len(seen.held), HELPED if model.effect is None else model.helped)
    expected = np.full(len(seen.held), back)
    strength = levels(seen.strength, model.strength_edges)
    value = levels(seen.value, model.value_edges)
    for one in model.strata:
        mine = (seen.cause == one.cause) & (strength == one.strength) & (value == one.value)
        effect = one.effect if one.effect is not None else model.effect or 0.0
        helped[mine] = HELPED if model.effect is None else one.helped
        expected[mine] = (one.back + back) / (one.let_in + 1) - (1 - share) * effect
    return helped, expected


def _points(seen: Units, high: float | None, helped: Floats) -> Floats:
    """The points of `priority.rank` for the cause and what can be lost, which is all that a
    held-out customer has."""
    stake = np.nan_to_num(seen.value) * np.nan_to_num(seen.chance) * helped
    half = (np.nan_to_num(seen.value) if high is None else high) * HALF_CHANCE * HELPED
    strength = np.nan_to_num(seen.strength, nan=STRONG)
    weak = LEVEL_MOST * np.maximum(0.0, STRONG - strength) / STRONG
    weak = weak * np.minimum(1.0, helped / HELPED)
    rich = 0.0 if high is None else VALUE_MOST * np.clip(np.nan_to_num(seen.value) / high, 0, 1)
    at_stake = (np.nan_to_num(seen.value) > 0) & ~np.isnan(seen.chance)
    urgent = np.where(at_stake, STAKE_MOST * stake / np.maximum(stake + half, 1e-12), weak + rich)
    causes = np.array([CAUSE.get(str(cause), 0.0) for cause in seen.cause])
    return np.asarray(causes + np.where(seen.cause == CONGRATULATION, 0.0, urgent))


def _places(points: Floats, tie: Floats) -> Floats:
    """Return the positions in the queue as shares (0 = first)."""
    order = np.lexsort((tie, -points))
    places = np.empty(len(points))
    places[order] = np.arange(len(points)) / max(1, len(points))
    return places
