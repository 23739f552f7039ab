"""An import while somebody else adds one of its customers at the same moment."""

from pulse.auth.scope import Scope
from pulse.db.prepared import Param, any_of, prepared
from pulse.db.transaction import tenant
from pulse.imports import upsert
from pulse.imports.runner import import_file
from pulse.tables.customer import Customer
from pulse.tabular.mapping import ColumnMapping, Mapping

COLUMNS = (ColumnMapping("id", "id"), ColumnMapping("name", "name"))


async def test_a_customer_added_meanwhile_is_updated(
    shop: Scope, tmp_path, monkeypatch, make_customer
):
    path = tmp_path / "list.csv"
    path.write_text("id,name\n1,Ann\n2,Bob\n3,Cid\n")
    await make_customer(shop, "2", name="Bo")
    # As if the check for existing customers had run a moment earlier.
    nobody = prepared(
        Customer.select(Customer.id).where(
            Customer.business_id == Param("business_id"),
            any_of(Customer.external_id, Param("external_ids")),
            Customer.external_id == "nobody",
        )
    )
    monkeypatch.setattr(upsert, "_ONE_OF", nobody)
    report = await import_file(shop, path, Mapping(COLUMNS))
    assert (report.status, report.rows_new, report.rows_changed) == ("done", 2, 1)
    async with tenant(shop) as unit:
        rows = await unit.fetch("SELECT name FROM customers ORDER BY external_id")
        words = await unit.fetchval("SELECT count(*) FROM own_words")
    assert ([row["name"] for row in rows], words) == (["Ann", "Bob", "Cid"], 3)
