"""The strip of figures: each number with its direction, its period and its list behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nicegui import ui

from ui.kit.text import Text, attribute, box, text

Tone = Literal["", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as it is written: label, value, change with its period, and where it leads."""

    label: str
    value: str
    delta: str = ""
    tone: Tone = ""
    href: str = ""


class Figures:
    """A row of figures whose values change in place: `update` with the same number of figures."""

    def __init__(self, figures: Sequence[Figure], *, small: bool = False) -> None:
        with box("pl-figures" + (" pl-figures--small" if small else "")) as self.root:
            self._cells = [_Cell(figure) for figure in figures]

    def update(self, figures: Sequence[Figure]) -> None:
        """Show the new values; ValueError when a figure was added or taken away."""
        for cell, figure in zip(self._cells, figures, strict=True):
            cell.show(figure)


class _Cell:
    def __init__(self, figure: Figure) -> None:
        self._root: ui.element = box("pl-figure", tag="a" if figure.href else "div")
        with self._root:
            self._label = text(figure.label, "pl-figure__label", tag="div")
            self._value = text("", "pl-figure__value", tag="div")
            self._delta: Text = text("", "pl-figure__delta", tag="div")
        self._tone: Tone = ""
        self.show(figure)

    def show(self, figure: Figure) -> None:
        self._label.set_text(figure.label)
        self._value.set_text(figure.value)
        self._delta.set_text(figure.delta)
        if figure.href:
            attribute(self._root, "href", figure.href)
        if figure.tone != self._tone:
            self._delta.classes(remove=f"pl-figure__delta--{self._tone}" if self._tone else "")
            self._delta.classes(add=f"pl-figure__delta--{figure.tone}" if figure.tone else "")
            self._tone = figure.tone
