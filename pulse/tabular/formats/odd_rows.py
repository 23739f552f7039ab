"""Rows that are not data: a missing or repeated header, totals, footers."""

import re

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pulse.tabular.header_names import words_of
from pulse.tabular.vocabulary import plain_table, table

_NUMBER = re.compile(r"[-+]?[$€£¥]?\s?\d[\d.,' ]*\s?[%€]?")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T]\d{1,2}:\d{2}.*)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_HEADER_WORDS = frozenset(table("odd_rows", "header", "words"))
_FEWEST_ROWS = 2

_ADDRESS = re.compile(r"(?:\+|00)\d[\d\s().\-/]{6,18}\d|(?:https?://|www\.)\S+")
FEWEST_COLUMNS = 3
"""In lists with fewer columns, a row with one filled cell is not unusual."""
TOTALS = r"(?i)^\W*(?:" + "|".join(plain_table("odd_rows", "totals")["patterns"]) + r")\W*$"
FOOTER = "(?i)" + "|".join(plain_table("odd_rows", "footers")["patterns"])
ERROR = "(?i)^(?:" + "|".join(plain_table("odd_rows", "errors")["patterns"]) + ")$"


def footers(frame: pl.DataFrame, identity: str) -> list[int]:
    """Indexes of one-cell rows that are footers rather than customers, and of rows beside them.

    Next to a footer, every sentence counts as one. Elsewhere, sentences count only in a list whose
    ids contain no spaces.
    """
    if frame.width < 2 or not len(frame):
        return []
    alone = _one_cell_rows(frame)
    if not alone.any():
        return []
    lonely = np.flatnonzero(alone)
    texts = {int(row): "".join(frame.row(int(row))).strip() for row in lonely}
    found = {row for row, text in texts.items() if re.search(FOOTER, text)}
    if frame.width >= FEWEST_COLUMNS:
        found |= _rows_beside_footers(texts, found)
        found |= _sentences(frame[identity], alone, texts)
    return sorted(found)


def _one_cell_rows(frame: pl.DataFrame) -> NDArray[np.bool_]:
    """Mask of rows with one filled cell; one of the first two cells of such a row is blank."""
    alone = np.zeros(len(frame), bool)
    likely = np.flatnonzero((_maybe_blank(frame, 0) | _maybe_blank(frame, 1)).to_numpy())
    if len(likely):
        filled = pl.sum_horizontal((pl.all().str.strip_chars() != "").cast(pl.Int32))
        alone[likely] = frame[likely].select(filled == 1).to_series().to_numpy()
    return alone


def _maybe_blank(frame: pl.DataFrame, column: int) -> pl.Series:
    """Mask of cells that are empty or begin with a space: a cheap first check."""
    text = frame.to_series(column)
    blank = text == ""
    for space in (" ", "\t", "\u00a0"):
        blank |= text.str.starts_with(space)
    return blank


def _rows_beside_footers(texts: dict[int, str], footers: set[int]) -> set[int]:
    """One-cell rows adjacent to a footer: all rows below it, sentences above it."""
    found: set[int] = set()
    for row in footers:
        below = row + 1
        while below in texts:
            found.add(below)
            below += 1
        above = row - 1
        while above in texts and " " in texts[above]:
            found.add(above)
            above -= 1
    return found


def _sentences(ids: pl.Series, alone: NDArray[np.bool_], texts: dict[int, str]) -> set[int]:
    """Rows that contain only words, in a list whose ids contain no spaces."""
    spaced = ids.str.strip_chars().str.contains(r"\s").fill_null(False).to_numpy()
    if spaced[~alone].any() or alone.all():
        return set()
    return {row for row in texts if spaced[row]}


def is_missing(header: list[str], below: list[list[str]]) -> bool:
    """Whether the first line is data rather than a header.

    True when no cell is a column name, and numbers, dates and addresses stand where they stand in
    the rows below.
    """
    if below and any(_is_address(cell) for cell in header):
        return True
    if len(below) < _FEWEST_ROWS or any(_is_name(cell) for cell in header):
        return False
    kinds = [_kind(cell) for cell in header]
    alike = [
        at for at, kind in enumerate(kinds)
        if kind not in ("text", "blank") and _is_mostly(kind, at, below)
    ]  # fmt: skip
    texts = [at for at, kind in enumerate(kinds) if kind == "text"]
    return bool(alike) and all(_is_mostly("text", at, below) for at in texts)


def _is_address(cell: str) -> bool:
    """Whether a cell is an e-mail address, phone number or web address, so not a column name."""
    text = cell.strip()
    return bool(_EMAIL.fullmatch(text) or _ADDRESS.fullmatch(text))


def _is_name(cell: str) -> bool:
    return bool(_HEADER_WORDS & set(words_of(cell)))


def _is_mostly(kind: str, at: int, below: list[list[str]]) -> bool:
    cells = [_kind(row[at]) for row in below if at < len(row)]
    filled = [one for one in cells if one != "blank"]
    return bool(filled) and filled.count(kind) * 2 > len(filled)


def _kind(cell: str) -> str:
    text = cell.strip()
    if not text:
        return "blank"
    for kind, pattern in (("date", _DATE), ("number", _NUMBER), ("email", _EMAIL)):
        if pattern.fullmatch(text):
            return kind
    return "text"
