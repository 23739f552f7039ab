"""CSV reader that continues after malformed rows and reports them separately.

An unclosed quotation mark would otherwise take in the rest of the file: its line is reported, and
the lines after it are read again.
"""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from pulse.errors import Invalid

# lines; a cell with more line breaks is taken for an unclosed quotation mark
LONGEST_RECORD = 1_000
# characters; the csv module's default of 128 kB would end an import at one long cell
csv.field_size_limit(64 << 20)


class RaggedRow(msgspec.Struct, frozen=True):
    """A row that does not fit the header: its line, its cells, and what is wrong with it."""

    line: int
    cells: list[str]
    reason: str


def read_records(
    path: Path, separator: str, before: int, width: int, size: int, skip: int = 0
) -> Iterator["Sorted"]:
    """The records of a UTF-8 file, `size` at a time, after the first `before` lines.

    width: number of cells in the header. skip: number of records, blank lines included, to skip
    because they have already been read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(before):
            file.readline()
        lines = Lines(file, before)
        reader = csv.reader(lines, delimiter=separator)
        for _ in islice(reader, skip):
            lines.begin()
        while True:
            found = Sorted(reader, lines, separator, width, size)
            if not found.read:
                return
            yield found


class Lines:
    """Iterator over the lines of a file that can return lines to be read again."""

    def __init__(self, file: Any, before: int) -> None:
        self.number = before
        self.taken: list[str] = []
        self._file = file
        self._again: list[str] = []

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line: str = self._again.pop() if self._again else next(self._file)
        self.taken.append(line)
        self.number += 1
        return line

    def begin(self) -> None:
        """Mark the beginning of the next record."""
        self.taken = []

    def give_back(self) -> None:
        """Return all lines of the current record except its first, to be read again."""
        rest = self.taken[1:]
        self._again += reversed(rest)
        self.number -= len(rest)
        self.taken = []


class Sorted:
    """Up to `size` records, divided into rows that fit the header and rows that do not."""

    def __init__(self, reader: Any, lines: Lines, separator: str, width: int, size: int) -> None:
        self.read = 0
        self.rows: list[list[str]] = []
        self.lines: list[int] = []
        self.ragged: list[RaggedRow] = []
        self.short: list[int] = []
        self._separator, self._width, self._file = separator, width, lines
        lines.begin()
        start = lines.number + 1
        for record in islice(reader, size):
            self.read += 1
            self._take(record, start)
            lines.begin()
            start = lines.number + 1

    def _take(self, record: list[str], line: int) -> None:
        width = self._width
        if not any(record):
            return
        spans = len(self._file.taken)
        if spans > LONGEST_RECORD:
            raise Invalid(
                f"A quotation mark opened on line {line:,} is never closed: close or remove it.",
                code="QUOTE_NOT_CLOSED",
                line=line,
            )
        if spans > 1 and len(record) != width:
            self._report_unclosed_quote(record, line, width)
        elif any(cell.strip() for cell in record[width:]):
            reason = f"{len(record)} cells, but the header has {width}"
            self.ragged.append(RaggedRow(line, record, reason))
        else:
            if len(record) < width:
                self.short.append(line)
            self.rows.append(record[:width] + [""] * (width - len(record)))
            self.lines.append(line)

    def _report_unclosed_quote(self, record: list[str], line: int, width: int) -> None:
        """Report the line of an unclosed quotation mark and read the lines after it again."""
        taken = self._file.taken
        rest = csv.reader(taken[1:], delimiter=self._separator)
        fits = all(len(cells) == width for cells in rest if cells)
        reason = "a quotation mark opened here is not closed"
        if fits or "".join(taken).count('"') % 2:
            first = taken[0].rstrip("\r\n").split(self._separator)
            self.ragged.append(RaggedRow(line, first, reason))
            self._file.give_back()
        else:
            self.ragged.append(RaggedRow(line, record, reason))
