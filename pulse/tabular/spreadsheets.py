"""Spreadsheets and Parquet files, made into the same rows of text as a CSV.

Both are turned into a CSV once: of a workbook calamine reads the first sheet that holds a table,
the typed columns of Parquet become text the way a spreadsheet would show them.
"""

import zipfile
from pathlib import Path
from typing import Any

import polars as pl

from pulse.errors import Invalid
from pulse.tabular import dialect

MOST_SHEET_BYTES = 1 << 30  # unpacked XML; calamine holds a sheet in memory
_NOT_TEXT = (pl.Struct, pl.Binary, pl.Object)


def to_csv(path: Path) -> Path:
    """Write the first filled sheet of an XLSX, XLS or ODS file as CSV beside it."""
    _guard_size(path)
    target = path.with_name(path.name + ".csv")
    frame = _first_table(path)
    frame.write_csv(target, include_header=False)
    return target


def _first_table(path: Path) -> pl.DataFrame:
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, dtypes="string")
            frame: pl.DataFrame = sheet.to_polars()
            if len(frame) > 1:
                return frame.with_columns(pl.all().fill_null(""))
    except fastexcel.FastExcelError as broken:
        raise Invalid(
            "This spreadsheet cannot be read (damaged, or protected by a password). "
            "Save it as CSV and try again.",
            code="FILE_DAMAGED",
        ) from broken
    raise Invalid("No sheet of this file holds a table.", code="FILE_EMPTY")


def _guard_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            names = archive.namelist()
    except zipfile.BadZipFile as broken:
        raise Invalid("This file is damaged.", code="FILE_DAMAGED") from broken
    if not any(name.startswith(("xl/", "content.xml")) for name in names):
        raise Invalid("This is an archive, not a table: unpack it first.", code="FILE_NOT_A_TABLE")
    if size > MOST_SHEET_BYTES:
        raise Invalid("This spreadsheet is very large: save it as CSV.", code="FILE_TOO_LARGE")


def parquet_to_csv(path: Path) -> Path:
    """Write the readable columns of a Parquet file as CSV beside it."""
    schema = _schema(path)
    readable = [(name, kind) for name, kind in schema.items() if _is_readable(kind)]
    if not readable:
        raise Invalid("This Parquet file has no plain columns.", code="FILE_NOT_A_TABLE")
    columns = dialect.unique_names([name for name, _ in readable])
    texts = [
        _text(pl.col(name), kind).fill_null("").alias(column)
        for (name, kind), column in zip(readable, columns, strict=True)
    ]
    target = path.with_name(path.name + ".csv")
    try:
        pl.scan_parquet(path, glob=False).select(texts).sink_csv(target)
    except pl.exceptions.PolarsError as broken:
        raise _damaged_parquet() from broken
    return target


def _text(column: pl.Expr, kind: Any) -> pl.Expr:
    """A column of any type as the text a spreadsheet would show; a duration in seconds."""
    if isinstance(kind, pl.Datetime):
        return column.dt.to_string("iso:strict")
    if isinstance(kind, pl.Duration):
        return _text(column.dt.total_microseconds() / 1_000_000, pl.Float64())
    if isinstance(kind, pl.Array):
        return _text(column.arr.to_list(), pl.List(kind.inner))
    if isinstance(kind, pl.List):
        return column.list.eval(_text(pl.element(), kind.inner)).list.join(", ", ignore_nulls=True)
    if kind.is_float():
        whole = column.is_finite() & (column == column.round()) & (column.abs() < 1e15)
        as_whole = pl.when(whole).then(column).cast(pl.Int64).cast(pl.String)
        return pl.coalesce(as_whole, column.cast(pl.String))
    return column.cast(pl.String)


def _is_readable(kind: Any) -> bool:
    """Whether a column can be shown as text; records, raw bytes and objects cannot."""
    if isinstance(kind, pl.List | pl.Array):
        return _is_readable(kind.inner)
    return not isinstance(kind, _NOT_TEXT)


def _schema(path: Path) -> pl.Schema:
    try:
        return pl.scan_parquet(path, glob=False).collect_schema()
    except (pl.exceptions.PolarsError, OSError) as broken:
        raise _damaged_parquet() from broken


def _damaged_parquet() -> Invalid:
    return Invalid("This Parquet file is damaged or cut short.", code="FILE_DAMAGED")
