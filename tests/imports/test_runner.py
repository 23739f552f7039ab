"""An import from file to customers, against a real database."""

import shutil
from pathlib import Path
from typing import Any

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.imports.runner import import_file
from pulse.tabular import mapping as mappings
from pulse.tabular.mapping import ColumnMapping, Mapping

SMALL = Mapping(
    columns=(
        ColumnMapping("id", "id"),
        ColumnMapping("name", "name"),
        ColumnMapping("orders", "metric", "number", signal="engagement", direction="higher"),
        ColumnMapping("plan", "attribute", "category"),
    )
)


def write(path: Path, *lines: str) -> Path:
    path.write_text("id,name,orders,plan\n" + "\n".join(lines) + "\n")
    return path


async def all_customers(scope: Scope) -> list[dict[str, Any]]:
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT external_id, name, attributes FROM customers "
            "WHERE business_id = $1 ORDER BY external_id",
            scope.business_id,
        )
    return [dict(row) for row in rows]


async def test_a_list_becomes_customers_metrics_and_attributes(shop: Scope, tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", "1,Ann,3,Plus", "2,Bob,,Basic")
    scored: list[tuple[Scope, object]] = []

    async def after(scope: Scope, *, customers: object) -> None:
        scored.append((scope, customers))

    report = await import_file(shop, path, SMALL, after=after)

    assert (report.status, report.rows_new, report.rows_total) == ("done", 2, 2)
    assert await all_customers(shop) == [
        {"external_id": "1", "name": "Ann", "attributes": {"orders": 3, "plan": "Plus"}},
        {"external_id": "2", "name": "Bob", "attributes": {"plan": "Basic"}},
    ]
    assert scored == [(shop, None)]  # everybody
    async with tenant(shop) as unit:
        metric = await unit.fetchrow("SELECT key, definition FROM metrics")
    assert metric["definition"]["parameters"] == {"attribute": "orders"}


async def test_the_telco_list_is_read_by_the_demo_mapping(shop: Scope, tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "pulse" / "demo" / "data"
    mapping = mappings.load(folder / "meridian-mapping.json")
    path = tmp_path / "telco.csv.gz"
    shutil.copy(folder / "telco-customer-churn.csv.gz", path)
    report = await import_file(shop, path, mapping)
    assert (report.status, report.rows_new, report.rows_rejected) == ("done", 7043, 0)
