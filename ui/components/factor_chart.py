"""Why a score is what it is: the steps from the average customer to this one, with raw values."""

from collections.abc import Sequence

from pulse.scoring.factors import Factor
from ui import kit
from ui.formatters import plural
from ui.kit.plots.factor_steps import Step

SHOWN = 9
"""Factors with a step of their own; the rest are one step, so that the sum still holds."""

WORTH = 0.05


def steps(factors: Sequence[Factor]) -> list[Step]:
    """What adds first, then what costs; the small ones together."""
    ranked = sorted(factors, key=lambda factor: -abs(factor.contribution))
    telling = [factor for factor in ranked[:SHOWN] if abs(factor.contribution) >= WORTH]
    rest = sum(factor.contribution for factor in factors if factor not in telling)
    shown = sorted(telling, key=lambda factor: -factor.contribution)
    found = [(f.label, f.contribution, f.spoken_value or "not known") for f in shown]
    others = len(factors) - len(telling)
    return [*found, (plural(others, "other"), rest, "")] if others and abs(rest) >= WORTH else found


class Why:
    """The chart of the steps, and a table of all factors with what is usual here."""

    def __init__(self, base: float | None, factors: Sequence[Factor]) -> None:
        found = steps(factors)
        self._chart = kit.Chart(
            kit.factor_bars(base or 0.0, found),
            height=70 + 27 * (min(len(factors), SHOWN) + 3),
            label="From the average customer to this one, factor by factor",
        )

    def show(self, base: float | None, factors: Sequence[Factor]) -> None:
        """Other factors, in place."""
        self._chart.show(kit.factor_bars(base or 0.0, steps(factors)))
