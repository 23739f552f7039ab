"""Every column type, as attribute and as metric, from CSV, XLSX and Parquet."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.imports.preview import examine
from pulse.imports.runner import import_file
from pulse.tabular import parsing
from pulse.tabular.mapping import ColumnMapping, Mapping

pytestmark = pytest.mark.slow

FRAME = pl.DataFrame(
    {
        "Customer ID": ["a1", "a2", "a3"],
        "Last day": [date(2025, 3, 1), date(2025, 4, 1), None],
        "Last login": ["2025-03-01 10:30:00", "2025-04-01 00:00:00", None],
        "Last call": [
            datetime(2025, 3, 1, 10, 30, tzinfo=UTC),
            datetime(2025, 4, 1, 22, 0, tzinfo=UTC),
            None,
        ],
        "Session time": [timedelta(minutes=90), timedelta(seconds=1.5), None],
        "Spend": [Decimal("1234.50"), Decimal("0.10"), None],
        "Orders": [3, 5, None],
        "Autopay": [True, False, None],
        "Share": [0.25, 0.5, None],
    }
).with_columns(pl.col("Last login").str.to_datetime())
KEPT = {
    "last_day": ("2025-03-01", "2025-04-01"),
    "last_login": ("2025-03-01T10:30:00Z", "2025-04-01T00:00:00Z"),
    "last_call": ("2025-03-01T10:30:00Z", "2025-04-01T22:00:00Z"),
    "session_time": (5400, 1.5),
    "spend": (1234.5, 0.1),
    "orders": (3, 5),
    "autopay": (True, False),
    "share": (0.25, 0.5),
}


def write(folder: Path, kind: str) -> Path:
    path = folder / f"list.{kind}"
    if kind == "parquet":
        FRAME.with_columns(tags=pl.Series([["vip", "big"], [], None])).write_parquet(path)
        return path
    plain = FRAME.with_columns(pl.col("Session time").dt.total_microseconds() / 1e6)
    if kind == "csv":
        plain.write_csv(path)
    else:
        plain.with_columns(pl.col("Last call").dt.replace_time_zone(None)).write_excel(path)
    return path


async def attributes(scope: Scope) -> list[dict[str, Any]]:
    async with tenant(scope) as unit:
        rows = await unit.fetch("SELECT attributes FROM customers ORDER BY external_id")
    return [row["attributes"] for row in rows]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
async def test_every_type_is_stored_as_an_attribute_and_as_a_metric(
    shop: Scope, tmp_path: Path, kind: str
) -> None:
    path = write(tmp_path, kind)
    found = await examine(shop, path)
    as_metrics = tuple(
        msgspec.structs.replace(column, role="metric", signal="engagement", direction="higher")
        if column.role not in ("id", "tags", "ignore") and column.type != "text"
        else column
        for column in found.mapping.columns
    )
    for columns in (found.mapping.columns, as_metrics):
        report = await import_file(shop, path, Mapping(columns))
        assert (report.status, report.problem, report.rows_rejected) == ("done", "", 0)
        one, two, empty = await attributes(shop)
        assert empty == {}
        for key, expected in KEPT.items():
            assert (one[key], two[key]) == expected, key
    async with tenant(shop) as unit:
        keys = [row["key"] for row in await unit.fetch("SELECT key FROM metrics")]
    assert set(KEPT) <= set(keys)


async def test_a_list_of_words_is_read_as_tags_and_an_odd_column_is_left_out(
    shop: Scope, tmp_path: Path
) -> None:
    path = tmp_path / "l.parquet"
    lists = pl.Series([[1, 2], [3]]).cast(pl.List(pl.Float64))
    record = pl.Series([{"a": 1}, {"a": 2}])
    frame = {"customer_id": ["1", "2"], "tags": [["vip", "eu"], []], "n": lists, "r": record}
    pl.DataFrame(frame).write_parquet(path)
    columns = (
        ColumnMapping("customer_id", "id"),
        ColumnMapping("tags", "tags"),
        ColumnMapping("n"),
    )
    assert (await import_file(shop, path, Mapping(columns))).status == "done"
    async with tenant(shop) as unit:
        rows = await unit.fetch("SELECT tags, attributes FROM customers ORDER BY external_id")
    assert [(row["tags"], row["attributes"]) for row in rows] == [
        (["vip", "eu"], {"n": "1, 2"}),
        ([], {"n": "3"}),
    ]


async def test_a_failure_of_polars_becomes_a_sentence_with_column_and_line(
    shop: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "l.csv"
    path.write_text("id,orders\n1,1\n2,2\n3,boom\n")
    mapping = Mapping((ColumnMapping("id", "id"), ColumnMapping("orders", type="number")))

    def refusing(text: pl.Series, decimal: str = ".") -> pl.Series:
        if "boom" in text.to_list():
            raise pl.exceptions.ComputeError("not today")
        return text.cast(pl.Float64)

    monkeypatch.setattr(parsing, "numbers", refusing)
    report = await import_file(shop, path, mapping)
    assert (report.status, report.rows_new) == ("failed", 0)
    assert report.problem.startswith("Line 4, orders: this cell cannot be read as a number.")
    assert await attributes(shop) == []
