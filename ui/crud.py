"""A page to list, add, change and delete the rows of a table class, in one line."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import binding

from pulse.auth.roles import Permission
from pulse.db import crud
from ui import kit
from ui.formatters import capitalized, label, plural
from ui.kit.cells import Column
from ui.kit.dialogs import ask, confirm, dialog, foot
from ui.kit.fields import number_field, text_field, tick
from ui.kit.table import Row
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import Builder, view
from ui.texts import gettext


def crud_view(
    title: str,
    table: Any,
    *,
    icon: str,
    route: str,
    permission: str = Permission.edit_customers,
    order: int = 200,
) -> Builder:
    """Register a page over one tenant table: a list, forms to add and change, and delete.

    Args:
        table: a Piccolo table of your package with `business_id` and `id` (see CONTRIBUTING.md,
            "How to change the schema"); only text, number, date and yes/no columns are in the form.
        permission: required to open the page and to change rows.
    """

    async def show(page: Page) -> None:
        await _CrudPage(page, title, table).draw()

    show.__qualname__ = f"crud_view({table.__name__})"
    return view(title, icon=icon, route=route, permission=permission, order=order)(show)


@binding.bindable_dataclass
class CrudState:
    """The rows of the table as stored."""

    rows: Sequence[dict[str, Any]] = ()


class _CrudPage:
    def __init__(self, page: Page, title: str, table: Any) -> None:
        self.page, self.title, self.table = page, title, table
        self.kinds = crud.editable_columns(table)
        self.state = CrudState()
        self._reads = ReadOrder()

    async def draw(self) -> None:
        state = self.state
        await self._read()
        title = kit.Title(self.title)
        title.subtitle.bind_text_from(state, "rows", lambda rows: plural(len(rows), "row"))
        with title.actions():
            kit.Button("Add …", self._add, kind="primary", icon="add")
        with kit.panel("", flush=True):
            columns = [Column(name, capitalized(label(name))) for name in self.kinds]
            table = kit.Table(columns, label=self.title)
            table.bind_rows_from(state, "rows", lambda rows: tuple(map(self._row, rows)))
        actions = kit.Items(self._draw_actions, key=lambda row: row["id"], classes="pl-stack")
        actions.bind_items_from(state, "rows")

    async def _read(self) -> None:
        read = self._reads.start()
        rows = await crud.list_rows(self.page.scope, self.table)
        if read.accept():
            self.state.rows = tuple(rows)

    def _draw_actions(self, row: dict[str, Any]) -> None:
        first = str(row[next(iter(self.kinds))])
        with kit.row():
            kit.text(first, "pl-quiet")
            kit.Button(
                "Change …",
                partial(self._change, row),
                small=True,
                hint=gettext("Change {first}").format(first=first),
            )
            kit.Button(
                "Delete …",
                partial(self._delete, row["id"]),
                small=True,
                hint=gettext("Delete {first}").format(first=first),
            )

    def _row(self, row: dict[str, Any]) -> Row:
        shown = {name: "" if row[name] is None else str(row[name]) for name in self.kinds}
        return {"id": str(row["id"]), **shown}

    async def _add(self) -> None:
        values = await self._form(gettext("Add to {title}").format(title=self.title), {})
        if values is not None:
            await crud.add_row(await self.page.acting(), self.table, values)
            await self._read()

    async def _change(self, row: dict[str, Any]) -> None:
        values = await self._form(gettext("Change"), row)
        if values is not None:
            await crud.change_row(await self.page.acting(), self.table, row["id"], values)
            await self._read()

    async def _delete(self, row_id: UUID) -> None:
        if await confirm("Delete this row?", "This cannot be undone.", "Delete", "bad"):
            await crud.delete_row(await self.page.acting(), self.table, row_id)
            await self._read()

    async def _form(self, heading: str, row: dict[str, Any]) -> dict[str, Any] | None:
        with dialog(heading) as made:
            fields = {name: _field(name, kind, row.get(name)) for name, kind in self.kinds.items()}
            foot(made, "Save", lambda: {name: field.value for name, field in fields.items()})
        answer: dict[str, Any] | None = await ask(made)
        return answer


def _field(name: str, kind: str, value: Any) -> Any:
    words = capitalized(label(name))
    if kind == "yes_no":
        return tick(words, bool(value), lambda _: None)
    if kind in ("number", "whole_number"):
        return number_field(words, value)
    return text_field(words, str(value or ""), kind="date" if kind == "date" else "text")
