"""Random tables in random locales, encodings and formats are read cell by cell."""

import csv
import io
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.imports.import_settings import ImportSettings
from tests.imports.reading import read_case

pytestmark = pytest.mark.slow

LOCALES = {
    "en_US": (".", "mdy", "%m/%d/%Y", "cp1252"),
    "en_GB": (".", "dmy", "%d/%m/%Y", "utf-8"),
    "de_DE": (",", "dmy", "%d.%m.%Y", "cp1252"),
    "fr_FR": (",", "dmy", "%d/%m/%Y", "utf-8-sig"),
    "pl_PL": (",", "dmy", "%d-%m-%Y", "cp1250"),
    "de_CH": (".", "dmy", "%d.%m.%y", "utf-16"),
    "ja_JP": (".", "ymd", "%Y/%m/%d", "utf-8"),
}
ROW = st.tuples(
    st.text("abcdefghijkl mnoprst", min_size=1, max_size=8).filter(lambda t: bool(t.strip())),
    st.none() | st.decimals(-99_999, 9_999_999, places=2, allow_nan=False),
    st.none() | st.dates(date(1970, 1, 1), date(2069, 1, 1)),
    st.booleans(),
    st.text("0123456789", min_size=5, max_size=5),
)


def table(rows: list[Any], locale: str, pattern: str) -> list[list[str]]:
    return [
        [
            f"id-{n}",
            name.strip(),
            "" if amount is None else format_decimal(amount, locale=locale),
            "" if day is None else day.strftime(pattern),
            "yes" if flag else "no",
            code,
        ]
        for n, (name, amount, day, flag, code) in enumerate(rows)
    ]


def write(folder: Path, cells: list[list[str]], separator: str, encoding: str) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(["customer id", "name", "paid amount", "last visit", "newsletter", "zip"])
    writer.writerows(cells)
    path = folder / "random.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def compare(rows: list[Any], found: Any) -> None:
    assert found.rejected == []
    assert found.unread == {}
    for n, (name, amount, day, flag, code) in enumerate(rows):
        got = found.rows[f"id-{n}"]
        kept = {column.column: column.attribute for column in found.seen.mapping.used}
        assert got["name"] == name.strip()
        if "paid amount" in kept:
            assert got.get("paid_amount") == (None if amount is None else float(amount))
        if "last visit" in kept:
            assert got.get("last_visit") == (None if day is None else day.isoformat())
        if "newsletter" in kept:
            assert got.get("newsletter") in (flag, "yes" if flag else "no")
        if "zip" in kept:
            assert got.get("zip") == code


@settings(max_examples=60, deadline=None)
@given(
    st.lists(ROW, min_size=3, max_size=12),
    st.sampled_from(sorted(LOCALES)),
    st.sampled_from([",", ";", "\t"]),
)
def test_a_random_csv(rows: list[Any], locale: str, separator: str) -> None:
    decimal, order, pattern, encoding = LOCALES[locale]
    wanted = ImportSettings(decimal=decimal, date_order=order, encoding=encoding)  # type: ignore[arg-type]
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = write(folder, table(rows, locale, pattern), separator, encoding)
        found = read_case(path, folder, wanted)
        compare(rows, found)
        assert found.total == len(rows)


@settings(max_examples=15, deadline=None)
@given(st.lists(ROW, min_size=3, max_size=12), st.sampled_from(["xlsx", "parquet"]))
def test_a_random_typed_table(rows: list[Any], kind: str) -> None:
    frame = pl.DataFrame(
        {
            "customer id": [f"id-{n}" for n in range(len(rows))],
            "name": [row[0].strip() for row in rows],
            "paid amount": pl.Series([row[1] and float(row[1]) for row in rows], dtype=pl.Float64),
            "last visit": pl.Series([row[2] for row in rows], dtype=pl.Date),
            "newsletter": [row[3] for row in rows],
            "zip": [row[4] for row in rows],
        }
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / f"random.{kind}"
        if kind == "xlsx":
            frame.write_excel(path)
        else:
            frame.write_parquet(path)
        found = read_case(path, folder)
        compare(rows, found)
        assert found.total == len(rows)
