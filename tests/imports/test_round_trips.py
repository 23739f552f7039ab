"""Round trips: an export, an error file, an undo, a list that changed since last time."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from pulse.auth.scope import Scope
from pulse.customers.filters import CustomerFilter
from pulse.db.transaction import tenant
from pulse.imports import export, history, import_undo
from pulse.imports.import_settings import ImportSettings
from pulse.imports.preview import examine
from pulse.imports.runner import import_file, run_import

pytestmark = pytest.mark.slow

COMPUTED = {"identity_strength", "band", "coverage", "change_7d", "change_30d", "last_event_at"} | {
    *("lifecycle", "owner_name", "last_order_at", "last_touch", "top_driver"),
    *("top_negative_driver", "value_at_risk"),
}
LIST = (
    "customer id,name,email,zip,plan,value,ARR,signup date,renewal date,tags,owner,active\n"
    'a1,=Ann+1;@b; -c,ann@x.example,02134,pro,1,1234.567,2023-01-05,2026-01-05,"vip, big",'
    "admin@shop.example,yes\n"
    "a2,'@Bo,bo@x.example,04101,free,2,0,2023-02-05 10:30,,,,no\n"
    "a3,Null,,00501,pro,3,-5.25,2023-03-05,2026-03-05,eu,Ada Admin,yes\n"
)


async def exported(scope: Scope, kind: str = "csv") -> bytes:
    make = export.list_as_csv if kind == "csv" else export.list_as_parquet
    return b"".join([piece async for piece in make(scope, CustomerFilter())])


def rows_of(body: bytes) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    return sorted(
        ({k: v for k, v in row.items() if k not in COMPUTED} for row in rows),
        key=lambda row: row["external_id"],
    )


async def imported(scope: Scope, path: Path, body: str | bytes) -> Any:
    _write(path, body)
    found = await examine(scope, path)
    return found, await import_file(scope, path, found.mapping)


def _write(path: Path, body: str | bytes) -> None:
    path.write_bytes(body.encode() if isinstance(body, str) else body)


async def customers(scope: Scope) -> dict[str, dict[str, Any]]:
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT external_id, name, attributes FROM customers WHERE business_id = $1",
            scope.business_id,
        )
    return {row["external_id"]: dict(row) for row in rows}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
async def test_an_export_imported_elsewhere_exports_the_same(
    shop: Scope, other_shop: Scope, tmp_path: Path, kind: str
) -> None:
    _, report = await imported(shop, tmp_path / "list.csv", LIST)
    assert (report.status, report.rows_new) == ("done", 3), report
    found, again = await imported(other_shop, tmp_path / f"e.{kind}", await exported(shop, kind))
    assert (again.rows_new, again.rows_rejected) == (3, 0), again.errors
    ignored = {column.column for column in found.mapping.columns if column.role == "ignore"}
    assert {*COMPUTED, "context_type"} <= ignored
    before, after = rows_of(await exported(shop)), rows_of(await exported(other_shop))
    assert before[0].pop("owner") == "admin@shop.example"
    assert before[2].pop("owner") == "admin@shop.example"  # by name
    for row in (*after, before[1]):
        row.pop("owner")  # the other business has other staff
    assert after == before
    assert (await customers(other_shop))["a1"]["name"] == "=Ann+1;@b; -c"
    assert after[0]["attributes.zip"] == "02134"
    assert after[0]["value"] == "1234.567"


async def test_importing_its_own_export_changes_nothing(shop: Scope, tmp_path: Path) -> None:
    await imported(shop, tmp_path / "list.csv", LIST)
    _, again = await imported(shop, tmp_path / "export.csv", await exported(shop))
    assert (again.rows_new, again.rows_changed, again.rows_same) == (0, 0, 3)


async def test_a_corrected_error_file_is_imported(shop: Scope, tmp_path: Path) -> None:
    rows = "".join(f"e{n},N{n},+49 171 {n},{n},n{n}@x.example\n" for n in range(30))
    bad = "@e40,=Bob,-,abc,b@x.example\ne41,Al,+49 (0)171,xyz,c@x.example\n"
    text = "customer id,name,phone,orders,email\n"
    _, report = await imported(shop, tmp_path / "list.csv", text + rows + bad)
    assert (report.rows_new, report.rows_rejected) == (30, 2)
    errors = b"".join([piece async for piece in history.error_file(shop, report.id)])
    mended = errors.decode("utf-8-sig").replace(",abc,", ",7,").replace(",xyz,", ",8,")
    found, again = await imported(shop, tmp_path / "errors.csv", "\ufeff" + mended)
    assert found.remembered
    assert found.changes == []
    assert (again.rows_new, again.rows_rejected) == (2, 0), again.errors
    known = await customers(shop)
    assert known["@e40"]["name"] == "=Bob"
    assert known["@e40"]["attributes"] == {"orders": 7}
    assert known["e41"]["attributes"] == {"phone": "+49 (0)171", "orders": 8}


async def test_undo_keeps_newer_values(shop: Scope, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    await imported(shop, path, "customer id,name,plan,city\n1,Ann,a,Oslo\n2,Bo,b,Bonn\n")
    _, report = await imported(
        shop,
        path,
        "customer id,name,plan,city\n1,Anna,pro,Bern\n2,Bo,b,Rom\n3,Cy,c,Lyon\n4,Di,d,Nis\n",
    )
    async with tenant(shop) as unit:  # as an identify call or a CSM would
        await unit.execute(
            "UPDATE customers SET updated_at = now() + interval '1 second', attributes = "
            """attributes || '{"plan": "newest", "note": "x"}' WHERE external_id IN ('1', '3')"""
        )
    plan = await import_undo.preview_undo(shop, report.id)
    assert (plan.removed, plan.kept, plan.restored) == (1, 1, 2)
    await import_undo.ask_undo(shop, report.id)
    assert (await run_import(shop, report.id)).status == "undone"
    known = await customers(shop)
    assert set(known) == {"1", "2", "3"}
    assert known["1"]["name"] == "Ann"
    assert known["1"]["attributes"] == {"plan": "newest", "city": "Oslo", "note": "x"}
    assert known["2"]["attributes"] == {"plan": "b", "city": "Bonn"}


async def test_a_slightly_changed_list_is_read_as_last_time(shop: Scope, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    first = "Customer ID,Name,Plan,Tickets\n" + "".join(
        f"{n},N{n},basic,{n % 2}\n" for n in range(20)
    )
    await imported(shop, path, first)
    second = "tickets,customer id,NAME,Plan,City\n" + "".join(
        f"{n % 5},{n},N{n},{('pro', 'basic')[n % 2]},{('Rome', 'Oslo')[n % 2]}\n"
        for n in range(3, 24)
    )
    found, report = await imported(shop, path, second)
    assert found.remembered
    assert found.changes == [
        "1 new column: “City”.",
        "“Plan” has values now and is offered again.",
        "3 customers of the last list are not in this one.",
    ]
    assert (report.rows_new, report.rows_rejected) == (4, 0), report.errors
    assert (await customers(shop))["4"]["attributes"] == {
        "tickets": 4, "plan": "pro", "city": "Rome"
    }  # fmt: skip


async def test_blank_cells_clear_values_if_set(shop: Scope, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    await imported(shop, path, "customer id,name,city,plan\n1,Ann,Rome,pro\n2,Bo,Oslo,free\n")
    _write(path, "customer id,name,city,plan\n1,,,pro\n2,Bo,Oslo,free\n")
    kept = await import_file(shop, path, (await examine(shop, path)).mapping)
    assert kept.rows_changed == 0
    found = await examine(shop, path, ImportSettings(blanks="clear"))
    assert (await import_file(shop, path, found.mapping)).rows_changed == 1
    one = (await customers(shop))["1"]
    assert (one["name"], one["attributes"]) == ("", {"plan": "pro"})
