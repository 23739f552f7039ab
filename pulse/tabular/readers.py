"""Reading any customer file as batches of text, without holding it in memory.

`open_source` makes whatever came (CSV of any separator, encoding and line ends, gzip, Parquet,
a spreadsheet) into a plain UTF-8 table on disk (`limited.open_limited` does it in a process with
limits); `Source.batches` reads it with polars, and with the slower, forgiving csv module where a
file's quotes or row widths are odd. Both read the same text from a well-formed file (a property
test holds them to it).
"""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from pulse.errors import Invalid
from pulse.tabular import decoding, dialect, spreadsheets

BATCH_ROWS = 20_000
MOST_COLUMNS = 2_000
LONGEST_RECORD = 1_000  # lines; a cell with more line breaks is a quotation mark gone astray
csv.field_size_limit(64 << 20)  # the default of 128 kB would end an import at one long cell


class RaggedRow(msgspec.Struct, frozen=True):
    """A row that does not fit the header: where, its cells, and what is wrong with it."""

    line: int
    cells: list[str]
    reason: str


class Batch(msgspec.Struct, frozen=True):
    """Some rows as text: frame has one String column a file column, lines the row's line number.

    Missing cells are empty texts. Blank lines are left out.
    """

    frame: pl.DataFrame
    lines: NDArray[np.int64]
    ragged: tuple[RaggedRow, ...] = ()


class Source(msgspec.Struct, frozen=True):
    """A table on disk that can be read again and again, in batches.

    tidy says that its quotes follow the rules, so that the fast reader may be trusted with it;
    quoted that it has any, without which no cell holds a line break.
    """

    path: Path
    columns: tuple[str, ...]
    separator: str = ","
    lines_before: int = 1
    tidy: bool = True
    quoted: bool = True

    def batches(self, size: int = BATCH_ROWS) -> Iterator[Batch]:
        """Every row of the file, `size` at a time."""
        return _fast(self, size) if self.tidy else _careful(self, size)

    def preview(self, rows: int) -> Batch:
        """The first rows."""
        batch = next(self.batches(rows), None)
        if batch is None:
            empty = pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))
            return Batch(empty, np.empty(0, np.int64))
        return batch


def open_source(path: Path) -> Source:
    """Prepare a file for reading; Invalid, in a CSM's words, when it is no table.

    A prepared copy may be written beside the file, with the suffix `.prepared`.
    """
    with path.open("rb") as file:
        head = file.read(dialect.HEAD_BYTES)
    kind = dialect.kind_of(head)
    if kind == "gzip":
        return open_source(decoding.unpack(path))
    if kind == "parquet":
        path = spreadsheets.parquet_to_csv(path)
    elif kind == "workbook":
        path = spreadsheets.to_csv(path)
    prepared = decoding.to_utf8(path)
    layout = dialect.layout_of(prepared.head)
    source = Source(
        prepared.path,
        layout.columns,
        layout.separator,
        layout.lines_before,
        decoding.quotes_are_regular(prepared, layout.separator),
        prepared.has_quotes,
    )
    return _checked(source)


def _checked(source: Source) -> Source:
    if len(source.columns) > MOST_COLUMNS:
        raise Invalid(
            f"The file has {len(source.columns):,} columns; Pulse reads up to {MOST_COLUMNS:,}.",
            code="FILE_TOO_WIDE",
        )
    return source


def _fast(source: Source, size: int) -> Iterator[Batch]:
    """polars; at the first row that does not fit, the careful reader takes over from there."""
    scan = pl.scan_csv(
        source.path,
        has_header=False,
        skip_lines=source.lines_before,
        schema=dict.fromkeys(source.columns, pl.String),
        separator=source.separator,
        empty_string_is_null=False,
        raise_if_empty=False,
        truncate_ragged_lines=False,
        glob=False,
    )
    done, line = 0, source.lines_before + 1
    try:
        for frame in scan.collect_batches(chunk_size=size, maintain_order=True):
            lines = _line_numbers(frame, line, quoted=source.quoted)
            line = int(lines[-1]) + _extra_lines(frame.tail(1)) + 1 if len(frame) else line
            done += len(frame)
            yield _without_blank_rows(frame, lines)
    except pl.exceptions.PolarsError:
        yield from _careful(source, size, skip=done)


def _line_numbers(frame: pl.DataFrame, first: int, *, quoted: bool) -> NDArray[np.int64]:
    """Line numbers of consecutive rows; a quoted cell may span several lines."""
    lines = np.arange(first, first + len(frame), dtype=np.int64)
    if not quoted:
        return lines
    spans = np.zeros(len(frame), np.int64)
    for column in frame.iter_columns():
        if column.str.contains("\n", literal=True).any():
            spans += column.str.count_matches("\n", literal=True).to_numpy()
    lines[1:] += np.cumsum(spans)[:-1]
    return lines


def _extra_lines(row: pl.DataFrame) -> int:
    return sum(str(cell).count("\n") for cell in row.row(0))


def _without_blank_rows(frame: pl.DataFrame, lines: NDArray[np.int64]) -> Batch:
    first = frame.to_series(0)
    if not (first.str.len_bytes() == 0).any():
        return Batch(frame, lines)
    filled = ~frame.select(pl.all_horizontal(pl.all().str.len_bytes() == 0)).to_series()
    return Batch(frame.filter(filled), lines[filled.to_numpy()])


def _careful(source: Source, size: int, skip: int = 0) -> Iterator[Batch]:
    """The csv module: odd quotes and row widths become ragged rows instead of an end.

    skip counts rows, blank lines among them, which the fast reader has already handed out.
    """
    with source.path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(source.lines_before):
            file.readline()
        reader = csv.reader(file, delimiter=source.separator)
        for _ in islice(reader, skip):
            pass
        while True:
            sorted_out = _Sorted(source, reader, size)
            if not sorted_out.read:
                return
            yield sorted_out.batch()


class _Sorted:
    """Up to `size` records, sorted into rows that fit the header and rows that do not."""

    def __init__(self, source: Source, reader: Any, size: int) -> None:
        self.read = 0
        self._source, self._reader = source, reader
        self._rows: list[list[str]] = []
        self._lines: list[int] = []
        self._ragged: list[RaggedRow] = []
        start = reader.line_num
        for record in islice(reader, size):
            self.read += 1
            self._take(record, source.lines_before + start + 1, reader.line_num - start)
            start = reader.line_num

    def _take(self, record: list[str], line: int, spans: int) -> None:
        width = len(self._source.columns)
        if not any(record):
            return
        if spans > LONGEST_RECORD:
            raise Invalid(
                f"A quotation mark opened on line {line:,} is never closed.",
                code="QUOTE_NOT_CLOSED",
                line=line,
            )
        reason = ""
        if spans > 1 and len(record) != width:
            reason = "a quotation mark opened here is not closed"
        elif any(cell.strip() for cell in record[width:]):
            reason = f"{len(record)} cells, but the header has {width}"
        if reason:
            self._ragged.append(RaggedRow(line, record, reason))
            return
        self._rows.append(record[:width] + [""] * (width - len(record)))
        self._lines.append(line)

    def batch(self) -> Batch:
        schema = dict.fromkeys(self._source.columns, pl.String)
        frame = pl.DataFrame(self._rows, schema=schema, orient="row")
        return Batch(frame, np.array(self._lines, np.int64), tuple(self._ragged))
