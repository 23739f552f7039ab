"""Imports: a file dropped, looked at, mapped, tried, imported; and all imports so far."""

from uuid import UUID

from nicegui.events import UploadEventArguments

from pulse.auth.roles import Role
from pulse.imports import jobs, preview, uploads
from pulse.imports.preview import Examination
from ui import kit
from ui.kit.text import box, text
from ui.kit.upload import drop_zone
from ui.pages.imports.import_history import ImportHistory
from ui.pages.imports.import_mapping import MappingForm
from ui.runtime.live import Batch
from ui.runtime.page_context import Page
from ui.runtime.registry import view


@view("Imports", icon="upload_file", route="/imports", role=Role.csm, order=20, section="Set up")
async def show(page: Page) -> None:
    """The wizard on top, the history below."""
    wizard = _Wizard(page)
    await wizard.draw()
    page.live.on(("import_progress", "rescoring_progress"), wizard.refresh)


class _Wizard:
    def __init__(self, page: Page) -> None:
        self.page = page
        self._upload_id = ""
        self._file_name = ""
        self._form: MappingForm | None = None

    async def draw(self) -> None:
        kit.Title("Imports", "Any list of customers, or of what they did, as CSV, Excel or Parquet")
        self._place = box("pl-stack pl-stack--wide")
        self._begin()
        self._history = ImportHistory(self.page)
        await self._history.draw()

    async def refresh(self, _: Batch) -> None:
        await self._history.show()

    def _begin(self) -> None:
        self._place.clear()
        with self._place, kit.panel("New import"):
            drop_zone("Drop a CSV, Excel or Parquet file here, or choose one", self._received)
            text(
                "Nothing is imported before you have seen how Pulse reads it.",
                "pl-small pl-quiet",
                tag="p",
            )

    async def _received(self, event: UploadEventArguments) -> None:
        scope = await self.page.acting()
        self._file_name = event.file.name
        self._upload_id = await uploads.receive(scope, event.file.iterate())
        found = await preview.examine(scope, uploads.path_of(scope, self._upload_id))
        self._look(found)

    def _look(self, found: Examination) -> None:
        self._place.clear()
        with self._place:
            remembered = " · mapped as last time" if found.remembered else ""
            with kit.panel(self._file_name, f"{found.rows:,} rows{remembered}", flush=True):
                for caution in found.cautions:
                    where = f"{caution.column}: " if caution.column else ""
                    kit.note(f"{where}{caution.text}", "warn").classes("pl-caution")
                self._form = MappingForm(found, self._preview)
            with kit.row():
                kit.Button("Import", self._import, kind="primary", icon="download_done")
                kit.Button("Try without writing", self._try)
                kit.Button("Another file", self._begin, kind="quiet")

    async def _preview(self) -> None:
        assert self._form
        path = uploads.path_of(self.page.scope, self._upload_id)
        self._form.show_rows(await preview.preview(self.page.scope, path, self._form.mapping))

    async def _import(self) -> None:
        await self._start(dry_run=False)
        self._begin()
        kit.toast("The import runs; you can leave this page.")

    async def _try(self) -> None:
        await self._start(dry_run=True)
        kit.toast("Trying: see below what it would do.")

    async def _start(self, *, dry_run: bool) -> UUID:
        assert self._form
        scope = await self.page.acting()
        path = uploads.path_of(scope, self._upload_id)
        made = await jobs.start_import(
            scope, path, self._file_name, self._form.mapping, dry_run=dry_run
        )
        await self._history.show()
        return made
