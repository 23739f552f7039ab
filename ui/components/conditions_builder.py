"""Build conditions on customers: field, operator, value; all or any; with live count."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nicegui import binding, ui

from pulse.customers.conditions import (
    FIELDS,
    MOST,
    OPERATORS,
    WORDS,
    Condition,
    Join,
    decode,
    encode,
    field_of,
)
from pulse.customers.filters import CustomerFilter
from pulse.errors import Invalid
from pulse.segments.segment_overview import counted
from ui import kit
from ui.components.customer_filter import link_to
from ui.formatters import plural
from ui.kit.dialogs import ask, dialog, foot
from ui.kit.fields import Changed, Select, text_field
from ui.kit.text import box, text
from ui.texts import gettext, marked

Count = Callable[[CustomerFilter], Awaitable[int]]
JOINS: dict[Join, str] = {"all": marked("all of these"), "any": marked("any of these")}
NOTHING = marked("Add what the customers have in common.")


@binding.bindable_dataclass
class BuilderState:
    """State of the dialog; elements are bound to it."""

    found: str = ""
    href: str = ""


@dataclass
class _Line:
    """One condition as entered."""

    field: str = "band"
    operator: str = "is"
    value: str = "fragile"


@dataclass
class Builder:
    """The dialog's lines; `count`: how many customers a filter matches.

    fields: what may be chosen, key → label. name: initial content of the field for the name.
    """

    count: Count
    join: Join = "all"
    lines: list[_Line] = field(default_factory=lambda: [_Line()])
    state: BuilderState = field(default_factory=BuilderState)
    heading: str = marked("New segment")
    keep: str = marked("Keep segment")
    name: str = ""
    fields: Mapping[str, str] = field(
        default_factory=lambda: {key: one.label for key, one in FIELDS.items()}
    )

    def begin_with(self, written: str) -> None:
        """Begin with these conditions."""
        self.join, found = decode(written)
        self.lines = [_Line(one.field, one.operator, one.value) for one in found]

    @property
    def chosen(self) -> CustomerFilter:
        """The filter of the lines; those without a value are omitted."""
        told = [
            Condition(one.field, one.operator, one.value)
            for one in self.lines
            if one.value.strip() or one.operator == "unknown"
        ]
        return CustomerFilter(where=encode(self.join, told))

    async def recount(self) -> None:
        """Update the number of customers, or state what is missing.

        An answer for conditions that have changed since is dropped: their change counts again.
        """
        chosen, state = self.chosen, self.state
        if not chosen.where:
            state.found, state.href = gettext(NOTHING), ""
            return
        try:
            found, href = customers_now(await self.count(counted(chosen))), link_to(counted(chosen))
        except Invalid as wrong:
            found, href = gettext(wrong.message), ""
        if chosen == self.chosen:
            state.found, state.href = found, href

    async def ask(self) -> tuple[str, CustomerFilter] | None:
        """Return (name, filter); None when cancelled or incomplete."""
        with dialog(self.heading, wide=True) as made:
            name = text_field("Name", self.name).props("autofocus")
            with kit.row():
                text(gettext("Customers who meet"))
                Select(
                    "Together",
                    {key: gettext(words) for key, words in JOINS.items()},
                    self.join,
                    self._joined,
                    width=160,
                )
            rows = box("pl-stack")
            self._draw(rows)
            kit.Button("Add a condition", lambda: self._add(rows), kind="quiet", small=True)
            with kit.row():
                text("", "pl-strong-text").bind_text_from(self.state, "found")
                shown = kit.link(gettext("Show them"), "", "pl-link")
                shown.bind_href_from(self.state, "href")
                shown.bind_visibility_from(self.state, "href", backward=bool)
            foot(made, self.keep, lambda: str(name.value or "").strip())
        await self.recount()
        said = await ask(made)
        return (said, self.chosen) if said and self.chosen.where else None

    async def _joined(self, join: Join | None) -> None:
        self.join = join or "all"
        await self.recount()

    async def _add(self, rows: ui.element) -> None:
        if len(self.lines) < MOST:
            first = next(iter(self.fields))
            operator = next(iter(OPERATORS[field_of(first).kind]))
            self.lines.append(_Line(first, operator, ""))
            self._draw(rows)
            await self.recount()

    def _draw(self, rows: ui.element) -> None:
        rows.clear()
        with rows:
            for place, line in enumerate(self.lines):
                self._draw_line(rows, place, line)

    def _draw_line(self, rows: ui.element, place: int, line: _Line) -> None:
        async def about(name: str | None) -> None:
            line.field = name or line.field
            line.operator = next(iter(_operators(line)))
            line.value = next(iter(WORDS.get(field_of(line.field).kind, ("",))))
            operator.choices, operator.value = _operators(line), line.operator
            value.show()
            await self.recount()

        async def by(chosen: str | None) -> None:
            line.operator = chosen or line.operator
            await self.recount()

        async def typed(entered: Any) -> None:
            line.value = str(entered or "")
            await self.recount()

        async def gone() -> None:
            self.lines.remove(line)
            self._draw(rows)
            await self.recount()

        with kit.row():
            label = gettext("Field {n}").format(n=place + 1)
            Select(label, self.fields, line.field, about, width=170)
            label = gettext("Operator {n}").format(n=place + 1)
            operator = Select(label, _operators(line), line.operator, by, width=160)
            value = _Value(gettext("Value {n}").format(n=place + 1), line, typed)
            if len(self.lines) > 1:
                kit.Button("Remove", gone, kind="quiet", small=True)


class _Value:
    """The value of a line: a choice of words or a text, which stays while it is typed into."""

    def __init__(self, label: str, line: _Line, typed: Changed) -> None:
        self._label, self._line, self._typed = label, line, typed
        self._place = box()
        self._text: ui.input | None = None
        self.show()

    def show(self) -> None:
        """Show what the line's field takes; the text is redrawn only in place of words."""
        words = WORDS.get(field_of(self._line.field).kind)
        if self._text and not words:
            self._text.value = self._line.value
            return
        self._place.clear()
        with self._place:
            self._text = None if words else self._draw_text()
            if words:
                Select(self._label, words, self._line.value, self._typed, width=160)

    def _draw_text(self) -> ui.input:
        entry = ui.input(value=self._line.value, on_change=lambda e: self._typed(e.value))
        entry.props(f'outlined dense debounce=300 aria-label="{self._label}"')
        return entry.classes("pl-field")


def _operators(line: _Line) -> dict[str, str]:
    return {key: words for key, (words, _) in OPERATORS[field_of(line.field).kind].items()}


def customers_now(count: int) -> str:
    """Return how many customers the conditions match."""
    customers = plural(count, "customer")
    return gettext("{customers} now").format(customers=customers)
