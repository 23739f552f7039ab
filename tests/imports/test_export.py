"""The exported customer list has the rows, order and columns of the screen."""

import csv
import io
from datetime import UTC, date, datetime
from uuid import UUID

import fastexcel
import httpx
import polars as pl
import pytest
from fastapi import FastAPI

from pulse import clock, workflows
from pulse.auth.role_definitions import set_role_rule
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.sign_in.grants import RoleRule
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.staff_sessions import COOKIE
from pulse.auth.staff import add_staff
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.customers.staff_actions import add_note
from pulse.db.transaction import tenant
from pulse.errors import Invalid
from pulse.imports import export
from pulse.imports.export import excel
from pulse.imports.export.files import list_as_csv
from pulse.scoring.worst_factor import top_drivers
from pulse.testing.database import MakeCustomer
from tests.fixtures.orders import NOW
from ui import downloads
from ui.auth import session

EMAIL, PASSWORD = "exporter@shop.example", "a long enough password"
EVIL, PHONE = '=HYPERLINK("http://x.example")', "+49 171 000"
FILTER = CustomerFilter(segment="big", value_from=1)


@pytest.fixture
async def cleo(shop: Scope, make_customer: MakeCustomer) -> tuple[Scope, str]:
    """A csm with her own book, and her cookie; customers of hers and of others."""
    await add_staff(shop, EMAIL, "Cleo", Role.csm, PASSWORD)
    await set_role_rule(shop, RoleRule("csm", book="own"))
    cookie, signed_in = await sign_in(EMAIL, PASSWORD)
    hers = {"owner_id": signed_in.staff_id, "segment": "big"}
    for number, value in enumerate([30.0, 900.5, 30.0, 7.25]):
        await make_customer(shop, f"000{number}", value=value, **hers)
    await make_customer(
        shop,
        "+1",
        name=EVIL,
        value=100,
        identity_strength=41.256,
        band="steady",
        coverage=0.5,
        renewal_on=date(2026, 3, 1),
        last_event_at=datetime(2026, 1, 5, 12, 30, tzinfo=UTC),
        attributes={"phone": PHONE, "mobile": 491710000000, "boxes": 12, "zip": "02134"},
        **hers,
    )
    await make_customer(shop, "small", value=500, **{**hers, "segment": "small"})
    await make_customer(shop, "theirs", value=600, segment="big", owner_id=shop.actor.id)
    return signed_in.scope, f"{COOKIE}={cookie}"


async def downloaded(cookie: str, name: str, language: str = "en") -> httpx.Response:
    """Return an export as this person's browser downloads it."""
    app = FastAPI()
    app.add_middleware(session.Guard)
    app.include_router(downloads.router)
    transport = httpx.ASGITransport(app=app)
    headers = {"Cookie": cookie, "Accept-Language": language}
    async with httpx.AsyncClient(transport=transport, base_url="http://pulse.test") as http:
        return await http.get(f"/export/customers.{name}", headers=headers)


def sheet_of(body: bytes) -> pl.DataFrame:
    return fastexcel.read_excel(body).load_sheet(0).to_polars()


async def test_files_contain_the_rows_of_the_list_in_its_order(cleo: tuple[Scope, str]) -> None:
    scope, cookie = cleo
    for sort in ("-value", "value", "name", "-last_event_at", ""):
        key = sort.lstrip("-") or "identity_strength"
        listed = await repository.listing(scope, FILTER, sort=key, descending=sort.startswith("-"))
        shown = [row.external_id for row in listed.rows]
        assert len(shown) == 5
        query = f"?segment=big&value_from=1&sort={sort}"
        text = (await downloaded(cookie, f"csv{query}")).content.decode("utf-8-sig")
        lines = csv.DictReader(io.StringIO(text, newline=""))
        assert [row["external_id"].lstrip("'") for row in lines] == shown
        sheet = sheet_of((await downloaded(cookie, f"xlsx{query}")).content)
        assert sheet["Customer id"].to_list() == shown
        parquet = pl.read_parquet((await downloaded(cookie, f"parquet{query}")).content)
        assert parquet["external_id"].to_list() == shown


async def test_a_workbook_has_text_numbers_and_dates_and_no_formula(
    cleo: tuple[Scope, str],
) -> None:
    scope, cookie = cleo
    listed = await repository.listing(scope, CustomerFilter(search="HYPERLINK"))
    await add_note(scope, listed.rows[0].id, "rang her")
    sheet = sheet_of((await downloaded(cookie, "xlsx?segment=big&sort=-value")).content)
    assert sheet["Customer id"].dtype == sheet["phone"].dtype == sheet["mobile"].dtype == pl.String
    assert sheet["Value a year"].dtype == pl.Float64
    assert sheet["Value a year"].to_list() == [900.5, 100, 30, 30, 7.25]
    row = sheet.row(1, named=True)
    assert (
        row
        | {
            "Customer": EVIL,
            "Customer id": "+1",
            "Strength": 41.26,
            "Band": "steady",
            "Data coverage": 0.5,
            "Owner": "Cleo",
            "Owner’s e-mail": EMAIL,
            "Renewal": datetime(2026, 3, 1),  # noqa: DTZ001 (Excel knows no zone)
            "Last activity": datetime(2026, 1, 5, 12, 30),  # noqa: DTZ001
            "phone": PHONE,
            "mobile": "491710000000",
            "boxes": 12,
            "zip": "02134",
        }
        == row
    )
    assert isinstance(row["Last contact"], datetime)
    assert sheet["Last contact"].null_count() == 4
    german = sheet_of((await downloaded(cookie, "xlsx?segment=big", "de")).content)
    assert "Letzte Bestellung" in german.columns


async def test_the_top_driver_is_exported_as_text(ordering_shop: Scope) -> None:
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        pieces = [one async for one in export.list_as_csv(ordering_shop, CustomerFilter())]
        async with tenant(ordering_shop) as unit:
            found = await unit.fetch("SELECT id, external_id FROM customers")
        ids: dict[str, UUID] = {row["external_id"]: row["id"] for row in found}
        drivers = await top_drivers(ordering_shop, list(ids.values()))
    rows = list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline="")))
    assert len(rows) == len(ids)
    assert any(row["last_order_at"] for row in rows)
    for row in rows:
        top = drivers[ids[row["external_id"]]].top
        assert row["top_driver"].startswith(top.label if top else "")
        assert bool(row["top_driver"]) == (top is not None)
        assert ("−" in row["top_driver"]) == (top is not None and round(top.points) < 0)


async def test_more_customers_than_excel_rows_are_refused(
    cleo: tuple[Scope, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scope, cookie = cleo
    monkeypatch.setattr(excel, "MOST_CUSTOMERS", 4)
    answer = await downloaded(cookie, "xlsx?segment=big")
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        "An Excel sheet holds at most 4 customers, and this list has 5. "
        "Narrow the list, or export it as CSV."
    )
    with pytest.raises(Invalid, match="at most 4"):
        await export.check_excel_size(scope, CustomerFilter(segment="big"))


async def test_money_is_written_without_the_traces_of_binary_sums(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    written = {0.1 + 0.2: "0.3", 425.40000000000003: "425.4", 1234.567: "1234.567", 20.0: "20"}
    for place, value in enumerate(written):
        await make_customer(shop, f"c{place}", value=value)
    body = b"".join([piece async for piece in list_as_csv(shop, CustomerFilter())])
    rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert sorted(row["value"] for row in rows) == sorted(written.values())
