"""Detect the format, encoding, separator and header of a table from its first bytes.

Pure functions on bytes and text. The file name is ignored: a picture named .csv is refused, and a
table named .txt is read.
"""

import codecs
import csv
import io
from collections import Counter
from typing import Literal

import msgspec

from pulse.errors import Invalid
from pulse.outbound.csv_lines import without_marks
from pulse.tabular.formats import odd_rows

FileKind = Literal["text", "parquet", "workbook", "gzip"]

HEAD_BYTES = 1 << 20
# a header of 200 columns with 130-character names has 26 kB; a megabyte is no header
LONGEST_HEADER = 1 << 20
SEPARATORS = ",;\t|^~\x1f:"
SNIFFED_RECORDS = 60

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
)


class Layout(msgspec.Struct, frozen=True):
    """How the text of a table is laid out.

    lines_before counts the physical lines up to and with the header (titles, `sep=;`, a header
    with line breaks in its quotes); columns are the header's cells, trimmed, unique, never empty.
    """

    separator: str
    lines_before: int
    columns: tuple[str, ...]
    has_header: bool = True
    """False when the first line is data: then the columns are numbered."""


def kind_of(head: bytes) -> FileKind:
    """The file format, from the first bytes.

    Raises Invalid when the file cannot be a table.
    """
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Invalid("This file is empty.", code="FILE_EMPTY")
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise Invalid(f"This is {what}, not a table.", code="FILE_NOT_A_TABLE")
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "workbook"
    return "text"


def encoding_of(head: bytes) -> str:
    """The encoding: from a byte order mark, UTF-16 by its many zero bytes, else UTF-8 as a first
    guess.

    Whether the whole file is UTF-8 is checked while it is read (see `decoding`).
    """
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    sample = head[:4096]
    if sample[1::2].count(0) > len(sample) * 0.2:
        return "utf-16-le"
    if sample[0::2].count(0) > len(sample) * 0.2:
        return "utf-16-be"
    if _control_share(sample) > 0.02:
        raise Invalid(
            "This is not a text file: it holds binary data. Save the list as CSV or XLSX.",
            code="FILE_NOT_A_TABLE",
        )
    return "utf-8"


def _control_share(sample: bytes) -> float:
    control = sum(1 for byte in sample if byte < 32 and byte not in (9, 10, 13, 31))
    return control / max(1, len(sample))


def layout_of(head: str, separator: str = "", header_row: int | None = None) -> Layout:
    """The separator, header line and column names, from the beginning of the decoded text.

    header_row: line number of the header from 1; 0: there is none; None: the first line that has as
    many cells as most lines.
    """
    if "\n" not in head and len(head) >= LONGEST_HEADER:
        raise Invalid(
            "The first line is longer than a million characters, so this cannot be a table "
            "with one customer a line.",
            code="FILE_NOT_A_TABLE",
        )
    skipped, body, said = _declared_separator(head)
    separator = separator or said or _separator(body)
    records = _records(body, separator)
    if header_row:
        return _layout_at(records, separator, skipped, header_row)
    at = _header_record([cells for _, cells in records])
    ends_at, header = records[at]
    below = [cells for _, cells in records[at + 1 :] if any(cells)]
    if header_row == 0 or (header_row is None and odd_rows.is_missing(header, below)):
        before = records[at - 1][0] if at else 0
        width = max(len(header), *(len(cells) for cells in below), 1) if below else len(header)
        return Layout(separator, skipped + before, unique_names([""] * width), has_header=False)
    return Layout(separator, skipped + ends_at, unique_names(header))


def _layout_at(
    records: list[tuple[int, list[str]]], separator: str, skipped: int, row: int
) -> Layout:
    for ends_at, cells in records:
        if skipped + ends_at >= row and any(cells):
            return Layout(separator, skipped + ends_at, unique_names(cells))
    raise Invalid(f"Line {row:,} cannot be the header: the table is above it.", code="NO_HEADER")


def short_rows(head: str, layout: Layout) -> tuple[int, bool]:
    """How many of the first rows have fewer cells than the header, and whether the last one has."""
    lines = head.splitlines(keepends=True)[layout.lines_before :]
    if len(head) >= HEAD_BYTES:
        lines = lines[:-1]
    short, last = 0, False
    try:
        for record in csv.reader(lines, delimiter=layout.separator):
            if record:
                last = len(record) < len(layout.columns)
                short += last
    except csv.Error:
        pass
    return short, last


def unique_names(cells: list[str]) -> tuple[str, ...]:
    """Distinct column names: spaces collapsed, empty names numbered, repeated names numbered."""
    seen: Counter[str] = Counter()
    names = []
    for number, cell in enumerate(cells, start=1):
        name = " ".join(without_marks(cell.replace("\ufeff", "")).split()) or f"column {number}"
        seen[name] += 1
        while seen[name] > 1 and f"{name} ({seen[name]})" in seen:
            seen[name] += 1
        unique = name if seen[name] == 1 else f"{name} ({seen[name]})"
        seen[unique] += unique != name
        names.append(unique)
    return tuple(names)


def _declared_separator(head: str) -> tuple[int, str, str | None]:
    """The separator in a first line `sep=;`, as Excel writes it, or None."""
    first, _, rest = head.partition("\n")
    said = first.strip().strip("\ufeff")
    if said.lower().startswith("sep=") and len(said) == 5:
        return 1, rest, said[4]
    return 0, head, None


def _separator(body: str) -> str:
    """The separator that gives most lines the same number of cells, and the most cells."""

    def worth(candidate: str) -> tuple[float, int]:
        width, share = _most_common_width([cells for _, cells in _records(body, candidate)])
        return (round(share, 1) if width > 1 else 0.0, width)

    best = max(SEPARATORS, key=worth)
    return best if worth(best)[0] >= 0.5 else ","


def _most_common_width(records: list[list[str]]) -> tuple[int, float]:
    """The number of cells that most records have, and the share of records that have it.

    A short list may have as many one-cell title lines above it as it has rows. So one-cell records
    count only when there are three times as many as of any other width.
    """
    widths = Counter(len(record) for record in records if record)
    wide = Counter({width: lines for width, lines in widths.items() if width > 1})
    width, lines = wide.most_common(1)[0] if wide else (1, 0)
    if lines < 2 or lines * 3 <= widths[1]:
        width, lines = widths.most_common(1)[0] if widths else (0, 0)
    return width, lines / max(1, sum(widths.values()))


def _records(body: str, separator: str) -> list[tuple[int, list[str]]]:
    """The first records, each with the number of the line on which it ends."""
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator)
    records: list[tuple[int, list[str]]] = []
    try:
        for record in reader:
            records.append((reader.line_num, record))
            if len(records) > SNIFFED_RECORDS:
                break
    except csv.Error:
        pass
    complete = records[:-1] if len(records) > SNIFFED_RECORDS else records
    return complete or [(0, [])]


def _header_record(records: list[list[str]]) -> int:
    """The first record with as many cells as most; titles above the header are skipped."""
    usual, _ = _most_common_width(records)
    for at, record in enumerate(records):
        filled = sum(1 for cell in record if cell.strip())
        if len(record) >= usual > 0 and filled * 2 > usual:
            return at
    return next((at for at, record in enumerate(records) if any(c.strip() for c in record)), 0)
