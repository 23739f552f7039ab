"""Describe a column from a sample of its values: type, share filled, distinct values."""

from typing import Any

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from pulse.tabular import header_hints, parsing
from pulse.tabular.guesses.date_columns import date_type, unread_examples
from pulse.tabular.guesses.meaning import meaning_of
from pulse.tabular.header_hints import YEARLY_VALUE, says
from pulse.tabular.header_names import words_of
from pulse.tabular.mapping import DateOrder, ValueType
from pulse.tabular.readers import Source
from pulse.tabular.values import numbers
from pulse.tabular.values.dates import is_no_date

SAMPLE_ROWS = 20_000
MOST_CATEGORIES = 30
NAMED = 0.5
"""Share of values that must fit a type suggested by the column's name. So in a short list with one
bad cell, the cell is rejected with its line instead of changing the column's type."""
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"
_MONEY = r"\p{Sc}|(?i)\b(?:eur|usd|gbp|chf)\b"
_COMMA_WORDS = (
    "umsatz", "betrag", "kunde", "kundennummer", "kundennr", "jahresumsatz", "vertragsende",
    "montant", "chiffre", "importe", "ingresos", "valor", "cliente", "fatturato",
    "klant", "omzet", "nachname", "prenom", "nombre", "apellidos", "anzahl",
)  # fmt: skip


class ColumnProfile(msgspec.Struct, frozen=True):
    """A column as the sample shows it.

    filled: share of all rows, 0–1. unreadable: share of the filled rows, 0–1. distinct: number of
    different values in the sample. words: the values of a category, the most frequent first.
    unread: examples of texts that cannot be read as the type.
    """

    column: str
    type: ValueType
    filled: float
    distinct: int
    unique: bool
    examples: tuple[str, ...]
    words: tuple[str, ...] = ()
    unreadable: float = 0.0
    decimal: str = "."
    date_order: DateOrder = "iso"
    two_orders: bool = False
    ambiguous_order: bool = False
    is_email: bool = False
    dotted_ids: bool = False
    thousands: bool = False
    """Whether every number could be thousands or decimals: `1.000`."""
    unread: tuple[str, ...] = ()
    decimal_places: bool = False
    """Whether some numbers have a fraction."""
    uniqueness: float = 0.0
    """Distinct values divided by filled cells."""
    coming: float = 0.0
    """The share of distinct dates that are in the future."""


class FileHints(msgspec.Struct, frozen=True):
    """What the rest of the file shows where one column alone is undecided; or ""."""

    decimal: str = ""
    date_order: str = ""
    is_sure: bool = True
    """Whether the decimal mark was seen in a number, or set by a person."""


class Sample(msgspec.Struct, frozen=True):
    """Rows spread evenly over the whole file, and the number of rows in the file."""

    frame: pl.DataFrame
    rows: int
    ragged: int
    id_hashes: NDArray[np.uint64] = np.empty(0, np.uint64)
    """Hashes of all ids of the file, when their column was given."""


def sample(source: Source, most: int = SAMPLE_ROWS, id_column: str = "") -> Sample:
    """Every k-th row, so that at most 2 × `most` rows are kept; k grows with the file. Blocking."""
    hashes: list[NDArray[np.uint64]] = []
    kept: list[pl.DataFrame] = []
    stride, rows, ragged = 1, 0, 0
    for batch in source.batches():
        offset = -rows % stride
        kept.append(batch.frame.gather_every(stride, offset))
        rows += len(batch.frame)
        ragged += len(batch.ragged)
        if id_column in batch.frame.columns:
            ids = parsing.ids(parsing.stripped(batch.frame[id_column])).drop_nulls()
            hashes.append(ids.hash(7).to_numpy())
        while sum(map(len, kept)) > 2 * most:
            kept = [pl.concat(kept).gather_every(2)]
            stride *= 2
    empty = pl.DataFrame(schema=dict.fromkeys(source.columns, pl.String))
    found = np.concatenate(hashes) if hashes else np.empty(0, np.uint64)
    return Sample(pl.concat([empty, *kept]), rows, ragged, found)


