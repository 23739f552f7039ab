"""Tables that hold at most one page of rows; pages are read from the server by keyset.

`Table` draws the rows it is given and updates them in place. `PagedTable` requests pages: it calls
`load(Ask)` with sort order and cursor, and gets `Slice(rows, next_cursor, total)`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from nicegui import binding, ui
from nicegui.events import GenericEventArguments

from pulse.db.pagination import MOST_ROWS
from ui.formatters import number
from ui.kit.buttons import Button
from ui.kit.cells import Column, cell, header, naming, sorted_mark
from ui.kit.text import Text, attribute, box, text
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext

Row = dict[str, Any]


class Table(ui.table):
    """Rows drawn in one browser element, updated in place, matched by `id`.

    `shown` is bindable: `kit.Table(columns).bind_rows_from(state, "rows")`.

    While the pointer is over the table, rows may change their values but not their places: a new
    order is applied when the pointer leaves.
    """

    shown = binding.BindableProperty(on_change=lambda table, rows: table.show_rows(rows))

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row] = (),
        *,
        heading: bool = True,
        label: str = "",
        on_sort: Callable[[str, bool], Awaitable[None]] | None = None,
        on_select: Callable[[list[Row]], None] | None = None,
        sort: tuple[str, bool] = ("", False),
    ) -> None:
        self._drawn = list(columns)
        self._hovered = False
        self._waiting: list[Row] | None = None
        self._on_sort = on_sort
        self.sort = sort
        super().__init__(
            rows=[],
            columns=sorted_mark(self._drawn, *sort),
            row_key="id",
            selection="multiple" if on_select else None,
            on_select=(lambda e: on_select(e.selection)) if on_select else None,
            pagination={
                "rowsPerPage": 0,
                "rowsNumber": MOST_ROWS,
                "sortBy": sort[0] or None,
                "descending": sort[1],
            },
        )
        self.classes("pl-table" + ("" if heading else " pl-table--list"))
        self.props('flat hide-bottom binary-state-sort table-class="pl-table__table"')
        self.shown = tuple(rows)
        set_rows(self, list(rows)[:MOST_ROWS])
        self._heading, self._label, self._ticks = heading, label, on_select is not None
        self._add_templates()
        if on_sort:
            self.on("request", self._request, [["pagination"]])
        self.on("mouseenter", lambda: self._hover(True), [])
        self.on("mouseleave", lambda: self._hover(False), [])

    def bind_rows_from(
        self, state: Any, name: str, backward: Callable[[Any], Sequence[Row]] | None = None
    ) -> Self:
        """Bind to the rows in this attribute of a bindable dataclass.

        Assign a new tuple: changes inside a list are not detected.
        """
        binding.bind_from(self, "shown", state, name, backward)
        return self

    def on_act(self, act: Callable[[str, str], Awaitable[None]]) -> Self:
        """Call `act` with the row's id and the key of a pressed button of an `actions` cell."""
        self.on("act", lambda event: act(event.args["row"], event.args["key"]))
        return self

    def show_rows(self, rows: Sequence[Row], *, now: bool = False) -> None:
        """Show these rows; `now` reorders even under the pointer (after a user's action)."""
        wanted = list(rows)[:MOST_ROWS]
        self._waiting = None
        if self._hovered and not now:
            self._waiting, wanted = wanted, self._in_place(wanted)
        if wanted != list(self.rows):
            set_rows(self, wanted)

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Show these columns instead; rows may hold values of further columns."""
        if list(columns) != self._drawn:
            self._drawn = list(columns)
            self._add_templates()
            self.mark_sort(*self.sort)
            self.update()

    def mark_sort(self, key: str, descending: bool) -> None:
        """Mark the sorted column in the headings."""
        self.sort = (key, descending)
        self.columns = sorted_mark(self._drawn, key, descending)
        self.pagination = {
            **self.pagination,
            "sortBy": key or None,
            "descending": descending,
        }

    def busy(self, on: bool) -> None:
        """Fade the rows while others are loading."""
        if on:
            attribute(self, "aria-busy", "true")
        else:
            self.props.pop("aria-busy", None)

    def clear_selection(self) -> None:
        """Clear the selection."""
        self.selected = []

    def _add_templates(self) -> None:
        tick = '<q-checkbox v-model="props.selected" dense aria-label="LABEL" />'
        if self._heading:
            every = tick.replace("LABEL", gettext("Select all shown"))
            box_all = f'<th class="pl-tick">{every}</th>'
            cells = "".join(header(column) for column in self._drawn)
            inner = f"{box_all if self._ticks else ''}{cells}"
            self.add_slot("header", f"<tr{naming(self._label)}>{inner}</tr>")
        else:
            self.add_slot("header", f'<tr class="pl-hidden"{naming(self._label)}></tr>')
        box_one = f'<td class="pl-tick">{tick}</td>'.replace("LABEL", gettext("Select"))
        cells = "".join(cell(column) for column in self._drawn)
        self.add_slot(
            "body",
            "<tr :key=\"props.row.id\" :class=\"props.row.fresh ? 'pl-flash' : ''\">"
            f"{box_one if self._ticks else ''}{cells}</tr>",
        )

    def _in_place(self, wanted: list[Row]) -> list[Row]:
        fresh = {row["id"]: row for row in wanted}
        return [fresh.get(row["id"], row) for row in self.rows]

    def _hover(self, inside: bool) -> None:
        self._hovered = inside
        if not inside and self._waiting is not None:
            rows, self._waiting = self._waiting, None
            self.show_rows(rows)

    async def _request(self, event: GenericEventArguments) -> None:
        asked, marked = event.args["pagination"], self.pagination
        key, descending = asked["sortBy"] or "", bool(asked["descending"])
        waits = self.sort != (marked["sortBy"] or "", marked["descending"])
        if waits and key == self.sort[0]:  # clicked again: the browser knows the former order only
            descending = not self.sort[1]
        if self._on_sort:
            await self._on_sort(key, descending)


def set_rows(element: ui.table, rows: Sequence[Row]) -> None:
    """Set the rows as a tuple, which is not copied and may be shared by many tabs.

    NiceGUI copies every value of a list in order to observe it.
    """
    element.props["rows"] = tuple(rows)


@dataclass(frozen=True, slots=True)
class Ask:
    """Request for a page of rows: sort order, cursor, number of rows."""

    sort: str
    descending: bool
    cursor: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One page: its rows, the next cursor (None at the end), and the total number."""

    rows: list[Row]
    next_cursor: str | None
    total: int | None


