"""Read any customer file as batches of text, without holding it in memory.

`open_source` converts any input (CSV with any separator, encoding and line ends, gzip, Parquet, a
spreadsheet) to a UTF-8 table on disk; `limited_decoding.open_limited` does so in a child process
with limits. `Source.batches` reads that table with polars, and with the slower csv module where
quotes or row widths are irregular. Both give the same text for a well-formed file (checked by a
property test).
"""

import csv
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from pulse.errors import Invalid
from pulse.tabular import decoding, dialect, spreadsheets
from pulse.tabular.formats import archives, boxed_tables
from pulse.tabular.formats.careful_reader import RaggedRow, read_records
from pulse.tabular.mapping import ReadOptions

BATCH_ROWS = 20_000
MOST_COLUMNS = 2_000
TAIL_BYTES = 1 << 16


class Batch(msgspec.Struct, frozen=True):
    """Rows as text.

    frame: one String column per file column; missing cells are empty texts. lines: the line
    number of each row. Blank lines are left out.
    """

    frame: pl.DataFrame
    lines: NDArray[np.int64]
    ragged: tuple[RaggedRow, ...] = ()
    short: tuple[int, ...] = ()
    """Lines with fewer cells than the header; the missing cells count as blank."""


class FileFacts(msgspec.Struct, frozen=True):
    """What was found out about a file when it was opened.

    sheets: the workbook's sheets (or the archive's files) that hold a table; sheet: the one that
    is read. bad_bytes: number of bytes invalid in the encoding. typed: the file distinguishes
    numbers from texts. has_header: false when the first line is data. ends_in_line: false when
    the last line has no line end, as in a truncated file.
    """

    encoding: str = "utf-8"
    bad_bytes: int = 0
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    typed: bool = False
    has_header: bool = True
    ends_in_line: bool = True
    dropped: tuple[str, ...] = ()
    """Columns that cannot be read (structs, raw bytes)."""
    short_rows: int = 0
    """The number of rows with fewer cells than the header, among the first rows."""
    cut: bool = False
    """Whether the last line has fewer cells than the header and no line end."""


class Source(msgspec.Struct, frozen=True):
    """A table on disk that can be read repeatedly, in batches.

    tidy: its quotes are regular, so the fast reader can be used. quoted: it contains quotes;
    without quotes no cell contains a line break.
    """

    path: Path
    columns: tuple[str, ...]
    separator: str = ","
    lines_before: int = 1
    tidy: bool = True
    quoted: bool = True
    facts: FileFacts = FileFacts()

    def batches(self, size: int = BATCH_ROWS) -> Iterator[Batch]:
        """Every row of the file, `size` at a time."""
        return _read_fast(self, size) if self.tidy else _read_carefully(self, size)

    def preview(self, rows: int) -> Batch:
        """The first rows."""
        batch = next(self.batches(rows), None)
        if batch is None:
            empty = pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))
            return Batch(empty, np.empty(0, np.int64))
        return batch


class ConversionTooLarge(Exception):
    """A JSON text or drawn table that is larger than the caller converts."""


def open_source(
    path: Path, options: ReadOptions | None = None, *, most_converted: float = math.inf
) -> Source:
    """Prepare a file for reading.

    A prepared copy may be written beside the file, with the suffix `.prepared`. options: sheet,
    header row, encoding and separator, each detected if not given. most_converted: bytes of JSON
    or of a drawn table that are converted; of more, ConversionTooLarge is raised. Raises Invalid,
    with a message for a CSM, when the file is no table.
    """
    options = options or ReadOptions()
    with path.open("rb") as file:
        head = file.read(dialect.HEAD_BYTES)
    kind = dialect.kind_of(head)
    if kind == "gzip":
        return open_source(decoding.unpack(path), options)
    if kind == "parquet":
        dropped = spreadsheets.unreadable_columns(path)
        facts = FileFacts(typed=True, dropped=dropped)
        return _open_text(spreadsheets.parquet_to_csv(path), options, facts)
    if kind == "workbook" and _is_archive(path):
        return _open_member(path, options)
    if kind == "workbook":
        book = spreadsheets.to_csv(path, options.sheet)
        facts = FileFacts(sheet=book.sheet, sheets=book.sheets, hidden=book.hidden, typed=True)
        return _open_text(book.path, options, facts)
    return _open_text(path, options, FileFacts(), most_converted)


def _is_archive(path: Path) -> bool:
    return zipfile.is_zipfile(path) and not spreadsheets.is_workbook(path)


