"""A list to choose from by mouse or keyboard: one browser element of any length."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self

from nicegui import binding, ui
from nicegui.events import GenericEventArguments

from ui.kit.cells import naming
from ui.kit.table import Row, set_rows

TEMPLATE = """
<tr :key="props.row.id"><td class="pl-pick">
<button type="button" :class="'pl-card-row' + (props.row.here ? ' pl-card-row--here' : '')"
 :aria-current="props.row.here ? 'true' : null" @click="() => $parent.$emit('pick', props.row.id)">
<span class="pl-row pl-row--tight"><b class="pl-clip">{{ props.row.title }}</b>
<span v-if="props.row.badge" :class="'pl-badge pl-badge--' + props.row.badge_tone">
{{ props.row.badge }}</span></span>
<span class="pl-score"><span class="pl-score__value">{{ props.row.score }}</span>
<span :class="'pl-score__change pl-score__change--' + props.row.score_direction">
{{ props.row.score_change }}</span></span>
<p>{{ props.row.text }}<span v-if="props.row.note" class="pl-card-row__note">
{{ props.row.note }}</span></p></button></td></tr>"""


class Picklist(ui.table):
    """A list of rows {id, title, badge, badge_tone, text, note} with the values of `cells.score`.

    As in `Table`, rows keep their places while the pointer is over them, unless all are other ones.
    `shown` (the rows) and `here` (the id of the open one) are bindable.
    """

    shown = binding.BindableProperty(on_change=lambda made, rows: made._show_rows(rows))
    here = binding.BindableProperty(on_change=lambda made, _: made._mark())

    def __init__(self, picked: Callable[[str], Awaitable[None]], *, label: str) -> None:
        super().__init__(rows=[], columns=[{"name": "all", "field": "id", "label": ""}])
        self._picked = picked
        self._hovered = False
        self._waiting: list[Row] | None = None
        self.shown = ()
        self.here = ""
        self.classes("pl-table pl-picklist").props("flat hide-bottom")
        self.add_slot("header", f'<tr class="pl-hidden"{naming(label)}></tr>')
        self.add_slot("body", TEMPLATE)
        self.on("pick", self._pick)
        self.on("mouseenter", lambda: self._hover(True), [])
        self.on("mouseleave", lambda: self._hover(False), [])

    def bind_rows_from(self, state: Any, name: str) -> Self:
        """Bind to the rows in this attribute of a bindable dataclass."""
        binding.bind_from(self, "shown", state, name)
        return self

    def bind_here_from(self, state: Any, name: str) -> Self:
        """Bind the marked row to the id in this attribute of a bindable dataclass."""
        binding.bind_from(self, "here", state, name)
        return self

    @property
    def ids(self) -> list[str]:
        """The ids of the rows in the order shown."""
        return [row["id"] for row in self.rows]

    def neighbour(self, step: int) -> str:
        """Return the id `step` places after the chosen one; "" at the ends or in an empty list."""
        ids = self.ids
        if not ids:
            return ""
        at = ids.index(self.here) + step if self.here in ids else 0
        return ids[at] if 0 <= at < len(ids) else ""

    def _show_rows(self, rows: Sequence[Row]) -> None:
        wanted, self._waiting = list(rows), None
        fresh = {row["id"]: row for row in wanted}
        in_place = [fresh[i] for i in self.ids if i in fresh]
        if self._hovered and in_place:  # else it is another list
            self._waiting, wanted = wanted, in_place
        self._set(wanted)

    def _mark(self) -> None:
        self._set(self.rows)
        if self.here:
            self.client.run_javascript(SHOW_CHOSEN.format(id=self.html_id))

    def _set(self, rows: Sequence[Row]) -> None:
        marked = [{**row, "here": row["id"] == self.here} for row in rows]
        if marked != list(self.rows):
            set_rows(self, marked)

    def _hover(self, inside: bool) -> None:
        self._hovered = inside
        if not inside and self._waiting is not None:
            rows, self._waiting = self._waiting, None
            self._set(rows)

    async def _pick(self, event: GenericEventArguments) -> None:
        await self._picked(str(event.args))


SHOW_CHOSEN = (
    "requestAnimationFrame(() => document.querySelector('#{id} .pl-card-row--here')"
    "?.scrollIntoView({{block: 'nearest'}}))"
)
