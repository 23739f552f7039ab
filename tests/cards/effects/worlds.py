"""Simulated businesses whose true effect of a conversation is known."""

from collections.abc import Callable

import numpy as np

from pulse.cards.effects.estimation import Floats, Units

CAUSES = np.array(["overdue", "erosion", "renewal"])
Effect = Callable[[Units], Floats]


def nothing(seen: Units) -> Floats:
    """A conversation has no effect."""
    return np.zeros(len(seen.cause))


def some(seen: Units) -> Floats:
    """A conversation brings back a third of weak overdue customers and harms falling ones."""
    weak = (seen.cause == "overdue") & (seen.strength < 45)
    return np.where(weak, 0.35, np.where(seen.cause == "erosion", -0.3, 0.0))


def world(seed: int, units: int, held: float, effect: Effect) -> Units:
    """Return customers with up to four quarters each and different rates of return.

    held: the share that is held out at random.
    """
    dice = np.random.default_rng(seed)
    customer = np.sort(dice.integers(0, max(1, units // 2), units))
    cause = CAUSES[dice.choice(3, units, p=(0.5, 0.35, 0.15))]
    strength = dice.uniform(20, 80, units)
    value = dice.lognormal(6, 1, units)
    alone = dice.random(units) < held
    liking = dice.normal(0, 0.1, units)[customer]
    known = Units(customer, alone, alone, cause, strength, value, 0.6 - strength / 200)
    anyway = 0.45 + (strength - 50) / 300 + 0.1 * (cause == "renewal") + liking
    likely = np.clip(anyway + np.where(alone, 0.0, effect(known)), 0.0, 1.0)
    return known._replace(back=dice.random(units) < likely)
