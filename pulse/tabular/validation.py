"""Batches of text in, rows Pulse can keep out, with a reason for every row it cannot.

A row is kept whole or not at all: one cell that cannot be read rejects the row, and the row comes
back in the error file with its line number and the reason, ready to be mended and sent again.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from pulse.errors import Invalid
from pulse.tabular import parsing
from pulse.tabular.mapping import ColumnMapping, Mapping
from pulse.tabular.readers import BATCH_ROWS, Batch, Source

LONGEST_ID = 200
SIDE_BY_SIDE = 2  # polars lets go of the interpreter, so that two batches keep two cores busy
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"
_DATE_WORDS = {
    "iso": "a date like 2024-01-31",
    "dmy": "a date, day first",
    "mdy": "a date, month first",
    "ymd": "a date, year first",
    "serial": "a spreadsheet's day number",
    "unix": "a Unix time",
}


class Rejected(msgspec.Struct, frozen=True):
    """A row that is not imported: its line in the file, why, and its cells as they stand there."""

    line: int
    reason: str
    cells: list[str]


class Valid(msgspec.Struct, frozen=True):
    """The readable rows of a batch.

    columns holds one typed Series a used column of the mapping, in its order; row_hash tells two
    rows with the same id apart.
    """

    columns: dict[str, pl.Series]
    lines: NDArray[np.int64]
    row_hash: NDArray[np.uint64]

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.lines)


class Checked(msgspec.Struct, frozen=True):
    """A batch after reading: what can be kept and what cannot."""

    valid: Valid
    rejected: list[Rejected]


def read(source: Source, mapping: Mapping, size: int = BATCH_ROWS) -> Iterator[Checked]:
    """Every batch of the file, `size` rows at a time, read by the mapping."""
    for batch in source.batches(size):
        yield check(batch, mapping)


def read_parallel(source: Source, mapping: Mapping) -> Iterator[Checked]:
    """As `read`, in the same order, while the next batches are checked in threads of their own."""
    ahead: deque[Future[Checked]] = deque()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        for batch in source.batches():
            ahead.append(threads.submit(check, batch, mapping))
            if len(ahead) > SIDE_BY_SIDE:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def check(batch: Batch, mapping: Mapping) -> Checked:
    """Type every used column; rows with a cell that cannot be read are rejected with the reason."""
    typed: dict[str, pl.Series] = {}
    faults: dict[int, list[str]] = {}
    for column in mapping.used:
        text = parsing.stripped(batch.frame[column.column])
        try:
            typed[column.column], wrong = read_column(text, column)
        except pl.exceptions.PolarsError as failed:
            raise _unreadable(batch, text, column) from failed
        for row in np.flatnonzero(wrong.to_numpy()):
            faults.setdefault(int(row), []).append(reason(column, text[int(row)]))
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
    return Checked(Valid(columns, batch.lines[keep], hashes[keep]), rejected)


def _unreadable(batch: Batch, text: pl.Series, column: ColumnMapping) -> Invalid:
    """What to say of a column that polars refuses: the first line on which it does."""
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


def read_column(text: pl.Series, column: ColumnMapping) -> tuple[pl.Series, pl.Series]:
    """The typed values, and a mask of the rows whose text cannot be read.

    `text` is stripped text with null for blank. A blank is "not known", except for ids and an
    event's kind and time, which every row must have.
    """
    read = _typed(text, column)
    wrong = read.is_null() & text.is_not_null()
    if column.reads_as in ("number", "date") and wrong.any():
        wrong &= parsing.no_numbers(text).is_not_null()
    if read.dtype == pl.String:
        wrong |= (read.str.len_bytes() > _longest(column)).fill_null(False)
    if column.role == "email":
        wrong |= (~read.str.contains(_EMAIL)).fill_null(False)
    if column.role in ("id", "event_kind", "event_time"):
        wrong |= text.is_null()
    return read, wrong


def _typed(text: pl.Series, column: ColumnMapping) -> pl.Series:
    if column.role == "id":
        return parsing.ids(text)
    match column.reads_as:
        case "number":
            return parsing.numbers(text, column.decimal)
        case "flag":
            return parsing.flags(text)
        case "date":
            return parsing.dates(text, column.date_order)
        case _:
            return text


def _longest(column: ColumnMapping) -> int:
    return LONGEST_ID if column.role in ("id", "event_id", "event_kind") else parsing.LONGEST_CELL


def reason(column: ColumnMapping, text: str | None) -> str:
    """Why a cell cannot be read, for the person who is to mend it."""
    return f"{column.column}: {_what_is_wrong(column, text)}"


def _what_is_wrong(column: ColumnMapping, text: str | None) -> str:
    if text is None:
        return "empty, and every row needs it"
    shown = f"“{text[:60]}{'…' if len(text) > 60 else ''}”"
    if column.reads_as in ("text", "category") and len(text.encode()) > _longest(column):
        return f"too long ({len(text):,} characters, at most {_longest(column):,})"
    if column.role == "id":
        return f"{shown} has lost digits in a spreadsheet; export the ids as text"
    if column.role == "email":
        return f"{shown} is not an e-mail address"
    if column.reads_as == "number":
        return f"{shown} is not a number"
    if column.reads_as == "flag":
        return f"{shown} is neither yes nor no"
    return f"{shown} is not {_DATE_WORDS[column.date_order]}"
