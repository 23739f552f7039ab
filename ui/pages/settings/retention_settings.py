"""Data retention: periods, what they would delete, and the last deletions."""

from collections.abc import Sequence
from typing import Any

import msgspec
from nicegui import binding, ui

from pulse.auth.scope import Scope
from pulse.errors import Invalid
from pulse.operations import retention
from pulse.operations.retention import KINDS, Due, Periods, Run
from ui import kit
from ui.formatters import day, number, plural
from ui.kit.dialogs import confirm
from ui.kit.fields import number_field
from ui.kit.text import box, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

LABELS = marked(
    {
        "events": "Events",
        "notes": "Notes of staff",
        "snapshots": "Dated scores",
        "audit": "Audit log",
        "inactive_customers": "Customers without an event or a change (erased whole)",
    }
)


@binding.bindable_dataclass
class RetentionState:
    """What the periods in the form would delete today, and what the last jobs deleted."""

    due: Sequence[tuple[str, str]] = ()
    runs: Sequence[Run] = ()


class RetentionSettings:
    """A form for the periods. What it would delete is shown and must be confirmed."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.state = RetentionState()
        self._reads = ReadOrder()
        self._fields: dict[str, ui.number] = {}

    async def draw(self) -> None:
        """Read the periods and draw the form, the counts and the last runs."""
        found = await retention.periods(self._page.scope)
        with kit.columns():
            with kit.panel("Months to keep", "empty: no limit", span=6), box("pl-form"):
                self._fields = {
                    kind: number_field(
                        LABELS[kind],
                        getattr(found, kind),
                        low=12 if kind == "audit" else 6,
                        high=240,
                    )
                    for kind in KINDS
                }
                with kit.row():
                    kit.Button("Show what this deletes", self._preview)
                    kit.Button("Save …", self._save, kind="primary")
            with kit.panel("Deleted by the next daily job", span=6):
                kit.Facts().bind_facts_from(self.state, "due")
            with kit.panel("Last deletions", flush=True, span=12):
                items = kit.Items(_run, key=lambda run: run.at, nothing=_nothing_yet)
                items.bind_items_from(self.state, "runs")
        await self._preview()
        self.state.runs = tuple(await retention.runs(self._page.scope))

    async def _preview(self) -> None:
        await self._read_due(self._page.scope, self._chosen())

    async def _read_due(self, scope: Scope, chosen: Periods) -> dict[str, Due]:
        """Read what these periods would delete today, show and return it."""
        read = self._reads.start(chosen)
        due = await retention.due(scope, chosen)
        if read.accept():
            self._show(due)
        return due

    async def _save(self) -> None:
        chosen = self._chosen()
        scope = await self._page.confirmed()
        due = await self._read_due(scope, chosen)
        gone = [f"{gettext(LABELS[kind])}: {_said(one)}" for kind, one in due.items() if one.rows]
        words = gettext("The next daily job permanently deletes: {data}.").format(
            data="; ".join(gone)
        )
        with self._page.place:
            sure = not gone or await confirm("Limit how long data is kept?", words, "Set", "bad")
        if sure:
            await retention.set_periods(scope, msgspec.to_builtins(chosen))
            kit.toast("Saved. The daily job follows it from now on.")

    def _chosen(self) -> Periods:
        given: dict[str, Any] = {kind: field.value for kind, field in self._fields.items()}
        for kind, months in given.items():
            if months is not None and months != int(months):
                raise Invalid(
                    gettext("{labels}: give whole months.").format(labels=gettext(LABELS[kind])),
                    field=kind,
                )
        return retention.checked(
            {kind: None if months is None else int(months) for kind, months in given.items()}
        )

    def _show(self, due: dict[str, Due]) -> None:
        self.state.due = tuple(
            (gettext(LABELS[kind]), _said(due[kind]) if kind in due else gettext("no limit"))
            for kind in KINDS
        )


def _said(due: Due) -> str:
    rows = plural(due.rows, "row")
    if not due.oldest:
        return rows
    return gettext("{rows}, the oldest of {day}").format(rows=rows, day=day(due.oldest))


def _run(run: Run) -> None:
    with box("pl-item"):
        text(day(run.at), "pl-strong-text pl-grow")
        counts = (f"{gettext(LABELS[kind])}: {number(rows)}" for kind, rows in run.deleted.items())
        text("; ".join(counts), "pl-quiet")


def _nothing_yet() -> None:
    text(gettext("Nothing was deleted yet."), "pl-quiet pl-item")
