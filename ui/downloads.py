"""Downloads from the dashboard: plain HTTP, streamed, for signed-in people."""

from collections.abc import AsyncIterator
from typing import cast
from uuid import UUID

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from pulse import clock
from pulse.auth import audit
from pulse.customers import privacy
from pulse.customers.filters import CustomerFilter
from pulse.customers.repository import SORTABLE, SortKey
from pulse.errors import NotAllowed, NotFound, PulseError
from pulse.imports import export as file_export
from pulse.imports import history
from pulse.learning.model_card import store
from ui.auth.session import of_request
from ui.components.customer_filter import from_address, sort_of, unknown_sort
from ui.components.exported_words import export_headings, exported_words
from ui.texts import reader_language

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
router = APIRouter(prefix="/export", include_in_schema=False)


@router.get("/customers.csv")
async def customers_csv(request: Request) -> Response:
    """Return the customers matching the URL's filter, in its order, as CSV for a spreadsheet."""
    body = file_export.list_as_csv(of_request(request).scope, *_read_filter(request))
    return await _stream(body, "text/csv", _file_name("csv"))


@router.get("/customers.xlsx")
async def customers_excel(request: Request) -> Response:
    """Return the same as a workbook in the reader's language."""
    labels = file_export.Labels(export_headings(), exported_words)
    body = file_export.list_as_excel(of_request(request).scope, *_read_filter(request), labels)
    return await _stream(body, EXCEL, _file_name("xlsx"))


@router.get("/customers.parquet")
async def customers_parquet(request: Request) -> Response:
    """Return the same as Parquet for programs, with column types."""
    body = file_export.list_as_parquet(of_request(request).scope, *_read_filter(request))
    return await _stream(body, "application/vnd.apache.parquet", _file_name("parquet"))


@router.get("/customers/{external_id:path}.json")
async def personal_data(request: Request, external_id: str) -> Response:
    """Return all data stored about one customer."""
    scope = of_request(request).scope

    async def body() -> AsyncIterator[bytes]:
        yield msgspec.json.format(
            msgspec.json.encode(await privacy.personal_data(scope, external_id)), indent=2
        )

    return await _stream(body(), "application/json", f"customer-{clock.today()}.json")


@router.get("/security-events.csv")
async def security_events(request: Request) -> Response:
    """Return sign-ins, secrets, roles and exports from the audit log."""
    body = audit.security_events(of_request(request).scope)
    return await _stream(body, "text/csv", f"security-events-{clock.today()}.csv")


@router.get("/import-errors/{import_id}.csv")
async def import_errors(request: Request, import_id: UUID) -> Response:
    """Return the refused rows of an import, to be corrected and uploaded again."""
    body = history.error_file(of_request(request).scope, import_id)
    return await _stream(body, "text/csv", f"refused-{import_id}.csv")


@router.get("/model-card/{scorecard_id}.html")
async def model_card(request: Request, scorecard_id: UUID) -> Response:
    """Return the model card of a scorecard version as one file in the reader's language."""
    body = store.pages(of_request(request).scope, scorecard_id, reader_language())
    return await _stream(body, "text/html; charset=utf-8", f"model-card-{scorecard_id}.html")


async def _stream(body: AsyncIterator[bytes], kind: str, name: str) -> Response:
    """Stream an answer; the first part is read before, so that errors become error responses."""
    try:
        first = await anext(body)
    except PulseError as refused:
        status = {NotAllowed: 403, NotFound: 404}.get(type(refused), 400)
        return JSONResponse({"message": refused.message}, status_code=status)

    async def pieces() -> AsyncIterator[bytes]:
        yield first
        async for piece in body:
            yield piece

    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(pieces(), media_type=kind, headers=headers)


def _read_filter(request: Request) -> tuple[CustomerFilter, file_export.ListOrder]:
    """Return filter and order of the URL, read as on the customers page."""
    given = dict(request.query_params)
    key, descending = sort_of(given, SORTABLE)
    if asked := unknown_sort(given, SORTABLE):
        key = asked  # refused by the export, instead of another order than the address names
    return from_address(given), file_export.ListOrder(cast(SortKey, key), descending)


def _file_name(form: str) -> str:
    return f"customers-{clock.today().isoformat()}.{form}"
