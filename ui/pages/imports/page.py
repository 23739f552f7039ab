"""Imports: upload, check, map, try and import a file; and all earlier imports."""

from functools import partial
from typing import NamedTuple
from uuid import UUID

from nicegui import binding
from nicegui.events import UploadEventArguments

from pulse.auth.roles import Permission
from pulse.imports import jobs, preview, uploads
from pulse.imports.import_settings import ImportSettings
from pulse.imports.preview import Examination
from pulse.tabular.warnings import Caution
from ui import kit
from ui.formatters import plural
from ui.kit.text import text
from ui.kit.upload import drop_zone
from ui.pages.imports.custom_fields import CustomFields
from ui.pages.imports.import_history import ImportHistory
from ui.pages.imports.import_mapping import MappingForm
from ui.pages.imports.reading_form import ReadingForm
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.read_order import ReadOrder
from ui.runtime.registry import view
from ui.texts import gettext, marked


class _File(NamedTuple):
    """An uploaded file."""

    upload_id: str
    name: str


class _Examination(NamedTuple):
    """A file examined with these settings; `number` counts the examinations on this page."""

    number: int
    file: _File
    found: Examination
    wanted: ImportSettings


@binding.bindable_dataclass
class ImportState:
    """The wizard's step: choosing a file, or the examined file."""

    look: _Examination | None = None
    start: int = 0


@view(
    "Imports",
    icon="upload_file",
    route="/imports",
    permission=Permission.import_lists,
    order=20,
    section="Set up",
)
async def show(page: Page) -> None:
    """Show the wizard and the history."""
    wizard = _Wizard(page)
    await wizard.draw()
    page.live.on(("import_progress", "rescoring_progress"), wizard.refresh)


class _Wizard:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.state = ImportState()
        self._form: MappingForm | None = None
        self._history = ImportHistory(page)
        self._files, self._previews = ReadOrder(), ReadOrder()

    async def draw(self) -> None:
        kit.Title(
            "Imports",
            "Any list of customers, or of what they did: CSV, Excel, Parquet, JSON or a ZIP of one",
        )
        with kit.stack("pl-stack--wide"):
            with kit.panel("New import") as start:
                zone = kit.Items(self._draw_zone, key=lambda number: number)
                zone.bind_items_from(self.state, "start", backward=lambda number: (number,))
                text(
                    gettext("Nothing is imported until you confirm how Pulse reads it."),
                    "pl-small pl-quiet",
                    tag="p",
                )
            start.root.bind_visibility_from(self.state, "look", backward=lambda look: not look)
            mapping = kit.Items(
                self._draw_look, key=lambda look: look.number, classes="pl-stack pl-stack--wide"
            )
            mapping.bind_items_from(
                self.state, "look", backward=lambda look: (look,) if look else ()
            )
        await self._history.draw()
        await CustomFields(self.page).draw()

    async def refresh(self, _: Batch) -> None:
        await self._history.read()

    def _draw_zone(self, _: int) -> None:
        drop_zone(
            gettext("Drop a CSV, Excel, Parquet or JSON file here, or choose one"), self._received
        )

    def _restart(self) -> None:
        """Go back to choosing a file."""
        self._files.start(None)  # a file that is still examined is not shown
        self.state.start += 1
        self.state.look = None

    async def _received(self, event: UploadEventArguments) -> None:
        scope = await self.page.acting()
        upload_id = await uploads.receive(scope, event.file.iterate())
        with self.page.place:
            await self._examine(_File(upload_id, event.file.name), ImportSettings())

    async def _examine(self, file: _File, wanted: ImportSettings) -> None:
        """Examine the file with these settings and show the result."""
        scope = self.page.scope
        read = self._files.start(file, wanted)
        path = uploads.path_of(scope, file.upload_id)
        found = await preview.examine(scope, path, wanted)
        if not read.accept():
            return
        number = self.state.look.number + 1 if self.state.look else 1
        self.state.look = _Examination(number, file, found, wanted)

    def _draw_look(self, look: _Examination) -> None:
        found = look.found
        said = gettext("{rows} · mapped as last time") if found.remembered else "{rows}"
        with kit.panel(look.file.name, said.format(rows=plural(found.rows, "row")), flush=True):
            for change in found.changes:
                kit.note(
                    gettext("Since last time: {change}").format(change=gettext(change))
                ).classes("pl-caution")
            for caution in found.cautions:
                kit.note(_describe_caution(caution), "warn").classes("pl-caution")
            ReadingForm(found, look.wanted, partial(self._examine, look.file))
            self._form = MappingForm(found, self._preview)
        with kit.row():
            kit.Button("Import", self._import, kind="primary", icon="download_done")
            kit.Button("Dry run", self._dry_run)
            kit.Button("Another file", self._restart, kind="quiet")

    async def _preview(self) -> None:
        form, look = self._form, self.state.look
        assert form
        assert look
        read = self._previews.start(look.number, form.mapping)
        path = uploads.path_of(self.page.scope, look.file.upload_id)
        found = await preview.preview(self.page.scope, path, form.mapping)
        if read.accept():
            form.show_rows(found)

    async def _import(self) -> None:
        await self._start(dry_run=False)
        kit.toast("The import runs; you can leave this page.")
        self._restart()

    async def _dry_run(self) -> None:
        await self._start(dry_run=True)
        kit.toast("Dry run: the result appears below.")

    async def _start(self, *, dry_run: bool) -> UUID:
        look = self.state.look
        assert self._form
        assert look
        mapping = self._form.mapping
        scope = await self.page.acting()
        path = uploads.path_of(scope, look.file.upload_id)
        made = await jobs.start_import(scope, path, look.file.name, mapping, dry_run=dry_run)
        await self._history.read()
        return made


CONTROLS = marked(
    (
        "what a column is",
        "header row",
        "date order",
        "decimal mark",
        "encoding",
        "sheet",
        "cells that cannot be read",
    )
)


def _describe_caution(caution: Caution) -> str:
    """Return the warning with its column and the setting that resolves it."""
    where = f"{caution.column}: " if caution.column else ""
    said = gettext("{caution} Setting: {control}.") if caution.control else "{caution}"
    return said.format(caution=f"{where}{gettext(caution.text)}", control=gettext(caution.control))