def file_hints(frame: pl.DataFrame, *, separator: str, typed: bool) -> FileHints:
    """The decimal mark and the date order that the columns show together.

    typed: the file stores numbers as numbers (spreadsheet, Parquet), so with a decimal point.
    """
    point = comma = day_first = month_first = 0
    for column in frame.iter_columns():
        known = parsing.stripped(column.head(500)).drop_nulls().unique()
        if not known.str.contains(r"\d").any():
            continue
        points, commas = numbers.decimal_evidence(known)
        point, comma = point + points, comma + commas
        parts = known.str.extract_groups(r"^(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}\b").struct.unnest()
        first, second = (parts[name].cast(pl.Int32) for name in ("1", "2"))
        day_first += int(((first > 12) & (second <= 12)).sum())
        month_first += int(((second > 12) & (first <= 12)).sum())
    says_comma = separator == ";" or any(says(words_of(n), _COMMA_WORDS) for n in frame.columns)
    decimal = "," if comma > point else "." if point > comma else ""
    is_sure = bool(decimal) or typed
    if not decimal:
        decimal = "." if typed else "," if says_comma else ""
    order = "dmy" if day_first > month_first else "mdy" if month_first > day_first else ""
    if not order and decimal == "," and not typed:
        order = "dmy"
    return FileHints(decimal, order, is_sure)


def profile(name: str, raw: pl.Series, hints: FileHints | None = None) -> ColumnProfile:
    """Describe one column of raw text."""
    text = parsing.stripped(raw)
    known = text.drop_nulls()
    counts = known.value_counts(sort=True)
    words = counts.to_series(0)
    found = _type(words_of(name), known, words, hints or FileHints())
    dotted = known.str.contains(r"^\d+\.0+$")
    return ColumnProfile(
        column=name,
        filled=len(known) / max(1, len(text)),
        distinct=len(words),
        unique=len(words) == len(known) > 0,
        uniqueness=len(words) / max(1, len(known)),
        examples=tuple(str(word)[:60] for word in words.head(5)),
        words=tuple(words.head(MOST_CATEGORIES)) if len(words) <= MOST_CATEGORIES else (),
        is_email=bool(len(known)) and _is_email(name, known),
        dotted_ids=bool(len(known)) and bool(dotted.all()),
        **found,
    )


def _type(name: list[str], known: pl.Series, words: pl.Series, hints: FileHints) -> dict[str, Any]:
    meaning = meaning_of(name, known.filter(~is_no_date(known)))
    if meaning not in (None, "text"):
        return {"type": meaning}
    if meaning is None and len(known):
        if _is_flag(name, words):
            return {"type": "flag"}
        found = date_type(name, known, hints.date_order) or _number(name, known, hints)
        if found:
            return found
    if 0 < len(words) <= MOST_CATEGORIES and len(words) * 2 <= len(known):
        return {"type": "category"}
    return {"type": "text"}


def _is_flag(name: list[str], words: pl.Series) -> bool:
    """Whether a column is yes/no in two to four spellings; 0 and 1 of a count are numbers."""
    said = parsing.no_values(words).drop_nulls()
    if not 2 <= len(said) <= 4 or not parsing.is_yes_and_no(said):
        return False
    digits = said.str.contains(r"^[01](?:\.0)?$").all()
    return not (digits and says(name, header_hints.COUNTED))


def _is_email(name: str, known: pl.Series) -> bool:
    named = bool({"email", "mail", "emailadresse"} & set(words_of(name)))
    share: Any = known.str.contains(_EMAIL).mean()
    return bool(share >= NAMED if named else share > 0.8)


def _number(name: list[str], known: pl.Series, hints: FileHints) -> dict[str, Any] | None:
    """A number type with its decimal mark, from the column, else from the file."""
    most_unreadable = NAMED if says(name, YEARLY_VALUE) else 0.1
    real = parsing.no_numbers(known).drop_nulls()
    if not len(real) or _is_measured(name, real):
        return None
    decimal = parsing.decimal_of(real) or _decimal(real, hints)
    read = parsing.numbers(real, decimal)
    share = int(read.null_count()) / len(real)
    if share > most_unreadable:
        return None
    return {
        "type": "number",
        "decimal": decimal,
        "unreadable": share,
        "decimal_places": bool((read != read.round()).any()),
        "thousands": numbers.is_thousands_or_decimals(real.unique()),
        "unread": unread_examples(real, read),
    }


def _decimal(real: pl.Series, hints: FileHints) -> str:
    """The decimal mark of the file, for a column that does not show one.

    `11,000` and `9,500` are thousands unless a number elsewhere has a decimal comma.
    """
    if not hints.is_sure and hints.decimal != "." and numbers.has_comma_groups(real):
        return "."
    return hints.decimal or "."


def _is_measured(name: list[str], real: pl.Series) -> bool:
    """Whether `12M` may mean months or metres: no header word is about money."""
    if not numbers.has_suffixes(real):
        return False
    money = header_hints.signal_of(name) == "value" or real.str.contains(_MONEY).any()
    return not money and not real.str.contains(r"(?i)\d\s?(?:k|bn|mio|mrd)\b").any()