class PagedTable:
    """A table with sorting and a pager over any number of rows, at most MOST_ROWS at a time."""

    def __init__(
        self,
        columns: Sequence[Column],
        load: Callable[[Ask], Awaitable[Slice]],
        *,
        sort: tuple[str, bool],
        page_size: int = 50,
        label: str = "",
        nothing: str = "Nothing found",
        on_select: Callable[[list[Row]], None] | None = None,
        on_sorted: Callable[[str, bool], None] | None = None,
    ) -> None:
        self._load, self._nothing, self._size = load, nothing, min(page_size, MOST_ROWS)
        self._on_sorted = on_sorted
        self._cursors: list[str | None] = [None]
        self._next: str | None = None
        self._reads = ReadOrder()
        self._wanted = self._shown = 0  # numbers of requested pages
        self.total: int | None = None
        self.table = Table(
            columns, on_sort=self._sorted, on_select=on_select, sort=sort, label=label
        )
        with box("pl-pager", tag="nav") as pager:
            pager.props["aria-label"] = gettext("Pages of this table")
            self._text: Text = text("", "pl-pager__text")
            self._back = Button("Previous", self._go_back, small=True)
            self._forth = Button("Next", self._go_forth, small=True)

    async def start(self) -> None:
        """Load the first page: initially and after a change of the filter."""
        self._cursors = [None]
        await self._fetch(moved=True)

    async def refresh(self) -> None:
        """Reload the current page: values are updated, rows under the pointer stay."""
        await self._fetch(moved=False)

    async def _fetch(self, *, moved: bool) -> None:
        """Load a page and show it, unless a newer one was shown or requested meanwhile.

        A refresh that starts later does not delay a page that somebody clicked for.
        """
        sort, descending = self.table.sort
        if moved:
            self._wanted += 1
            self.table.busy(True)
        wanted = self._wanted
        read = self._reads.start(wanted)
        try:
            found = await self._load(Ask(sort, descending, self._cursors[-1], self._size))
        finally:
            if read.is_current:
                self.table.busy(False)
        if not read.accept():
            return
        other = self._shown != wanted  # the first answer since another page was requested
        self._shown = wanted
        self._next, self.total = found.next_cursor, found.total
        if other:
            self.table.mark_sort(sort, descending)  # one update with the rows
        self.table.show_rows(found.rows, now=other)
        self._pager(len(found.rows))

    def _pager(self, shown: int) -> None:
        first = (len(self._cursors) - 1) * self._size + 1
        words = gettext(self._nothing)
        if shown and self.total is None:
            words = "{first}–{last}"
        elif shown:
            words = gettext("{first}–{last} of {total}")
        last = number(first + shown - 1)
        self._text.set_text(words.format(first=number(first), last=last, total=number(self.total)))
        self._back.enable(len(self._cursors) > 1)
        self._forth.enable(self._next is not None)

    async def _go_forth(self) -> None:
        if self._next is not None:
            self._cursors.append(self._next)
            await self._fetch(moved=True)

    async def _go_back(self) -> None:
        if len(self._cursors) > 1:
            self._cursors.pop()
            await self._fetch(moved=True)

    async def _sorted(self, key: str, descending: bool) -> None:
        self.table.sort = (key, descending)
        if self._on_sorted:
            self._on_sorted(key, descending)
        await self.start()
