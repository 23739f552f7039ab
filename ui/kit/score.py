"""Identity strength with its change, and the share of customers in each band."""

from collections.abc import Mapping
from typing import Any, Self

from nicegui import binding, ui

from ui.formatters import UNKNOWN, signed_in
from ui.kit.badges import BANDS
from ui.kit.text import box, swap_class, text


class Score(ui.element):
    """A strength (0–100) and its change in points over a period, both updated in place.

    The change is written with its period, '−12 in 30 days'. `score`, a pair (strength, change), is
    bindable.
    """

    score = binding.BindableProperty(on_change=lambda made, _: made._write())

    def __init__(
        self,
        strength: float | None = None,
        change: float | None = None,
        *,
        days: int = 30,
        big: bool = False,
    ) -> None:
        super().__init__("span")
        self.classes("pl-score" + (" pl-score--big" if big else ""))
        with self:
            self._value = text("", "pl-score__value")
            self._change = text("", "pl-score__change")
        self._direction, self._days = "", days
        self.score = (strength, change)
        self._write()

    def bind_score_from(self, state: Any, name: str) -> Self:
        """Bind to the (strength, change) in this attribute of a bindable dataclass."""
        binding.bind_from(self, "score", state, name)
        return self

    def _write(self) -> None:
        strength, change = self.score
        self._value.set_text(UNKNOWN if strength is None else f"{strength:.0f}")
        self._change.set_text(signed_in(change, self._days))
        direction = direction_of(change)
        swap_class(
            self._change, f"pl-score__change--{self._direction}", f"pl-score__change--{direction}"
        )
        self._direction = direction


def direction_of(change: float | None) -> str:
    """Return 'up', 'down' or 'flat' after rounding to whole points."""
    rounded = round(change or 0.0)
    return "up" if rounded > 0 else "down" if rounded < 0 else "flat"


class BandBar(ui.element):
    """Number of customers per band as one bar with a text legend; `counts` is bindable."""

    counts = binding.BindableProperty(on_change=lambda bar, counts: bar._write(counts))

    def __init__(self, counts: Mapping[str, int]) -> None:
        super().__init__("div")
        self.classes("pl-bar").props('aria-hidden="true"')
        self.counts = counts
        with self:
            self._parts = {band: box(f"pl-bar--{band}") for band in BANDS}
        self._write(counts)

    def _write(self, counts: Mapping[str, int]) -> None:
        total = sum(counts.get(band, 0) for band in BANDS) or 1
        for band, part in self._parts.items():
            part.style(f"width:{counts.get(band, 0) / total * 100:.2f}%")
