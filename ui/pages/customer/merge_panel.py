"""Merge several ids of one customer, and undo a merge within 30 days."""

from collections.abc import Sequence
from typing import Any

from nicegui import binding

from pulse import clock
from pulse.customers.merging.merge import Merge, merge, merges_of, undo
from pulse.imports import jobs
from ui import kit
from ui.formatters import ago
from ui.kit.dialogs import ask_text
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext


@binding.bindable_dataclass
class MergesState:
    """The merges into this customer."""

    merges: Sequence[Merge] = ()


class MergePanel:
    """Merge another customer into this one; lists the merges."""

    def __init__(self, page: Page, known: dict[str, Any]) -> None:
        self._page, self._id = page, known["external_id"]
        self._state = MergesState()
        self._reads = ReadOrder()

    async def draw(self) -> None:
        """Read the merges of this customer and draw the panel."""
        await self._read()
        text(gettext("Is the same person in the list twice?"), "pl-quiet", tag="p")
        kit.Button("Merge another customer …", self._ask, icon="merge", small=True)
        merges = kit.Items(self._line, key=lambda one: one.id, classes="pl-stack")
        merges.bind_items_from(self._state, "merges")

    async def _read(self) -> None:
        read = self._reads.start()
        merges = await merges_of(self._page.scope, self._id)
        if read.accept():
            self._state.merges = tuple(merges)

    def _line(self, one: Merge) -> None:
        now = clock.now()
        with box("pl-item pl-item--acts"):
            with box("pl-grow"):
                text(" · ".join(filter(None, [one.former_name, one.former_id])))
                words = gettext("merged {when} by {who}")
                if one.undone_at:
                    words = gettext("merged {when} by {who}, undone {undone}")
                words = words.format(
                    when=ago(one.created_at, now),
                    who=one.merged_by,
                    undone=ago(one.undone_at, now),
                )
                text(words, "pl-small pl-quiet", tag="p")
            if one.undone_at is None and now < one.undo_until:
                kit.Button("Undo merge", lambda: self._undo(one), small=True)

    async def _ask(self) -> None:
        with self._page.place:
            other = await ask_text(
                gettext("Merge another customer into {id}?").format(id=self._id),
                "Id of the other customer",
                "Merge",
            )
        if other is None:
            return
        scope = await self._page.acting()
        done = await merge(scope, self._id, other)
        jobs.schedule_rescore(scope, done.customers)
        with self._page.place:
            words = gettext("{former_id} is merged into {id}.").format(
                former_id=done.merge.former_id, id=self._id
            )
            kit.toast(words, undo=lambda: self._undo(done.merge))
        await self._read()

    async def _undo(self, one: Merge) -> None:
        scope = await self._page.acting()
        done = await undo(scope, self._id, one.id)
        jobs.schedule_rescore(scope, done.customers)
        with self._page.place:
            kit.toast(
                gettext("{former_id} is a customer of its own again.").format(
                    former_id=one.former_id
                )
            )
        await self._read()
