"""Build a segment's conditions: field, operator, value; all or any; with live count."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from nicegui import binding, ui

from pulse.customers.conditions import FIELDS, MOST, OPERATORS, WORDS, Condition, Join, encode
from pulse.customers.filters import CustomerFilter
from pulse.errors import Invalid
from pulse.segments.segment_overview import counted
from ui import kit
from ui.components.customer_filter import link_to
from ui.formatters import plural
from ui.kit.dialogs import ask, dialog, foot
from ui.kit.fields import Select, text_field
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
    """The dialog's lines; `count`: how many customers a filter matches."""

    count: Count
    join: Join = "all"
    lines: list[_Line] = field(default_factory=lambda: [_Line()])
    state: BuilderState = field(default_factory=BuilderState)

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
            found, href = str(wrong), ""
        if chosen == self.chosen:
            state.found, state.href = found, href

    async def ask(self) -> tuple[str, CustomerFilter] | None:
        """Return (name, filter) of the new segment; None when cancelled or incomplete."""
        with dialog("New segment", wide=True) as made:
            name = text_field("Name").props("autofocus")
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
            foot(made, "Keep segment", lambda: str(name.value or "").strip())
        await self.recount()
        said = await ask(made)
        return (said, self.chosen) if said and self.chosen.where else None

    async def _joined(self, join: Join | None) -> None:
        self.join = join or "all"
        await self.recount()

    async def _add(self, rows: ui.element) -> None:
        if len(self.lines) < MOST:
            self.lines.append(_Line(value=""))
            self._draw(rows)
            await self.recount()

    def _draw(self, rows: ui.element) -> None:
        rows.clear()
        with rows:
            for place, line in enumerate(self.lines):
                self._draw_line(rows, place, line)

    def _draw_line(self, rows: ui.element, place: int, line: _Line) -> None:
        kind = FIELDS[line.field].kind

        async def about(name: str | None) -> None:
            line.field = name or line.field
            line.operator = next(iter(OPERATORS[FIELDS[line.field].kind]))
            line.value = next(iter(WORDS.get(FIELDS[line.field].kind, ("",))))
            self._draw(rows)
            await self.recount()

        async def by(operator: str | None) -> None:
            line.operator = operator or line.operator
            await self.recount()

        async def typed(value: Any) -> None:
            line.value = str(value or "")
            await self.recount()

        async def gone() -> None:
            self.lines.remove(line)
            self._draw(rows)
            await self.recount()

        with kit.row():
            labels = {key: one.label for key, one in FIELDS.items()}
            Select(gettext("Field {n}").format(n=place + 1), labels, line.field, about, width=170)
            operators = {key: words for key, (words, _) in OPERATORS[kind].items()}
            Select(
                gettext("Operator {n}").format(n=place + 1), operators, line.operator, by, width=160
            )
            label = gettext("Value {n}").format(n=place + 1)
            if kind in WORDS:
                Select(label, WORDS[kind], line.value, typed, width=160)
            else:
                entry = ui.input(value=line.value, on_change=lambda e: typed(e.value))
                entry.props(f'outlined dense debounce=300 aria-label="{label}"')
                entry.classes("pl-field")
            if len(self.lines) > 1:
                kit.Button("Remove", gone, kind="quiet", small=True)


def customers_now(count: int) -> str:
    """Return how many customers the conditions match."""
    customers = plural(count, "customer")
    return gettext("{customers} now").format(customers=customers)
