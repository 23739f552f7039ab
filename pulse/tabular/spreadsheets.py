"""Convert spreadsheets and Parquet files to the same rows of text as a CSV.

Each file is converted to CSV once: calamine reads one sheet of a workbook; the typed columns of a
Parquet file become text as a spreadsheet would show them.
"""

import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pulse.errors import Invalid
from pulse.tabular import dialect
from pulse.tabular.formats import workbook_cells

MOST_SHEET_BYTES = 1 << 30  # bytes of unpacked XML; calamine holds a sheet in memory
_NOT_TEXT = (pl.Struct, pl.Binary, pl.Object)


class Workbook(NamedTuple):
    """One sheet of a workbook as CSV.

    sheets: the sheets that hold a table; hidden: the hidden ones among them.
    """

    path: Path
    sheet: str
    sheets: tuple[str, ...]
    hidden: tuple[str, ...]


def to_csv(path: Path, wanted: str = "") -> Workbook:
    """Write one sheet of an XLSX, XLS or ODS file to a CSV file beside it.

    wanted: its name; empty: the first visible sheet that holds a table and is no read-me.
    """
    _check_size(path)
    tables, hidden = _tables(path)
    if wanted and wanted not in tables:
        raise Invalid(
            f"There is no sheet “{wanted}” with a table. There are: {', '.join(tables)}.",
            code="SHEET_MISSING",
        )
    shown = [name for name in tables if name not in hidden] or list(tables)
    lists = [name for name in shown if not _is_explanation(name, tables[name])] or shown
    chosen = wanted or lists[0]
    target = path.with_name(path.name + ".csv")
    workbook_cells.as_shown(path, chosen, tables[chosen]).write_csv(target, include_header=False)
    others = [name for name in lists if name != chosen]
    return Workbook(target, chosen, (chosen, *others), tuple(hidden))


def _tables(path: Path) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """The names of the sheets with more than one row, and the names of hidden ones among them."""
    import fastexcel

    tables: dict[str, pl.DataFrame] = {}
    hidden = []
    try:
        book = fastexcel.read_excel(path)
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, dtypes="string")
            frame: pl.DataFrame = sheet.to_polars()
            if len(frame) > 1:
                tables[name] = frame.with_columns(pl.all().fill_null(""))
                if sheet.visible != "visible":
                    hidden.append(name)
    except fastexcel.FastExcelError as broken:
        raise Invalid(
            "This spreadsheet cannot be read (damaged, or protected by a password). "
            "Save it as CSV and try again.",
            code="FILE_DAMAGED",
        ) from broken
    if not tables:
        raise Invalid("No sheet of this file holds a table.", code="FILE_EMPTY")
    return tables, hidden


def _is_explanation(name: str, frame: pl.DataFrame) -> bool:
    """Whether a sheet is explanatory: by its name, or because it is one column of sentences."""
    plain = name.lower().replace("-", "").replace(" ", "")
    if plain.startswith(("readme", "instruction", "about", "notes", "legend", "info", "hinweis")):
        return True
    filled = [column for column in frame.iter_columns() if (column != "").any()]
    return len(filled) < 2 and frame.width < 2 and bool(filled) and _are_sentences(filled[0])


def _are_sentences(column: pl.Series) -> bool:
    return float(column.str.count_matches(" ").mean() or 0) > 3  # type: ignore[arg-type]


def is_workbook(path: Path) -> bool:
    """Whether a ZIP file is a spreadsheet."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as broken:
        raise Invalid("This file is damaged.", code="FILE_DAMAGED") from broken
    return any(name.startswith(("xl/", "content.xml")) for name in names)


def _check_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as broken:
        raise Invalid("This file is damaged.", code="FILE_DAMAGED") from broken
    if size > MOST_SHEET_BYTES:
        raise Invalid("This spreadsheet is very large: save it as CSV.", code="FILE_TOO_LARGE")


def unreadable_columns(path: Path) -> tuple[str, ...]:
    """The columns of a Parquet file that cannot be shown as text."""
    return tuple(name for name, kind in _schema(path).items() if not _is_readable(kind))


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
    """A column of any type as a spreadsheet would show it; durations in seconds."""
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
    """Whether a column can be shown as text; structs, raw bytes and objects cannot."""
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
