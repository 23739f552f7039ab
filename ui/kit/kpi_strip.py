"""A strip of figures: each with its change, its period and a link to the list it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from nicegui import binding, ui

from ui.kit.text import Text, attribute, box, text
from ui.texts import gettext

Tone = Literal["", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: label, value, change with its period, and links; texts, as they are shown.

    href: the list that the value counts. delta_href: the list that the second line counts. hint:
    what the second line counts, shown when the pointer is over it. Raises TypeError for a value
    that is not a text: `number`, `money` and `percent` make one.
    """

    label: str
    value: str
    delta: str = ""
    tone: Tone = ""
    href: str = ""
    delta_href: str = ""
    hint: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.value, str):
            raise TypeError(
                f"The value of the figure {self.label!r} is no text: write number({self.value!r})."
            )


class Figures(ui.element):
    """A row of figures whose values are updated in place.

    `figures` is bindable: `kit.Figures().bind_figures_from(state, "figures")`.
    """

    figures = binding.BindableProperty(on_change=lambda strip, figures: strip._write(figures))

    def __init__(self, figures: Sequence[Figure] = (), *, small: bool = False) -> None:
        super().__init__("div")
        self.classes("pl-figures" + (" pl-figures--small" if small else ""))
        self._cells: list[_Cell] = []
        self.figures = tuple(figures)
        self._write(figures)

    def _write(self, figures: Sequence[Figure]) -> None:
        """Keep, add or remove cells as the number of figures changes."""
        while len(self._cells) > len(figures):
            self._cells.pop().delete()
        for cell, figure in zip(self._cells, figures, strict=False):
            cell.show(figure)
        with self:
            self._cells += [_Cell(figure) for figure in figures[len(self._cells) :]]

    def bind_figures_from(self, state: Any, name: str) -> Self:
        """Bind to the figures in this attribute of a bindable dataclass."""
        binding.bind_from(self, "figures", state, name)
        return self


class _Cell:
    def __init__(self, figure: Figure) -> None:
        two = bool(figure.delta_href)  # links cannot be nested: the first covers the cell by CSS
        self._root: ui.element = box("pl-figure", tag="a" if figure.href and not two else "div")
        with self._root:
            self._link = box("pl-figure__link", tag="a") if two else self._root
            with self._link:
                self._label = text(gettext(figure.label), "pl-figure__label", tag="div")
                self._value = text("", "pl-figure__value", tag="div")
            self._delta: Text = text("", "pl-figure__delta", tag="a" if two else "div")
        self._tone: Tone = ""
        self.show(figure)

    def delete(self) -> None:
        self._root.delete()

    def show(self, figure: Figure) -> None:
        self._label.set_text(gettext(figure.label))
        self._value.set_text(figure.value)
        self._delta.set_text(gettext(figure.delta))
        if figure.href:
            attribute(self._link, "href", figure.href)
        if figure.delta_href:
            attribute(self._delta, "href", figure.delta_href)
        if figure.hint:
            attribute(self._delta, "title", gettext(figure.hint))
        if figure.tone != self._tone:
            self._delta.classes(remove=f"pl-figure__delta--{self._tone}" if self._tone else "")
            self._delta.classes(add=f"pl-figure__delta--{figure.tone}" if figure.tone else "")
            self._tone = figure.tone
