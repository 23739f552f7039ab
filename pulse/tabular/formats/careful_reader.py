"""The csv module as a reader that goes on: rows that do not fit the header are set apart.

A quotation mark that is never closed would swallow the rest of the file: its line is reported, the
lines it took are read again.
"""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from pulse.errors import Invalid

LONGEST_RECORD = 1_000  # lines; a cell with more line breaks is a quotation mark gone astray
csv.field_size_limit(64 << 20)  # the default of 128 kB would end an import at one long cell


class RaggedRow(msgspec.Struct, frozen=True):
    """A row that does not fit the header: where, its cells, and what is wrong with it."""

    line: int
    cells: list[str]
    reason: str


def read_records(
    path: Path, separator: str, before: int, width: int, size: int, skip: int = 0
) -> Iterator["Sorted"]:
    """The records of a UTF-8 file, `size` at a time, after the first `before` lines.

    width: of the header. skip counts records, blank lines among them, that are known already.
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
    """The lines of a file, of which some can be given back to be read again."""

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
        """The next record begins here."""
        self.taken = []

    def give_back(self) -> None:
        """All lines of the record but its first are to be read again."""
        rest = self.taken[1:]
        self._again += reversed(rest)
        self.number -= len(rest)
        self.taken = []


class Sorted:
    """Up to `size` records, sorted into rows that fit the header and rows that do not."""

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
                f"A quotation mark opened on line {line:,} is never closed.",
                code="QUOTE_NOT_CLOSED",
                line=line,
            )
        if spans > 1 and len(record) != width:
            self._unclosed(record, line, width)
        elif any(cell.strip() for cell in record[width:]):
            reason = f"{len(record)} cells, but the header has {width}"
            self.ragged.append(RaggedRow(line, record, reason))
        else:
            if len(record) < width:
                self.short.append(line)
            self.rows.append(record[:width] + [""] * (width - len(record)))
            self.lines.append(line)

    def _unclosed(self, record: list[str], line: int, width: int) -> None:
        """A quotation mark gone astray: its line is reported, the lines it swallowed read again."""
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
