"""The visible columns of a table: a menu of check boxes, remembered per person."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from pulse.auth.settings.preferences import preferences, set_preference
from ui import kit
from ui.kit.fields import tick
from ui.kit.table import Table
from ui.kit.text import box
from ui.runtime.page_context import Page


class ColumnChoice:
    """The menu "Columns". The first column identifies the row and is always shown.

    Args:
        page: the page of the person.
        of: the table's name in this person's preferences.
        columns: all columns, in order.
        at_wish: keys of columns hidden by default.
        on_more: awaited when another column is shown, to fill it.
    """

    def __init__(
        self,
        page: Page,
        of: str,
        columns: Sequence[kit.Column],
        at_wish: Sequence[str] = (),
        *,
        on_more: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._on_more = on_more
        self._page, self._key, self._columns = page, f"columns_{of}", list(columns)
        self._chosen = {one.key for one in columns} - set(at_wish)
        button = kit.Button("Columns", icon="view_column")
        with button, ui.menu().props('anchor="bottom right" self="top right"'):
            self._list = box("pl-menu-ticks pl-stack")

    @property
    def chosen(self) -> frozenset[str]:
        """The keys of the visible columns."""
        return frozenset(self._chosen)

    async def shown(self) -> list[kit.Column]:
        """The columns this person has chosen, or the default ones."""
        kept = (await preferences(self._page.scope)).get(self._key)
        if isinstance(kept, list):
            self._chosen = set(kept)
        return self._now()

    def draw(self, table: Table) -> None:
        """Fill the menu; a check box changes the table at once."""
        with self._list:
            for column in self._columns[1:]:
                self._tick(column, table)

    def _tick(self, column: kit.Column, table: Table) -> None:
        async def change(on: bool) -> None:
            self._chosen = self._chosen | {column.key} if on else self._chosen - {column.key}
            table.show_columns(self._now())
            if on and self._on_more:
                await self._on_more()
            await set_preference(self._page.scope, self._key, sorted(self._chosen))

        tick(column.label, column.key in self._chosen, change)

    def _now(self) -> list[kit.Column]:
        first, *others = self._columns
        return [first, *(one for one in others if one.key in self._chosen)]
