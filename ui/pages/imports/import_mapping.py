"""The column mapping: one line per column with Pulse's guess, and a preview of the rows."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from nicegui import ui

from pulse.imports.preview import Examination, PreviewRow
from pulse.tabular.mapping import ColumnMapping, Mapping
from pulse.tabular.profiling import ColumnProfile
from ui import kit
from ui.kit.fields import Select
from ui.kit.text import box, text
from ui.texts import gettext, marked

ROLES = marked({
    "id": "customer's id", "name": "name", "first_name": "first name",
    "last_name": "last name", "email": "e-mail", "locale": "language",
    "value": "value", "renewal_on": "renewal date", "first_seen_at": "customer since",
    "tags": "tags", "owner": "owner", "segment": "segment", "metric": "metric",
    "label": "who left", "attribute": "attribute",
    "ignore": "leave out", "event_kind": "event: kind", "event_time": "event: when",
    "event_amount": "event: amount", "event_id": "event: id",
})  # fmt: skip
TYPES = marked({
    "text": "text", "number": "number", "flag": "yes or no", "category": "category",
    "date": "date", "currency": "amount of money", "phone": "phone number", "email": "e-mail",
    "url": "web address",
})  # fmt: skip
SIGNALS = marked({
    "": "no signal", "tenure": "tenure", "engagement": "engagement",
    "satisfaction": "satisfaction", "loyalty": "loyalty", "value": "value",
})  # fmt: skip
DIRECTIONS = marked(
    {"higher": "higher is stronger", "lower": "lower is stronger", "none": "informs only"}
)
UNREAD = marked({"": "as usual", "reject": "refuse the row", "empty": "leave the cell empty"})
HEADINGS = marked(("Column of the file", "is", "read as", "signal", "direction", "if unreadable"))
SHOWN_ROWS = 8
LINE = kit.Column("line", "Line", "number")


class MappingForm:
    """The mapping being edited; `mapping` is what the fields contain."""

    def __init__(self, found: Examination, changed: Callable[[], Awaitable[None]]) -> None:
        self.mapping: Mapping = found.mapping
        self._changed = changed
        self._words: dict[int, ui.select] = {}
        profiles = {profile.column: profile for profile in found.columns}
        with box("pl-mapping"):
            _headings()
            for place, column in enumerate(found.mapping.columns):
                self._line(place, column, profiles.get(column.column))
        text(gettext("The first rows, as Pulse reads them"), "pl-mapping__heading", tag="h3")
        with box("pl-scroll"):
            self._rows = kit.Table([LINE], label="Preview")
        self.show_rows(found.preview)

    def show_rows(self, rows: list[PreviewRow]) -> None:
        """Show the preview; unreadable cells are marked."""
        used = [column.column for column in self.mapping.used]
        columns = [kit.Column(f"c{n}", name, "text") for n, name in enumerate(used)]
        self._rows.show_columns([LINE, *columns, kit.Column("reason", "Problem", "badge")])
        self._rows.shown = tuple(_row(row, used) for row in rows[:SHOWN_ROWS])

    def _line(self, place: int, column: ColumnMapping, profile: ColumnProfile | None) -> None:
        name = column.column
        with box("pl-mapping__line"):
            with box("pl-grow"):
                text(name, "pl-strong-text", tag="div")
                text(_example_values(profile), "pl-small pl-quiet pl-clip", tag="div")
            Select(
                gettext("{name}: what it is").format(name=name),
                ROLES,
                column.role,
                self._setter(place, "role"),
            )
            Select(
                gettext("{name}: type").format(name=name),
                TYPES,
                column.type,
                self._setter(place, "type"),
            )
            signal = column.signal or ""
            Select(
                gettext("{name}: signal").format(name=name),
                SIGNALS,
                signal,
                self._setter(place, "signal"),
            )
            direction = column.direction
            Select(
                gettext("{name}: direction").format(name=name),
                DIRECTIONS,
                direction,
                self._setter(place, "direction"),
            )
            Select(
                gettext("{name}: if unreadable").format(name=name),
                UNREAD,
                column.on_unread,
                self._setter(place, "on_unread"),
            )
            if profile and len(profile.words) > 1 and column.role in ("label", "attribute"):
                self._leaving_field(place, column, profile)

    def _leaving_field(self, place: int, column: ColumnMapping, profile: ColumnProfile) -> None:
        """Ask which values mean “has left” where a column contains, or could contain, them."""
        field = ui.select(
            list(profile.words),
            label=gettext("means “has left”"),
            value=[word for word in profile.words if word in column.leaving],
            multiple=True,
            on_change=lambda event: self._setter(place, "leaving")(tuple(event.value)),
        )
        field.props("outlined dense options-dense").classes("pl-field pl-mapping__words")
        field.props["aria-label"] = gettext("{column}: means has left").format(column=column.column)
        field.set_visibility(column.role == "label")
        self._words[place] = field

    def _setter(self, place: int, field: str) -> Callable[[Any], Awaitable[None]]:
        async def changed(value: Any) -> None:
            columns = list(self.mapping.columns)
            wanted = None if field == "signal" and not value else value
            columns[place] = msgspec.structs.replace(columns[place], **{field: wanted})
            self.mapping = msgspec.structs.replace(self.mapping, columns=tuple(columns))
            if field == "role" and place in self._words:
                self._words[place].set_visibility(value == "label")
            await self._changed()

        return changed


def _headings() -> None:
    """Draw the column headings; for screen readers every field has its own label."""
    with box("pl-mapping__line pl-narrow-hide").props('aria-hidden="true"'):
        for word in HEADINGS:
            text(gettext(word), "pl-small pl-quiet")


def _row(row: PreviewRow, used: list[str]) -> dict[str, Any]:
    cells = {
        f"c{n}": _cell(row.cells[name].text, row.cells[name].value) if name in row.cells else ""
        for n, name in enumerate(used)
    }
    return {"id": row.line, "line": row.line, "reason": row.reason, "reason_tone": "bad", **cells}


def _cell(raw: str, value: Any) -> str:
    if value is None:
        return gettext("not known") if not raw.strip() else raw
    return str(value)


def _example_values(profile: ColumnProfile | None) -> str:
    """Return a few values of the column as in the file."""
    if profile is None:
        return ""
    return ", ".join(profile.examples[:4])