def _open_member(path: Path, options: ReadOptions) -> Source:
    """Open the requested table of a ZIP file, by default the first."""
    names = archives.members(path)
    if not names:
        raise Invalid("This archive holds no table: no CSV, no XLSX.", code="FILE_NOT_A_TABLE")
    wanted = options.sheet if options.sheet in names else names[0]
    inner = options if wanted != options.sheet else msgspec.structs.replace(options, sheet="")
    source = open_source(archives.unzip(path, wanted), inner)
    facts = msgspec.structs.replace(
        source.facts,
        sheet=wanted if len(names) > 1 else source.facts.sheet,
        sheets=tuple(names) if len(names) > 1 else source.facts.sheets,
    )
    return msgspec.structs.replace(source, facts=facts)


def _open_text(
    path: Path, options: ReadOptions, facts: FileFacts, most_converted: float = math.inf
) -> Source:
    prepared = decoding.to_utf8(path, "utf-8" if facts.typed else options.encoding)
    if not facts.typed:
        archives.refuse_markup(prepared.head)
        is_json = archives.looks_like_json(prepared.head)
        if is_json or (not options.separator and boxed_tables.is_boxed(prepared.head)):
            if prepared.path.stat().st_size > most_converted:
                raise ConversionTooLarge
            to_csv = archives.json_to_csv if is_json else boxed_tables.to_csv
            plain = decoding.to_utf8(to_csv(prepared.path))
            prepared = msgspec.structs.replace(
                plain, encoding=prepared.encoding, bad_bytes=prepared.bad_bytes
            )
            facts = msgspec.structs.replace(facts, typed=is_json)
            options = msgspec.structs.replace(options, separator=",")
    separator = "," if facts.typed else options.separator
    layout = dialect.layout_of(prepared.head, separator, options.header_row)
    short, last_short = dialect.short_rows(prepared.head, layout)
    return _check_width(
        Source(
            prepared.path,
            layout.columns,
            layout.separator,
            layout.lines_before,
            decoding.quotes_are_regular(prepared, layout.separator),
            prepared.has_quotes,
            msgspec.structs.replace(
                facts,
                encoding=prepared.encoding,
                bad_bytes=prepared.bad_bytes,
                has_header=layout.has_header,
                ends_in_line=prepared.ends_in_line,
                short_rows=short,
                cut=not prepared.ends_in_line and (last_short or _is_truncated(prepared, layout)),
            ),
        )
    )


def _is_truncated(prepared: decoding.DecodedFile, layout: dialect.Layout) -> bool:
    """Whether the last line of a long file has fewer cells than the header."""
    size = prepared.path.stat().st_size
    if size <= dialect.HEAD_BYTES:
        return False
    with prepared.path.open("rb") as file:
        file.seek(size - TAIL_BYTES)
        last = file.read().decode("utf-8", errors="replace").rsplit("\n", 1)[-1]
    return len(next(csv.reader([last], delimiter=layout.separator), [])) < len(layout.columns)


def _check_width(source: Source) -> Source:
    if len(source.columns) > MOST_COLUMNS:
        raise Invalid(
            f"The file has {len(source.columns):,} columns; Pulse reads up to {MOST_COLUMNS:,}.",
            code="FILE_TOO_WIDE",
        )
    return source


def _read_fast(source: Source, size: int) -> Iterator[Batch]:
    """Read with polars; from the first row that does not fit, with the careful reader."""
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
        yield from _read_carefully(source, size, skip=done)


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
    """The frame without blank lines; cells missing at the end of a row become blanks."""
    short = np.empty(0, bool)
    if frame.width > 1 and frame.to_series(frame.width - 1).null_count():
        short = frame.to_series(frame.width - 1).is_null().to_numpy()
        frame = frame.with_columns(pl.all().fill_null(""))
    filled = np.ones(len(frame), bool)
    if (frame.to_series(0).str.len_bytes() == 0).any():
        blank = frame.select(pl.all_horizontal(pl.all().str.len_bytes() == 0)).to_series()
        filled = ~blank.to_numpy()
        frame = frame.filter(pl.Series(filled))
    ends = tuple(int(line) for line in lines[filled & short]) if len(short) else ()
    return Batch(frame, lines[filled], short=ends)


def _read_carefully(source: Source, size: int, skip: int = 0) -> Iterator[Batch]:
    """Read with the csv module: irregular quotes and row widths give ragged rows, no error."""
    width = len(source.columns)
    for found in read_records(
        source.path, source.separator, source.lines_before, width, size, skip
    ):
        schema = dict.fromkeys(source.columns, pl.String)
        frame = pl.DataFrame(found.rows, schema=schema, orient="row")
        lines = np.array(found.lines, np.int64)
        yield Batch(frame, lines, tuple(found.ragged), tuple(found.short))
