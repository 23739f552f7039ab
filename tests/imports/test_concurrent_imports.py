"""An import meets somebody else who adds one of its customers at that very moment."""

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.imports import upsert
from pulse.imports.runner import import_file
from pulse.tabular.mapping import ColumnMapping, Mapping

COLUMNS = (ColumnMapping("id", "id"), ColumnMapping("name", "name"))


async def test_who_is_added_meanwhile_is_updated(shop: Scope, tmp_path, monkeypatch, make_customer):
    path = tmp_path / "list.csv"
    path.write_text("id,name\n1,Ann\n2,Bob\n3,Cid\n")
    await make_customer(shop, "2", name="Bo")
    # As if the look whether anybody is known had come a moment before that.
    monkeypatch.setattr(upsert, "_ANY_KNOWN", "SELECT $1::uuid IS NULL OR $2::text[] IS NULL")
    report = await import_file(shop, path, Mapping(COLUMNS))
    assert (report.status, report.rows_new, report.rows_changed) == ("done", 2, 1)
    async with tenant(shop) as unit:
        rows = await unit.fetch("SELECT name FROM customers ORDER BY external_id")
        words = await unit.fetchval("SELECT count(*) FROM own_words")
    assert ([row["name"] for row in rows], words) == (["Ann", "Bob", "Cid"], 3)
