"""Column types set by a business apply to all files; a leaving date marks customers as left."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from pulse import workflows
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.errors import Invalid, NotFound
from pulse.imports.custom_fields import list_custom_fields, remove_custom_field, set_custom_field
from pulse.imports.history import ImportReport
from pulse.imports.preview import examine
from pulse.imports.runner import import_file
from pulse.tabular.guesses.declared import CustomField
from tests.imports.test_lists import LISTS

pytestmark = pytest.mark.slow


async def imported(scope: Scope, path: Path, *, scored: bool = False) -> ImportReport:
    seen = await examine(scope, path)
    return await import_file(scope, path, seen.mapping, after=workflows.rescore if scored else None)


async def attributes(scope: Scope) -> dict[str, dict[str, Any]]:
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT external_id, attributes FROM customers WHERE business_id = $1",
            scope.business_id,
        )
    return {row["external_id"]: row["attributes"] for row in rows}


async def test_types_set_once_apply_to_all_files(shop: Scope, tmp_path: Path) -> None:
    await set_custom_field(shop, CustomField("Shelf", "text"))
    await set_custom_field(shop, CustomField("Region", "choice", ("North", "South")))
    await set_custom_field(shop, CustomField("Deposit", "currency"))
    await set_custom_field(shop, CustomField("Insured", "yes_no"))
    first = tmp_path / "first.csv"
    first.write_text(
        "Customer ID,Shelf,Region,Deposit,Insured\n"
        "1,12,north,€ 12.50,1\n2,13,South,,0\n3,14,East,1,1\n"
    )
    report = await imported(shop, first)
    assert [(one["column"], one["count"]) for one in report.unread] == [("Region", 1)]
    second = tmp_path / "second.csv"
    second.write_text("region,SHELF,Customer ID\nSouth,7B,1\n")
    assert (await imported(shop, second)).status == "done"
    assert await attributes(shop) == {
        "1": {"shelf": "7B", "region": "South", "deposit": 12.5, "insured": True},
        "2": {"shelf": "13", "region": "South", "insured": False},
        "3": {"shelf": "14", "deposit": 1, "insured": True},
    }


async def test_addresses_are_checked_for_their_form(shop: Scope, tmp_path: Path) -> None:
    await set_custom_field(shop, CustomField("Site", "url"))
    await set_custom_field(shop, CustomField("Billing contact", "email"))
    path = tmp_path / "accounts.csv"
    path.write_text(
        "Customer ID,Site,Billing contact\n1,acme.com,ann@acme.example\n"
        "2,https://bücher.example/shop?a=1,\n3,see notes,call Bob\n"
    )
    report = await imported(shop, path)
    assert [(one["column"], one["count"], one["examples"]) for one in report.unread] == [
        ("Site", 1, [[4, "see notes"]]),
        ("Billing contact", 1, [[4, "call Bob"]]),
    ]
    assert (await attributes(shop))["2"] == {"site": "https://bücher.example/shop?a=1"}


async def test_fields_are_checked_listed_and_removed(shop: Scope) -> None:
    with pytest.raises(Invalid, match="list its values"):
        await set_custom_field(shop, CustomField("Region", "choice"))
    await set_custom_field(shop, CustomField("Region ", "text"))
    await set_custom_field(shop, CustomField("region", "choice", ("North", "North", "South")))
    assert await list_custom_fields(shop) == [CustomField("region", "choice", ("North", "South"))]
    await remove_custom_field(shop, "Region")
    assert await list_custom_fields(shop) == []
    with pytest.raises(NotFound):
        await remove_custom_field(shop, "Region")


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("leaving_es.csv", ["1002"]),
        ("leaving_tr.csv", ["M-002", "M-005"]),
        ("leaving_saas_en.csv", ["A-2"]),
    ],
)
async def test_customers_who_left_by_a_list_are_left_in_the_score(
    shop: Scope, tmp_path: Path, name: str, gone: list[str]
) -> None:
    path = Path(shutil.copy(LISTS / name, tmp_path / name))
    await imported(shop, path, scored=True)
    async with tenant(shop) as unit:
        rows = await unit.fetch(
            "SELECT c.external_id, s.lifecycle FROM customers c "
            "JOIN customer_scores s ON s.business_id = c.business_id AND s.customer_id = c.id "
            "WHERE c.business_id = $1 ORDER BY 1",
            shop.business_id,
        )
    assert [row["external_id"] for row in rows if row["lifecycle"] == "left"] == gone
