"""The value a conversation may save: value × chance to lapse × share that a conversation keeps.

`pulse.scoring.lifecycle.lapse_chance.chance_of` learns the chance per business.
"""

HELPED = 0.2
"""Share of lapsing customers kept by a conversation; assumed until the hold-out measures it."""


def at_stake(value: float | None, chance: float | None, helped: float = HELPED) -> float | None:
    """Return the amount per year that a conversation may save: value × chance × HELPED."""
    if chance is None or value is None or value <= 0:
        return None
    return value * chance * helped
