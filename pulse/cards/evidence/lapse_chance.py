"""The value a conversation may keep: value × chance to lapse × share that a talk helps.

The chance is `pulse.scoring.lifecycle.lapse_chance.chance_of`, learned per business.
"""

HELPED = 0.2
"""Share of those who would leave whom a conversation keeps: assumed until the hold-out says."""


def at_stake(value: float | None, chance: float | None, helped: float = HELPED) -> float | None:
    """Money a year that a conversation may keep: value x chance x share helped."""
    if chance is None or value is None or value <= 0:
        return None
    return value * chance * helped
