"""The lifecycle of an import: counts, errors, dry run, stop, history, undo, remembered mapping."""

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.db.transaction import tenant
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound
from pulse.imports import history, import_undo, jobs, preview, uploads
from pulse.imports.runner import cancel, import_file, prepare_import, run_import
from pulse.live.hub import HUB
from pulse.outbound.csv_lines import csv_line, escape_formula, without_marks
from pulse.tabular import mapping as mappings
from pulse.tabular.mapping import ColumnMapping, Mapping
from pulse.tabular.parsing import stripped
from tests.fixtures.jobs import queue_is_empty, working

pytestmark = pytest.mark.slow

COLUMNS = (
    ColumnMapping("id", "id"),
    ColumnMapping("name", "name"),
    ColumnMapping("orders", "metric", "number", signal="engagement", direction="higher"),
)
MAPPING = Mapping(COLUMNS)


def write(path: Path, *lines: str) -> Path:
    path.write_text("id,name,orders\n" + "".join(f"{line}\n" for line in lines))
    return path


async def orders(scope: Scope) -> dict[str, Any]:
    async with tenant(scope) as unit:
        rows = await unit.fetch("SELECT external_id, attributes->'orders' AS n FROM customers")
    return {row["external_id"]: row["n"] for row in rows}


async def test_new_changed_same_and_rejected_are_counted(shop: Scope, tmp_path: Path) -> None:
    await import_file(shop, write(tmp_path / "a", "1,Ann,3", "2,Bob,4", "3,Cid,5"), MAPPING)
    path = write(tmp_path / "b", "1,Ann,3", "2,Bob,40", "4,Dan,1", "5,Eve,many")
    report = await import_file(shop, path, MAPPING)
    assert (report.rows_total, report.rows_new, report.rows_changed) == (4, 1, 1)
    assert (report.rows_same, report.rows_rejected) == (1, 1)
    assert report.errors == [{"line": 5, "reason": "orders: “many” is not a number"}]
    assert await orders(shop) == {"1": 3, "2": 40, "3": 5, "4": 1}


async def test_a_blank_cell_keeps_the_stored_value(shop: Scope, tmp_path: Path) -> None:
    await import_file(shop, write(tmp_path / "a", "1,Ann,3"), MAPPING)
    report = await import_file(shop, write(tmp_path / "b", "1,,"), MAPPING)
    assert report.rows_same == 1
    assert await orders(shop) == {"1": 3}


async def test_the_error_file_can_be_corrected_and_imported(shop: Scope, tmp_path: Path) -> None:
    path = write(tmp_path / "a", "1,Ann,3", "2,=Bob(),many", ",Cid,5")
    report = await import_file(shop, path, MAPPING)
    pieces = [piece async for piece in history.error_file(shop, report.id)]
    lines = b"".join(pieces).decode("utf-8-sig").split("\r\n")
    assert lines[:3] == [
        "line,problem,id,name,orders",
        "3,orders: “many” is not a number,2,'=Bob(),many",
        '4,"id: empty, and every row needs it",,Cid,5',
    ]
    mended = tmp_path / "mended"
    mended.write_text("\n".join(lines).replace("many", "7").replace(",,Cid", ",9,Cid"))
    again = await import_file(shop, mended, MAPPING)
    assert (again.status, again.rows_new) == ("done", 2)


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "@x", "-2+3", "\tx", "\rx"])
def test_formulas_are_escaped(cell: str) -> None:
    assert escape_formula(cell) == "'" + cell


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("inside", ["=1+1", "+cmd|x", "@x", "-2+3", ' =1+1&""', '"=1+1', "\xa0=1"])
def test_formulas_are_escaped_for_every_separator(separator: str, inside: str) -> None:
    cells = ["1", f"Ann;{inside}", f"a\t{inside}", f"a\n{inside}", f"a\r\n{inside};-1"]
    line = csv_line(cells)
    for read in csv.reader(io.StringIO(line, newline=""), delimiter=separator):
        assert not [cell for cell in read if cell.strip(' \xa0"')[:1] in tuple("=+@")]
        assert "-2+3" not in read
    own = next(csv.reader(io.StringIO(line, newline="")))
    assert [escape_formula(cell) for cell in own] == own
    assert [without_marks(cell) for cell in own] == cells
    column = pl.Series(cells).str.strip_chars()
    assert stripped(pl.Series(own)).to_list() == column.to_list()


