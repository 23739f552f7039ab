"""Past imports: progress, result, refused rows, and undo."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import binding

from pulse import clock
from pulse.imports import history, import_undo, jobs
from pulse.imports.history import ImportReport
from pulse.imports.import_undo import UndoPlan
from ui import kit
from ui.formatters import ago, number, plural
from ui.kit.dialogs import confirm
from ui.kit.text import box, link, text
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.texts import gettext, marked

STATUSES = marked(
    {
        "waiting": "waiting",
        "checking": "checking",
        "importing": "importing",
        "scoring": "scoring",
        "done": "done",
        "stopped": "stopped",
        "failed": "failed",
        "cancelling": "cancelling",
        "cancelled": "cancelled",
        "undoing": "undoing",
        "undone": "undone",
    }
)
TONES = {"done": "good", "failed": "bad", "stopped": "bad", "cancelled": "", "undone": ""}


Listed = tuple[ImportReport, bool]
"""An import, and whether it is the newest one."""


@binding.bindable_dataclass
class HistoryState:
    """State of the panel."""

    imports: Sequence[Listed] = ()


class ImportHistory:
    """The list; lines are updated in place while an import runs."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._state = HistoryState()
        self._reads = ReadOrder()

    async def draw(self) -> None:
        """Read the imports and draw the panel."""
        await self.read()
        with kit.panel("All imports", "newest first", flush=True):
            imports = kit.Items(self._line, key=lambda listed: listed[0].id, nothing=_nothing)
            imports.bind_items_from(self._state, "imports")

    async def read(self) -> None:
        """Read the imports and assign them to the state."""
        read = self._reads.start()
        found = await history.history(self._page.scope, limit=25)
        if read.accept():
            self._state.imports = tuple((one, place == 0) for place, one in enumerate(found))

    def _line(self, listed: Listed) -> None:
        report, newest = listed
        with box("pl-item pl-person"):
            with box("pl-grow"):
                name = gettext("{file} (tried)") if report.dry_run else "{file}"
                text(name.format(file=report.file_name), "pl-strong-text", tag="div")
                text(_counts(report), "pl-small pl-quiet", tag="div")
                if report.unread:
                    text(_left_empty(report), "pl-small pl-quiet", tag="div")
                if report.problem:
                    text(gettext(report.problem), "pl-small pl-bad", tag="div")
                if report.is_running and report.rows_total:
                    with box("pl-bar pl-bar--progress"):
                        share = min(100, report.rows_done / report.rows_total * 100)
                        box().style(f"width:{share:.1f}%")
            text(
                f"{report.imported_by}, {ago(report.created_at, clock.now())}", "pl-small pl-quiet"
            )
            kit.Badge(
                gettext(STATUSES.get(report.status, report.status)),
                TONES.get(report.status, "accent"),
            )
            if report.rows_rejected:
                errors = link(
                    gettext("Rows refused"), f"/export/import-errors/{report.id}.csv", "pl-link"
                )
                errors.props["download"] = f"errors-{report.file_name}.csv"
            if report.is_running:
                kit.Button("Stop", self._stop_handler(report), kind="quiet", small=True)
            elif newest and report.status == "done" and not report.dry_run:
                kit.Button("Undo import …", self._undo_handler(report), kind="quiet", small=True)

    def _stop_handler(self, report: ImportReport) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            await jobs.cancel_import(await self._page.acting(), report.id)
            await self.read()

        return act

    def _undo_handler(self, report: ImportReport) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            plan = await import_undo.preview_undo(await self._page.acting(), report.id)
            with self._page.place:
                sure = await confirm(
                    "Undo this import?",
                    _describe_undo(plan, report.kind),
                    "Undo import",
                    "bad",
                )
            if sure:
                await jobs.undo_import(await self._page.acting(), report.id)
                await self.read()

        return act


def _nothing() -> None:
    kit.empty("No import yet", "Drop a list of customers above to begin.")


def _counts(report: ImportReport) -> str:
    if report.is_running:
        return gettext("{rows_done} of {rows}").format(
            rows_done=number(report.rows_done), rows=plural(report.rows_total, "row")
        )
    parts = {
        gettext("{n} new"): report.rows_new,
        gettext("{n} changed"): report.rows_changed,
        gettext("{n} the same"): report.rows_same,
        gettext("{n} refused"): report.rows_rejected,
    }
    counted = [words.format(n=number(count)) for words, count in parts.items() if count]
    found = ", ".join(counted) or gettext("nothing to do")
    return f"{plural(report.rows_total, 'row')}: {found}"


def _describe_undo(plan: UndoPlan, kind: str) -> str:
    """Return what an undo will do, in sentences."""
    if kind == "events":
        return gettext("{events} removed.").format(events=plural(plan.removed, "event"))
    words = gettext(
        "{removed} new customers are removed. {restored} changed ones get back what they had, "
        "except what somebody has changed since."
    )
    if plan.kept:
        words = gettext(
            "{removed} new customers are removed. {kept} that were changed since stay. {restored} "
            "changed ones get back what they had, except what somebody has changed since."
        )
    return words.format(
        removed=number(plan.removed), kept=number(plan.kept), restored=number(plan.restored)
    )


def _left_empty(report: ImportReport) -> str:
    """Return the columns with unreadable cells, their number, and an example of each."""
    said = [
        gettext("{column}: {n} left empty, such as “{example}” in line {line}").format(
            column=one["column"],
            n=number(one["count"]),
            example=one["examples"][0][1],
            line=number(one["examples"][0][0]),
        )
        for one in report.unread
    ]
    return gettext("Cells that could not be read. {columns}").format(columns="; ".join(said))
