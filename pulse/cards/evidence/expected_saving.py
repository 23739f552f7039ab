"""The expected saving of a conversation: value at risk × share that a conversation keeps.

`pulse.scoring.lifecycle.value_at_risk` defines the value at risk.
"""

HELPED = 0.2
"""Share of lapsing customers kept by a conversation; assumed until the hold-out measures it."""


def expected_saving(value_at_risk: float | None, helped: float = HELPED) -> float | None:
    """Return the amount per year that a conversation may save; None where nothing is at risk.

    value_at_risk: value a year × chance to leave. helped: share (0–1) kept by a conversation.
    """
    if value_at_risk is None or value_at_risk <= 0:
        return None
    return value_at_risk * helped