@pytest.mark.parametrize(
    "cell", ["", "Ann", "-12.5", "+491701234", "3", "a=b", "1;-2;+3.5", "x; -5", "well-known; a@b"]
)
def test_plain_cells_stay_as_they_are(cell: str) -> None:
    assert escape_formula(cell) == cell


async def test_stop_imports_nothing_unless_every_row_is_valid(shop: Scope, tmp_path: Path) -> None:
    strict = Mapping(COLUMNS, on_error="stop")
    report = await import_file(shop, write(tmp_path / "a", "1,Ann,3", "2,Bob,x"), strict)
    assert (report.status, report.rows_rejected, report.rows_new) == ("stopped", 1, 0)
    assert await orders(shop) == {}
    report = await import_file(shop, write(tmp_path / "b", "1,Ann,3"), strict)
    assert (report.status, report.rows_new) == ("done", 1)


async def test_a_dry_run_counts_and_changes_nothing(shop: Scope, tmp_path: Path) -> None:
    await import_file(shop, write(tmp_path / "a", "1,Ann,3"), MAPPING)
    path = write(tmp_path / "b", "1,Ann,9", "2,Bob,4", "2,Bob,4", "x,Cid,y")
    report = await import_file(shop, path, MAPPING, dry_run=True)
    assert report.status == "done"
    assert (report.rows_new, report.rows_changed, report.rows_same, report.rows_rejected) == (
        1,
        1,
        1,
        1,
    )
    assert await orders(shop) == {"1": 3}


async def test_undo_restores_old_values_and_removes_new_customers(
    shop: Scope, tmp_path: Path
) -> None:
    first = await import_file(shop, write(tmp_path / "a", "1,Ann,3", "2,Bob,4"), MAPPING)
    second = await import_file(shop, write(tmp_path / "b", "1,Ann,9", "3,Cid,1"), MAPPING)
    with pytest.raises(Conflict):
        await import_undo.ask_undo(shop, first.id)
    await import_undo.ask_undo(shop, second.id)
    assert (await run_import(shop, second.id)).status == "undone"
    assert await orders(shop) == {"1": 3, "2": 4}
    await import_undo.ask_undo(shop, first.id)
    await run_import(shop, first.id)
    assert await orders(shop) == {}


async def test_undo_keeps_new_customers_with_later_activity(shop: Scope, tmp_path: Path) -> None:
    report = await import_file(shop, write(tmp_path / "a", "1,Ann,3", "2,Bob,4"), MAPPING)
    async with tenant(shop) as unit:
        await unit.execute(
            "INSERT INTO events (business_id, customer_id, kind, occurred_at, message_id) "
            "SELECT $1, id, 'order', now(), 'm1' FROM customers WHERE external_id = '2'",
            shop.business_id,
        )
    await import_undo.ask_undo(shop, report.id)
    await run_import(shop, report.id)
    assert set(await orders(shop)) == {"2"}


async def test_a_waiting_import_is_cancelled_at_once(shop: Scope, tmp_path: Path) -> None:
    import_id = await prepare_import(shop, write(tmp_path / "a", "1,Ann,3"), "a", MAPPING)
    assert (await cancel(shop, import_id)).status == "cancelled"
    assert (await run_import(shop, import_id)).rows_new == 0
    with pytest.raises(Conflict):
        await cancel(shop, import_id)


async def test_the_job_imports_scores_and_deletes_the_upload(shop: Scope, tmp_path: Path) -> None:
    async def arriving() -> Any:
        yield write(tmp_path / "a", *[f"{n},Name {n},{n}" for n in range(30)]).read_bytes()

    upload_id = await uploads.receive(shop, arriving())
    path = uploads.path_of(shop, upload_id)
    async with HUB.subscribe(shop.business_id) as heard:
        import_id = await jobs.start_import(shop, path, "list.csv", MAPPING)
        async with working():
            await queue_is_empty()
        first = await anext(aiter(heard))
    report = await history.get(shop, import_id)
    assert (report.status, report.rows_new) == ("done", 30)
    assert (first.kind, first.payload["import_id"]) == ("import_progress", str(import_id))
    assert not path.exists()
    async with tenant(shop) as unit:
        assert await unit.fetchval("SELECT count(*) FROM customer_scores") == 30


