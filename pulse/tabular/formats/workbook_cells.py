"""What an XLSX file stores about cells besides values: number formats, errors, merged cells.

calamine returns the bare value of a cell: 2134 for a postal code displayed as 02134, and nothing
for `#DIV/0!` or for the cells below the first of some merged ranges. This module restores what a
spreadsheet displays. A percentage stays the stored share (0.45 for 45%).
"""

import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import polars as pl

SAMPLED_BYTES = 4 << 20  # bytes of a sheet from which the columns' formats are taken
MOST_BYTES = 400 << 20  # bytes of a sheet; a larger sheet is used as calamine returns it
MOST_MERGED = 20_000
_BLOCK = 4 << 20
_CELL = re.compile(rb"<c\b([^>]*)>(?=<[vfi])")
_ERROR = re.compile(rb'<c\b([^>]*\bt="e"[^>]*)>(?:(?!</c>).)*?<v>([^<]*)</v>', re.DOTALL)
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_TYPE = re.compile(rb'\bt="(\w+)"')
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ZEROS = re.compile(r"0{2,}")
_POSTAL_DIGITS = 5


class _Found(NamedTuple):
    """What was found in a sheet; places are (row, column) from 0, from the first used cell."""

    formats: dict[int, str]
    """By column: the zero-padded number format, such as 00000."""
    errors: dict[int, list[tuple[int, str]]]
    merged: list[tuple[int, int, int]]
    """Column, first and last row."""


def as_shown(path: Path, sheet: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The sheet's texts as displayed; the same frame when the file holds no more information."""
    if not zipfile.is_zipfile(path):
        return frame
    try:
        with zipfile.ZipFile(path) as archive:
            found = _inspect(archive, sheet)
    except (KeyError, ValueError, ElementTree.ParseError, zipfile.BadZipFile):
        return frame
    return _shown(frame, found) if found else frame


def _shown(frame: pl.DataFrame, found: _Found) -> pl.DataFrame:
    columns = {number: frame.to_series(number) for number in range(frame.width)}
    for number, shape in found.formats.items():
        if number in columns:
            columns[number] = _formatted(columns[number], shape)
    for number, errors in found.errors.items():
        inside = [(row, text) for row, text in errors if row < len(frame)]
        if number in columns and inside:
            rows, texts = zip(*inside, strict=True)
            columns[number] = columns[number].scatter(list(rows), list(texts))
    for number, first, last in found.merged:
        if number in columns and last < len(frame) and columns[number][first]:
            rest = list(range(first + 1, last + 1))
            columns[number] = columns[number].scatter(rest, [columns[number][first]] * len(rest))
    return pl.DataFrame(list(columns.values()))


def _formatted(texts: pl.Series, shape: str) -> pl.Series:
    """Add leading zeros; in formats longer than a postal code, only to values with all digits.

    Five-digit numbers in a seven-digit format are displayed with zeros but meant without them.
    """
    is_number = texts.str.contains(r"^\d+$").fill_null(False)
    fills = (texts.filter(is_number).str.len_chars() >= len(shape)).any()
    if len(shape) > _POSTAL_DIGITS and not fills:
        return texts
    return texts.str.zfill(len(shape)).zip_with(is_number, texts)


def _inspect(archive: zipfile.ZipFile, sheet: str) -> _Found | None:
    name = _part(archive, sheet)
    if name is None or archive.getinfo(name).file_size > MOST_BYTES:
        return None
    shapes = _zero_padded_formats(archive)
    with archive.open(name) as part:
        beginning = part.read(SAMPLED_BYTES)
    cells = [(place, attributes) for attributes in _CELL.findall(beginning)
             if (place := _PLACE.search(attributes))]  # fmt: skip
    if not cells:
        return None
    top = min(int(place[2]) for place, _ in cells)
    left = min(_column(place[1]) for place, _ in cells)
    errors: dict[int, list[tuple[int, str]]] = defaultdict(list)
    merged: list[tuple[int, int, int]] = []
    for block in _blocks(archive, name):
        for attributes, text in _ERROR.findall(block):
            if place := _PLACE.search(attributes):
                at = (int(place[2]) - top, text.decode())
                errors[_column(place[1]) - left].append(at)
        for first, first_row, last, last_row in _MERGED.findall(block):
            if first == last and first_row != last_row and len(merged) < MOST_MERGED:
                merged.append((_column(first) - left, int(first_row) - top, int(last_row) - top))
    return _Found(_formats(cells, shapes, left), errors, merged)


def _formats(
    cells: list[tuple[re.Match[bytes], bytes]], shapes: dict[int, str], left: int
) -> dict[int, str]:
    """The format that most numbers of a column have, when it changes how they are displayed."""
    seen: dict[int, Counter[str]] = defaultdict(Counter)
    for place, attributes in cells:
        kind = _TYPE.search(attributes)
        if kind is None or kind[1] == b"n":
            style = _STYLE.search(attributes)
            seen[_column(place[1]) - left][shapes.get(int(style[1]), "") if style else ""] += 1
    usual = {column: counts.most_common(1)[0][0] for column, counts in seen.items()}
    return {column: shape for column, shape in usual.items() if shape}


def _zero_padded_formats(archive: zipfile.ZipFile) -> dict[int, str]:
    """Zero-padded number formats such as 00000, by style number."""
    root = _parsed(archive, "xl/styles.xml")
    codes = {
        int(one.get("numFmtId", "0")): one.get("formatCode", "")
        for one in root.iter(f"{_MAIN}numFmt")
    }
    styles = root.find(f"{_MAIN}cellXfs")
    found: dict[int, str] = {}
    for number, style in enumerate(styles if styles is not None else ()):
        code = codes.get(int(style.get("numFmtId", "0")), "").split(";")[0].strip('"\\ ')
        if _ZEROS.fullmatch(code):
            found[number] = code
    return found


def _part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The name of the sheet's XML part in the archive."""
    book = _parsed(archive, "xl/workbook.xml")
    links = _parsed(archive, "xl/_rels/workbook.xml.rels")
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for one in book.iter(f"{_MAIN}sheet"):
        if one.get("name") == sheet:
            target = targets.get(one.get(_LINK), "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return None


def _parsed(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    text = archive.read(name)
    return ElementTree.fromstring(text)  # noqa: S314 - in a process with limits on memory and time


def _blocks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The XML part in blocks that end after a cell, so that no cell is split."""
    rest = b""
    with archive.open(name) as part:
        while block := part.read(_BLOCK):
            text = rest + block
            end = max(text.rfind(b"</c>"), text.rfind(b"/>"))
            end = end + 4 if end >= 0 else len(text)
            rest = text[end:]
            yield text[:end]
    yield rest


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
