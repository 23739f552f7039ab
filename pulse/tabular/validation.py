"""Validate batches of text: typed rows to store, and a reason for every rejected row.

A row is stored completely or not at all. One unreadable cell rejects the row; the error file then
contains the row with its line number and the reason, so it can be corrected and sent again.
"""

import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from pulse.errors import Invalid
from pulse.i18n.sentences import marked
from pulse.tabular import parsing
from pulse.tabular.formats import odd_rows
from pulse.tabular.header_hints import says
from pulse.tabular.header_names import words_of
from pulse.tabular.mapping import ColumnMapping, Mapping
from pulse.tabular.readers import BATCH_ROWS, Batch, Source
from pulse.tabular.values import addresses

LONGEST_ID = 200
SHOWN_UNREAD = 3
REPEATED_HEADER = marked("this row repeats the header")
TOTALS_ROW = marked("this looks like a row of totals")
FOOTER_ROW = marked("this looks like a footer, not a customer")
SIDE_BY_SIDE = 2  # polars releases the GIL, so two batches use two cores
_DATE_WORDS = {
    "iso": "a date like 2024-01-31",
    "dmy": "a date, day first",
    "mdy": "a date, month first",
    "ymd": "a date, year first",
    "serial": "a spreadsheet's day number",
    "unix": "a Unix time",
}


class Rejected(msgspec.Struct, frozen=True):
    """A row that is not imported: its line in the file, the reason, and its original cells."""

    line: int
    reason: str
    cells: list[str]


class Valid(msgspec.Struct, frozen=True):
    """The readable rows of a batch.

    columns: one typed Series per used column of the mapping, in its order. row_hash: tells two
    rows with the same id apart.
    """

    columns: dict[str, pl.Series]
    lines: NDArray[np.int64]
    row_hash: NDArray[np.uint64]

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.lines)


class Unread(msgspec.Struct, frozen=True):
    """Unreadable cells of a column that were left empty: how many, and some examples."""

    column: str
    count: int
    examples: tuple[tuple[int, str], ...]
    """Line number and text of the first few."""


class Checked(msgspec.Struct, frozen=True):
    """A validated batch: valid rows, rejected rows, and cells that were left empty."""

    valid: Valid
    rejected: list[Rejected]
    unread: tuple[Unread, ...] = ()


def read(source: Source, mapping: Mapping, size: int = BATCH_ROWS) -> Iterator[Checked]:
    """Every batch of the file, `size` rows at a time, read with the mapping."""
    for batch in source.batches(size):
        yield check(batch, mapping)


def read_parallel(source: Source, mapping: Mapping) -> Iterator[Checked]:
    """Like `read`, in the same order, but validates the next batches in threads meanwhile."""
    ahead: deque[Future[Checked]] = deque()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        for batch in source.batches():
            ahead.append(threads.submit(check, batch, mapping))
            if len(ahead) > SIDE_BY_SIDE:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def check(batch: Batch, mapping: Mapping) -> Checked:
    """Parse every used column of a batch.

    A row with an unreadable cell is rejected with the reason, unless the column allows empty cells.
    """
    typed: dict[str, pl.Series] = {}
    faults = no_data(batch.frame, mapping)
    no_rows, unread = set(faults), []
    for column in mapping.used:
        text = stripped_for(batch.frame[column.column], column)
        try:
            typed[column.column], wrong = read_column(text, column, mapping.time_zone)
        except pl.exceptions.PolarsError as failed:
            raise _unreadable(batch, text, column) from failed
        failed_cells = _formula_errors(batch.frame[column.column], column)
        if failed_cells:
            unread.append(_unread(batch, batch.frame[column.column], column, failed_cells))
        places = [int(row) for row in np.flatnonzero(wrong.to_numpy()) if row not in no_rows]
        left = [row for row in places if _may_be_empty(text[row], column)]
        if left:
            unread.append(_unread(batch, text, column, left))
        for row in set(places).difference(left):
            faults.setdefault(row, []).append(reason(column, text[row]))
    return _split_rows(batch, typed, faults, tuple(unread))


def _split_rows(
    batch: Batch,
    typed: dict[str, pl.Series],
    faults: dict[int, list[str]],
    unread: tuple[Unread, ...],
) -> Checked:
    keep = np.ones(len(batch.frame), bool)
    keep[list(faults)] = False
    rejected = [
        Rejected(int(batch.lines[row]), "; ".join(reasons), [str(c) for c in batch.frame.row(row)])
        for row, reasons in sorted(faults.items())
    ]
    rejected += [Rejected(row.line, row.reason, row.cells) for row in batch.ragged]
    mask = pl.Series(keep)
    hashes = batch.frame.hash_rows(7).to_numpy()
    columns = {name: series.filter(mask) for name, series in typed.items()} if faults else typed
    return Checked(Valid(columns, batch.lines[keep], hashes[keep]), rejected, unread)


def no_data(frame: pl.DataFrame, mapping: Mapping) -> dict[int, list[str]]:
    """Indexes of rows that are no data: repeated headers, totals, footers."""
    identity = mapping.column("id")
    if identity is None or identity.column not in frame.columns:
        return {}
    text = frame[identity.column].str.strip_chars("\ufeff \t'\"")
    header = (text == identity.column).fill_null(False)
    found = {int(row): [REPEATED_HEADER] for row in header.arg_true() if _repeats(frame, int(row))}
    for row in text.str.contains(odd_rows.TOTALS).fill_null(False).arg_true():
        found.setdefault(int(row), [TOTALS_ROW])
    for row in odd_rows.footers(frame, identity.column):
        found.setdefault(row, [FOOTER_ROW])
    blank = (text == "").fill_null(True)
    for row in blank.arg_true():
        cells = [str(cell) for cell in frame.row(int(row))]
        if int(row) not in found and any(re.search(odd_rows.TOTALS, cell) for cell in cells):
            found[int(row)] = [f"{identity.column}: empty; {TOTALS_ROW}"]
    return found