async def test_a_damaged_file_gives_a_message_instead_of_an_exception(
    shop: Scope, tmp_path: Path
) -> None:
    path = write(tmp_path / "a", "1,Ann,3")
    import_id = await prepare_import(shop, path, "a", MAPPING)
    path.write_bytes(b"%PDF-1.7")
    report = await run_import(shop, import_id)
    assert (report.status, report.problem) == ("failed", "This is a PDF document, not a table.")


async def test_the_mapping_is_reused_for_the_next_such_file(
    shop: Scope, other_shop: Scope, tmp_path: Path
) -> None:
    odd = Mapping((COLUMNS[0], ColumnMapping("name", "ignore"), COLUMNS[2]))
    path = write(tmp_path / "a", "1,Ann,3", "2,Bob,4")
    await import_file(shop, path, odd)
    seen = await preview.examine(shop, path)
    assert (seen.remembered, seen.mapping) == (True, odd)
    assert not (await preview.examine(other_shop, path)).remembered


async def test_history_is_limited_to_the_business_newest_first(
    shop: Scope, other_shop: Scope, tmp_path: Path
) -> None:
    first = await import_file(shop, write(tmp_path / "a", "1,Ann,3"), MAPPING)
    second = await import_file(shop, write(tmp_path / "b", "2,Bob,3"), MAPPING)
    assert [one.id for one in await history.history(shop)] == [second.id, first.id]
    assert [one.id for one in await history.history(shop, before=second.id)] == [first.id]
    assert second.imported_by == "Ada Admin"
    assert await history.history(other_shop) == []
    with pytest.raises(NotFound):
        await history.get(other_shop, first.id)


async def test_a_viewer_cannot_import(shop: Scope, tmp_path: Path) -> None:
    viewer = Scope(shop.business_id, Actor("staff", None, "Vi"), Role.viewer)
    with pytest.raises(NotAllowed):
        await import_file(viewer, write(tmp_path / "a", "1,Ann,3"), MAPPING)


async def test_a_repeated_events_file_is_imported_once(shop: Scope, tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "customer,kind,time,amount,sku\n"
        "1,order,2024-01-02 10:00,12.5,a\n"
        "1,order,2024-01-02 10:00,12.5,a\n"
        "2,visit,2024-02-03 11:00,,\n"
        "2,visit,soon,,\n"
    )
    seen = await preview.examine(shop, path)
    assert seen.mapping.kind == "events"
    report = await import_file(shop, path, seen.mapping)
    assert (report.status, report.rows_new, report.rows_rejected) == ("done", 3, 1)
    again = await import_file(shop, path, seen.mapping)
    assert (again.rows_new, again.rows_same) == (0, 3)
    async with tenant(shop) as unit:
        row = await unit.fetchrow(
            "SELECT amount, properties, c.first_seen_at, occurred_at FROM events e "
            "JOIN customers c ON c.id = e.customer_id WHERE c.external_id = '1'"
        )
    assert (row["amount"], row["properties"]) == (12.5, {"sku": "a"})
    assert row["first_seen_at"] == row["occurred_at"]
    await import_undo.ask_undo(shop, report.id)
    await run_import(shop, report.id)
    async with tenant(shop) as unit:
        assert await unit.fetchval("SELECT count(*) FROM events") == 0


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ((COLUMNS[1],), "the customer's id"),
        ((COLUMNS[0], ColumnMapping("absent")), "no column “absent”"),
        ((COLUMNS[0], ColumnMapping("name", "id")), "Only one column"),
        ((COLUMNS[0], ColumnMapping("name", "metric")), "choose its signal"),
        (
            (COLUMNS[0], ColumnMapping("name", key="k"), ColumnMapping("orders", key="k")),
            "same key",
        ),
    ],
)
async def test_a_wrong_mapping_is_refused_with_a_reason(
    shop: Scope, tmp_path: Path, bad: tuple[ColumnMapping, ...], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        await import_file(shop, write(tmp_path / "a", "1,Ann,3"), Mapping(bad))


def test_a_mapping_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    mappings.save(MAPPING, tmp_path / "m.json")
    assert mappings.load(tmp_path / "m.json") == MAPPING
    (tmp_path / "m.json").write_text('{"columns": [{"column": "id", "rôle": "id"}]}')
    with pytest.raises(Invalid):
        mappings.load(tmp_path / "m.json")
