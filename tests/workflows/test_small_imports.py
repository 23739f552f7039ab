"""After an import of a few rows only affected customers are scored."""

from pathlib import Path

from pulse import workflows
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.imports.runner import import_file
from pulse.tabular.mapping import ColumnMapping, Mapping

ORDERS = ColumnMapping("orders", "metric", "number", signal="engagement", direction="higher")
LIST = Mapping(columns=(ColumnMapping("id", "id"), ORDERS))
VISITS = ColumnMapping("visits", "metric", "number", signal="loyalty", direction="higher")


async def brought(scope: Scope, folder: Path, mapping: Mapping, *lines: str) -> set[str]:
    """Import this list like the product; returns the ids of scored customers."""
    async with tenant(scope) as unit:
        before = await scored_at(unit)
    head = ",".join(column.column for column in mapping.columns)
    path = folder / "list.csv"
    path.write_text("\n".join([head, *lines]) + "\n")
    report = await import_file(scope, path, mapping, after=workflows.rescore)
    assert (report.status, report.problem) == ("done", "")
    async with tenant(scope) as unit:
        after = await scored_at(unit)
    return {who for who, at in after.items() if at != before.get(who)}


async def scored_at(unit) -> dict[str, object]:
    rows = await unit.fetch("SELECT external_id, scored_at FROM scored_customers")
    return {row["external_id"]: row["scored_at"] for row in rows}


async def test_few_rows_score_few_customers_and_a_new_metric_everybody(
    shop: Scope, tmp_path: Path
) -> None:
    everybody = [f"{number},{number % 7}" for number in range(60)]
    assert len(await brought(shop, tmp_path, LIST, *everybody)) == 60
    few = ("3,100", "4,4", "new,5")  # changed, the same, new
    assert await brought(shop, tmp_path, LIST, *few) == {"3", "new"}
    async with tenant(shop) as unit:
        found = await unit.fetchrow(
            "SELECT identity_strength FROM scored_customers WHERE external_id = 'new'"
        )
    assert found["identity_strength"] is not None
    many = [f"{number},9" for number in range(30)]
    assert len(await brought(shop, tmp_path, LIST, *many)) == 61
    wider = Mapping(columns=(ColumnMapping("id", "id"), ORDERS, VISITS))
    assert len(await brought(shop, tmp_path, wider, "3,50,2")) == 61


async def test_a_file_of_events_scores_the_customers_with_events(
    ordering_shop: Scope, tmp_path: Path
) -> None:
    await workflows.rescore(ordering_shop)
    async with tenant(ordering_shop) as unit:
        await unit.executemany(
            "INSERT INTO customers (business_id, external_id) VALUES ($1, $2)",
            [(unit.business_id, f"more-{number}") for number in range(20)],
        )
    mapping = Mapping(
        kind="events",
        columns=(
            ColumnMapping("who", "id"),
            ColumnMapping("what", "event_kind"),
            ColumnMapping("when", "event_time", "date"),
        ),
    )
    rows = ("c1,order,2026-01-02", "c1,order,2026-01-03", "c7,order,2026-01-02")
    assert await brought(ordering_shop, tmp_path, mapping, *rows) == {"c1", "c7"}