def _repeats(frame: pl.DataFrame, row: int) -> bool:
    cells = [str(cell).strip("\ufeff \t'\"") for cell in frame.row(row)]
    same = sum(cell == name for cell, name in zip(cells, frame.columns, strict=True))
    return same == len(cells) or same > 1


def stripped_for(raw: pl.Series, column: ColumnMapping) -> pl.Series:
    """The stripped text of a column; words for blank become null, except in names."""
    named = column.role in ("id", "name", "first_name", "last_name", "email", "label")
    is_text = column.reads_as in ("text", "category")
    place = is_text and says(words_of(column.column), ("country", "name", "state", "code"))
    return parsing.stripped(raw, also=() if named or place else parsing.NULL_WORDS)


def _formula_errors(raw: pl.Series, column: ColumnMapping) -> list[int]:
    """Mask of number and date cells that hold a spreadsheet error (`#DIV/0!`)."""
    if column.reads_as in ("text", "category"):
        return []
    shown = raw.str.starts_with("#")
    if not shown.any():
        return []
    errors = shown & raw.str.strip_chars().str.contains(odd_rows.ERROR)
    return [int(row) for row in errors.arg_true()]


def _may_be_empty(text: str | None, column: ColumnMapping) -> bool:
    if text is None or column.rejects:
        return False
    return not (column.reads_as in ("text", "category") and len(text) > _longest(column))


def _unread(batch: Batch, text: pl.Series, column: ColumnMapping, rows: list[int]) -> Unread:
    examples = tuple((int(batch.lines[row]), str(text[row])[:60]) for row in rows[:SHOWN_UNREAD])
    return Unread(column.column, len(rows), examples)


def _unreadable(batch: Batch, text: pl.Series, column: ColumnMapping) -> Invalid:
    """The error for a column that polars cannot convert, with the first such line."""
    first, last = 0, len(text)
    while last - first > 1:
        middle = (first + last) // 2
        try:
            read_column(text[first:middle], column)
            first = middle
        except pl.exceptions.PolarsError:
            last = middle
    line = int(batch.lines[first]) if len(batch.lines) else 0
    return Invalid(
        f"Line {line:,}, {column.column}: this cell cannot be read as a {column.reads_as}. "
        "Correct it, or leave the column out.",
        code="CELL_UNREADABLE",
        line=line,
        column=column.column,
    )


def read_column(
    text: pl.Series, column: ColumnMapping, zone: str = ""
) -> tuple[pl.Series, pl.Series]:
    """The typed values, and a mask of the rows whose text cannot be read.

    text: stripped, null for blank. A blank means "not known", except for ids and an event's kind
    and time, which every row must have. zone: the time zone of times without one.
    """
    if column.reads_as == "date":
        text = parsing.no_dates(text)
    elif column.reads_as in ("number", "flag"):
        text = parsing.no_values(text)
    read = _typed(text, column, zone)
    wrong = read.is_null() & text.is_not_null()
    if read.dtype == pl.String:
        wrong |= (read.str.len_chars() > _longest(column)).fill_null(False)
    if pattern := addresses.pattern_of(column):
        wrong |= (~read.str.contains(pattern)).fill_null(False)
    if column.choices and column.reads_as == "category":
        read = _matching_choice(read, column.choices)
        wrong |= read.is_null() & text.is_not_null()
    if column.role in ("id", "event_kind", "event_time"):
        wrong |= text.is_null()
    return read, wrong


def _matching_choice(text: pl.Series, choices: tuple[str, ...]) -> pl.Series:
    """The matching choice for a text, ignoring case; null for any other text."""
    known = {choice.lower(): choice for choice in choices}
    return text.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.String)


def _typed(text: pl.Series, column: ColumnMapping, zone: str) -> pl.Series:
    if column.role == "id":
        return parsing.ids(text)
    if column.role == "tags":
        return parsing.tags(text)
    match column.reads_as:
        case "number":
            return parsing.numbers(text, column.decimal)
        case "flag":
            return parsing.flags(text)
        case "date":
            return parsing.dates(text, column.date_order, zone)
        case _:
            return text


def _longest(column: ColumnMapping) -> int:
    return LONGEST_ID if column.role in ("id", "event_id", "event_kind") else parsing.LONGEST_CELL


def reason(column: ColumnMapping, text: str | None) -> str:
    """Why a cell cannot be read, as a sentence for the person who corrects it."""
    return f"{column.column}: {_what_is_wrong(column, text)}"


def _what_is_wrong(column: ColumnMapping, text: str | None) -> str:
    if text is None:
        return "empty, and every row needs it"
    shown = f"“{text[:60]}{'…' if len(text) > 60 else ''}”"
    if column.reads_as in ("text", "category") and len(text) > _longest(column):
        return f"too long ({len(text):,} characters, at most {_longest(column):,})"
    if column.role == "id" and column.type != "email":
        return f"{shown} has lost digits in a spreadsheet; export the ids as text"
    if pattern := addresses.pattern_of(column):
        kind = "an e-mail" if pattern == addresses.EMAIL else "a web"
        return f"{shown} is not {kind} address"
    if column.choices:
        return f"{shown} is none of the choices"
    words = {"number": "not a number", "flag": "neither yes nor no"}
    return f"{shown} is " + words.get(column.reads_as, f"not {_DATE_WORDS[column.date_order]}")
