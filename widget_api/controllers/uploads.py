"""Imports over REST, and custom fields, whose types apply to every list.

Examine a file, import it, read its progress and errors, undo it.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import JSONBody, PathParameter, QueryParameter
from litestar.response import Stream

from pulse.auth.roles import Permission
from pulse.auth.scope import Scope
from pulse.errors import Invalid
from pulse.imports import custom_fields, import_undo, jobs, preview, uploads
from pulse.imports import history as import_history
from pulse.imports.history import ImportReport
from pulse.imports.import_settings import ImportSettings
from pulse.imports.preview import Examination
from pulse.tabular import mapping as mappings
from pulse.tabular.guesses.declared import CustomField
from pulse.tabular.mapping import Mapping
from widget_api.import_params import import_settings
from widget_api.request_types import AskedBy
from widget_api.schemas import Data, Follow

LARGEST_FILE = uploads.MOST_BYTES + (1 << 20)
CHUNK = 1 << 20
ImportId = Annotated[UUID, PathParameter(description="the import's id")]
DryRun = Annotated[bool, QueryParameter(description="count what an import would do; write nothing")]
Name = Annotated[str, PathParameter(description="the field's name or key", max_length=120)]
After = Annotated[UUID | None, QueryParameter(description="the last id of the previous page")]


class Examined(msgspec.Struct, frozen=True):
    """The examination of a file, and the id by which it can be imported within a day."""

    upload_id: str
    examination: Examination


class StartImport(msgspec.Struct, frozen=True):
    """Import an examined file with this mapping. A dry run counts and writes nothing."""

    upload_id: str
    mapping: Mapping
    file_name: str = "upload"
    dry_run: bool = False


@dataclass
class FileOperation(Operation):
    """Describes a body that is a file, raw or as a form."""

    def __post_init__(self) -> None:
        """Add the file body to the OpenAPI document."""
        raw = Schema(
            type=OpenAPIType.STRING,
            format=OpenAPIFormat.BINARY,
            description="the file: CSV, TSV, XLSX, Parquet, also gzipped",
        )
        text = Schema(type=OpenAPIType.STRING, description="mapping as JSON, optional")
        form = Schema(
            type=OpenAPIType.OBJECT, properties={"file": raw, "mapping": text}, required=["file"]
        )
        self.request_body = RequestBody(
            content={
                "multipart/form-data": OpenAPIMediaType(schema=form),
                "application/octet-stream": OpenAPIMediaType(schema=raw),
            },
            required=True,
        )


class UploadController(Controller):
    """/api/customers/upload and /api/imports"""

    path = "/api"
    tags = ("imports",)

    @post(
        "/customers/upload",
        operation_id="upload_customers",
        operation_class=FileOperation,
        dependencies={"wanted": Provide(import_settings)},
        status_code=202,
        request_max_body_size=LARGEST_FILE,
    )
    async def upload(
        self, request: AskedBy, wanted: NamedDependency[ImportSettings], dry_run: DryRun = False
    ) -> Data[Follow]:
        """Import a list: as a form (`file`, `mapping`), or with the file as the body.

        Without a mapping, the one last used for such a file applies, else a guessed one; the other
        parameters then say how to read the file.
        """
        scope = request.user.staff(Permission.import_lists)
        upload_id, file_name, chosen = await _received(scope, request)
        path = uploads.path_of(scope, upload_id)
        if chosen is None:
            chosen = (await preview.examine(scope, path, wanted)).mapping
        return Data(_follow(await jobs.start_import(
            scope, path, file_name, chosen, dry_run=dry_run
        )))  # fmt: skip

    @post(
        "/imports/examination",
        operation_id="examine_upload",
        operation_class=FileOperation,
        dependencies={"wanted": Provide(import_settings)},
        status_code=200,
        request_max_body_size=LARGEST_FILE,
    )
    async def examine(
        self, request: AskedBy, wanted: NamedDependency[ImportSettings]
    ) -> Data[Examined]:
        """Examine a file: its columns, a guessed mapping, warnings, the first 50 rows as read."""
        scope = request.user.staff(Permission.import_lists)
        upload_id, _, _ = await _received(scope, request)
        seen = await preview.examine(scope, uploads.path_of(scope, upload_id), wanted)
        return Data(Examined(upload_id, seen))

    @post("/imports", operation_id="start_import", status_code=202)
    async def start(self, request: AskedBy, data: JSONBody[StartImport]) -> Data[Follow]:
        """Import a file that was examined before."""
        scope = request.user.staff(Permission.import_lists)
        path = uploads.path_of(scope, data.upload_id)
        return Data(_follow(await jobs.start_import(
            scope, path, data.file_name, data.mapping, dry_run=data.dry_run
        )))  # fmt: skip

    @get("/imports", operation_id="list_imports")
    async def history(self, request: AskedBy, after: After = None) -> Data[list[Any]]:
        """The imports so far, newest first. `after`: the last id of the previous page."""
        found = await import_history.history(request.user.staff(), before=after)
        return Data([report.public() for report in found])

    @get("/imports/{import_id:uuid}", operation_id="get_import")
    async def state(self, request: AskedBy, import_id: ImportId) -> Data[dict[str, Any]]:
        """The progress of an import, its counts and its first 100 errors."""
        return Data((await import_history.get(request.user.staff(), import_id)).public())

    @get(
        "/imports/{import_id:uuid}/errors", operation_id="get_import_errors", media_type="text/csv"
    )
    async def errors(self, request: AskedBy, import_id: ImportId) -> Stream:
        """The rejected rows as CSV: line, problem, and the row as it came."""
        scope = request.user.staff(Permission.import_lists)
        await import_history.get(scope, import_id)
        headers = {"Content-Disposition": f'attachment; filename="errors-{import_id}.csv"'}
        return Stream(
            import_history.error_file(scope, import_id), media_type="text/csv", headers=headers
        )

    @post("/imports/{import_id:uuid}/cancel", operation_id="cancel_import", status_code=202)
    async def cancel(self, request: AskedBy, import_id: ImportId) -> Data[dict[str, Any]]:
        """Stop an import and undo what it has written."""
        return _public(
            await jobs.cancel_import(request.user.staff(Permission.import_lists), import_id)
        )

    @get("/imports/{import_id:uuid}/undo", operation_id="preview_undo_import")
    async def undo_plan(self, request: AskedBy, import_id: ImportId) -> Data[dict[str, int]]:
        """What undoing an import would do.

        Customers removed, kept, and restored to earlier values.
        """
        plan = await import_undo.preview_undo(
            request.user.staff(Permission.import_lists), import_id
        )
        return Data(plan._asdict())

    @post("/imports/{import_id:uuid}/undo", operation_id="undo_import", status_code=202)
    async def undo(self, request: AskedBy, import_id: ImportId) -> Data[dict[str, Any]]:
        """Undo the latest import. For managers and keys with `erase`."""
        return _public(
            await jobs.undo_import(request.user.staff(Permission.erase_customers), import_id)
        )


class CustomFieldsController(Controller):
    """/api/custom-fields"""

    path = "/api/custom-fields"
    tags = ("imports",)

    @get("/", operation_id="list_custom_fields")
    async def listing(self, request: AskedBy) -> Data[list[CustomField]]:
        """The fields whose type the business has set."""
        return Data(await custom_fields.list_custom_fields(request.user.staff()))

    @put("/", operation_id="set_custom_field", status_code=200)
    async def set(self, request: AskedBy, data: JSONBody[CustomField]) -> Data[CustomField]:
        """Set the type of a field: columns of this name are read with it in every later list."""
        return Data(
            await custom_fields.set_custom_field(request.user.staff(Permission.import_lists), data)
        )

    @delete("/{name:str}", operation_id="remove_custom_field", status_code=204)
    async def remove(self, request: AskedBy, name: Name) -> None:
        """Remove the type of a field. Values that customers have stay."""
        await custom_fields.remove_custom_field(request.user.staff(Permission.import_lists), name)


def _public(report: ImportReport) -> Data[dict[str, Any]]:
    return Data(report.public())


def _follow(import_id: UUID) -> Follow:
    return Follow(import_id, f"/api/imports/{import_id}")


async def _received(scope: Scope, request: AskedBy) -> tuple[str, str, Mapping | None]:
    """The upload's id, its file name, and the mapping sent with it."""
    if request.content_type[0] != "multipart/form-data":
        return await uploads.receive(scope, request.stream()), "upload.csv", None
    with uploads.arriving(scope):  # checked before the body is written to disk
        form = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise Invalid("The form has no file in its field “file”.")
    said = form.get("mapping")
    chosen = mappings.from_builtins(_json(said)) if said else None
    upload_id = await uploads.receive(scope, _pieces(file))
    return upload_id, Path(file.filename or "upload").name, chosen


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(CHUNK):
        yield piece


def _json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as wrong:
        raise Invalid(f"The mapping is not valid JSON: {wrong}") from wrong
