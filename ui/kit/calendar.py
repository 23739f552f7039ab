"""A month as a grid of days with entries, and a field for a period of days."""

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from nicegui import binding, ui

from ui.formatters import day_name, month
from ui.kit.buttons import Button
from ui.kit.fields import labelled
from ui.kit.items import Items
from ui.kit.text import box, link, row, text
from ui.texts import gettext

MOST_ENTRIES = 4
"""Maximum number of entries of a day that show at once; the others open below their number."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a day: its text and its link."""

    words: str
    href: str = ""


Entries = Mapping[date, Sequence[Entry]]


class Calendar(ui.element):
    """One month of entries, Monday first; `entries` is bindable.

    Args:
        month: any day of the month shown first.
        turn: called with the first and last day when another month is chosen; reads that
            month's entries and assigns them to the bound state.
    """

    entries = binding.BindableProperty(on_change=lambda made, _: made._write())

    def __init__(self, month: date, turn: Callable[[date, date], Any]) -> None:
        super().__init__("div")
        self.classes("pl-calendar")
        self.month, self._turn = month.replace(day=1), turn
        self._turning = False
        with self:
            with row():
                Button("", lambda: self._go(-1), icon="chevron_left", hint="Month before")
                self._heading = text("", tag="h3")
                Button("", lambda: self._go(1), icon="chevron_right", hint="Month after")
            self._grid = Items(_draw_day, key=lambda one: one[0], classes="pl-calendar__grid")
        self.entries = {}
        self._write()

    @property
    def period(self) -> tuple[date, date]:
        """The first and last day of the month shown."""
        days = calendar.monthrange(self.month.year, self.month.month)[1]
        return self.month, self.month.replace(day=days)

    def bind_entries_from(self, state: Any, name: str) -> Self:
        """Bind to this attribute of a bindable dataclass."""
        binding.bind_from(self, "entries", state, name)
        return self

    def _write(self) -> None:
        self._heading.set_text(month(self.month))
        first, last = self.period
        names: list[_Cell] = [(day_name(place), ()) for place in range(7)]
        before: list[_Cell] = [(-place, ()) for place in range(first.weekday())]
        days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        shown: list[_Cell] = [(day, tuple((self.entries or {}).get(day, ()))) for day in days]
        self._grid.items = (*names, *before, *shown)

    async def _go(self, months: int) -> None:
        count = self.month.year * 12 + self.month.month - 1 + months
        self.month = date(count // 12, count % 12 + 1, 1)
        if self._turning:  # the running turn goes on to this month
            return
        self._turning = True
        try:
            read = None
            while read != self.period:
                read = self.period
                if (result := self._turn(*read)) is not None:
                    await result
        finally:
            self._turning = False
            self._write()


_Cell = tuple[date | int | str, Sequence[Entry]]
"""A day with its entries, the name of a weekday, or an empty cell before the first day."""


def _draw_day(cell: _Cell) -> None:
    day, entries = cell
    if isinstance(day, str):
        text(day, "pl-calendar__head")
        return
    if isinstance(day, int):
        box("pl-calendar__day pl-calendar__day--other")
        return
    with box("pl-calendar__day"):
        text(str(day.day), "pl-calendar__number")
        _draw_entries(entries[:MOST_ENTRIES])
        if others := entries[MOST_ENTRIES:]:
            with box(tag="details"):
                more = gettext("{n} more").format(n=len(others))
                text(more, "pl-small pl-quiet", tag="summary")
                _draw_entries(others)


def _draw_entries(entries: Sequence[Entry]) -> None:
    for entry in entries:
        if entry.href:
            link(entry.words, entry.href, "pl-link pl-small")
        else:
            text(entry.words, "pl-small")


def period_field(
    label: str, start: date, end: date, changed: Callable[[date, date], Any]
) -> tuple[ui.input, ui.input]:
    """Two date fields; `changed` is called with both days when both are valid and in order."""

    def read() -> Any:
        try:
            chosen = date.fromisoformat(since.value or ""), date.fromisoformat(until.value or "")
        except ValueError:
            return None
        return changed(*chosen) if chosen[0] <= chosen[1] else None

    with labelled(label), row():
        since = _day_field(gettext("{label}, from").format(label=gettext(label)), start, read)
        until = _day_field(gettext("{label}, to").format(label=gettext(label)), end, read)
    return since, until


def _day_field(label: str, value: date, read: Callable[[], Any]) -> ui.input:
    field = ui.input(value=value.isoformat(), on_change=lambda _: read())
    return field.props(f'outlined dense type=date aria-label="{label}"').classes("pl-field")
