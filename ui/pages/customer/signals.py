"""The signals of a score: points each adds or costs compared with the average customer.

A signal without effect has no line.
"""

from typing import Any, Self

from nicegui import binding, ui

from pulse.scoring.factors import by_signal
from pulse.scoring.metrics.catalogue import SIGNALS
from ui.formatters import signal_name, signed
from ui.kit.text import Text, box, text

WIDEST = 15.0
"""Points of a half-width bar; few signals have more."""
LEAST = 0.05
"""Points shown as 0.1; a signal with fewer has no line."""


class Signals(ui.element):
    """Five small bars around a middle line: right adds, left costs. `factors` is bindable."""

    factors = binding.BindableProperty(on_change=lambda made, _: made._write())

    def __init__(self) -> None:
        super().__init__("ul")
        self.classes("pl-signals")
        self._rows: dict[str, tuple[ui.element, ui.element, Text]] = {}
        with self:
            for signal in SIGNALS:
                with box("pl-signal", tag="li") as line:
                    text(signal_name(signal))
                    with box("pl-signal__track").props('aria-hidden="true"'):
                        bar = box()
                    self._rows[signal] = (line, bar, text("", "pl-num"))
        self.factors = ()
        self._write()

    def bind_factors_from(self, state: Any, name: str) -> Self:
        """Bind to the factors in this attribute of a bindable dataclass; shows their sums."""
        binding.bind_from(self, "factors", state, name)
        return self

    def _write(self) -> None:
        sums = by_signal(self.factors)
        for signal, (line, bar, words) in self._rows.items():
            points = sums.get(signal, 0.0)
            line.set_visibility(abs(points) >= LEAST)
            width = min(50.0, abs(points) / WIDEST * 50)
            side = "left:50%" if points >= 0 else f"left:{50 - width:.1f}%"
            tone = "strong" if points >= 0 else "fragile"
            bar.style(replace=f"width:{width:.1f}%;{side};background:var(--pl-bar-{tone})")
            words.set_text(signed(points, 1))
