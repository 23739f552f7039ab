"""The factors of a score as steps from the starting point to the score, with raw values."""

from collections.abc import Callable, Sequence
from typing import Any, Self

from nicegui import binding

from pulse.scoring.factors import Factor
from ui import kit
from ui.formatters import plural
from ui.kit.plots.chart_style import Options
from ui.kit.plots.factor_steps import Step
from ui.texts import gettext

SHOWN = 9
"""Number of factors with their own step; the others are combined into one."""

WORTH = 0.05


def steps(factors: Sequence[Factor]) -> list[Step]:
    """Return the steps: positive ones, then negative ones, small ones combined."""
    ranked = sorted(factors, key=lambda factor: -abs(factor.contribution))
    telling = [factor for factor in ranked[:SHOWN] if abs(factor.contribution) >= WORTH]
    rest = sum(factor.contribution for factor in factors if factor not in telling)
    shown = sorted(telling, key=lambda factor: -factor.contribution)
    found = [
        (gettext(f.label), f.contribution, gettext(f.spoken_value or "not known")) for f in shown
    ]
    others = len(factors) - len(telling)
    return [*found, (plural(others, "other"), rest, "")] if others and abs(rest) >= WORTH else found


def chart_of(base: float, factors: Sequence[Factor]) -> Options:
    """Return the chart; it ends at the score, also where small factors have no step."""
    score = base + sum(factor.contribution for factor in factors)
    return kit.factor_bars(base, steps(factors), score=score)


Explained = tuple[float | None, Sequence[Factor]]
"""The base of a score in points (None: no score), and its factors."""


class FactorChart(kit.Chart):
    """The steps from the starting point to the score. `explained` is bindable."""

    explained = binding.BindableProperty(on_change=lambda chart, _: chart._draw_steps())

    def __init__(self, base: float | None = None, factors: Sequence[Factor] = ()) -> None:
        super().__init__(
            label=gettext("From the starting point to this customer, factor by factor")
        )
        self.explained = (base, factors)
        self._draw_steps()

    def bind_explained_from(
        self, state: Any, name: str, backward: Callable[[Any], Explained] | None = None
    ) -> Self:
        """Bind to the (base, factors) in this attribute of a bindable dataclass."""
        binding.bind_from(self, "explained", state, name, backward)
        return self

    def _draw_steps(self) -> None:
        base, factors = self.explained
        self.style(f"height:{70 + 27 * (min(len(factors), SHOWN) + 3)}px")
        self.shown = chart_of(base or 0.0, factors)
