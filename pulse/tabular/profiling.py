"""What a column holds, judged from a sample of its values: type, how full, how many different."""

from typing import Any

import msgspec
import numpy as np
import polars as pl

from pulse.tabular import parsing
from pulse.tabular.header_hints import YEARLY_VALUE, says
from pulse.tabular.header_names import words_of
from pulse.tabular.mapping import DateOrder, ValueType
from pulse.tabular.readers import Source

SAMPLE_ROWS = 20_000
UNREADABLE = 0.02  # a column is of a type when at most this share of its texts cannot be read so
MOST_CATEGORIES = 30
NAMED = 0.5
"""Where its name says what a column holds, half of the values are enough: a short list with one bad
cell is not read as something else, the cell is rejected with its line."""
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"
_DATE_LIKE = r"\d.*[./:\-\s].*\d|^\d{8}$"
_DATE_WORDS = {
    *("date", "day", "time", "since", "at", "on", "signup", "joined", "created", "start", "end"),
    *("renewal", "expiry", "birthday", "dob", "last", "first", "timestamp", "datum"),
}


class ColumnProfile(msgspec.Struct, frozen=True):
    """A column as the sample shows it.

    filled and unreadable are shares (0–1) of all rows and of the filled ones; distinct counts
    different values in the sample; words are the values of a category, the most frequent first.
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


class Sample(msgspec.Struct, frozen=True):
    """Rows spread evenly over the whole file, and how many rows the file has."""

    frame: pl.DataFrame
    rows: int
    ragged: int


def sample(source: Source, most: int = SAMPLE_ROWS) -> Sample:
    """Every k-th row, so that at most twice `most` stay; k grows with the file. Blocking."""
    kept: list[pl.DataFrame] = []
    stride, rows, ragged = 1, 0, 0
    for batch in source.batches():
        offset = -rows % stride
        kept.append(batch.frame.gather_every(stride, offset))
        rows += len(batch.frame)
        ragged += len(batch.ragged)
        while sum(map(len, kept)) > 2 * most:
            kept = [pl.concat(kept).gather_every(2)]
            stride *= 2
    empty = pl.DataFrame(schema=dict.fromkeys(source.columns, pl.String))
    return Sample(pl.concat([empty, *kept]), rows, ragged)


def profile(name: str, raw: pl.Series) -> ColumnProfile:
    """Describe one column of raw text."""
    text = parsing.stripped(raw)
    known = text.drop_nulls()
    counts = known.value_counts(sort=True)
    words = counts.to_series(0)
    found = _type(name, known, words)
    dotted = known.str.contains(r"^\d+\.0+$")
    return ColumnProfile(
        column=name,
        filled=len(known) / max(1, len(text)),
        distinct=len(words),
        unique=len(words) == len(known) > 0,
        examples=tuple(str(word)[:60] for word in words.head(5)),
        words=tuple(words.head(MOST_CATEGORIES)) if len(words) <= MOST_CATEGORIES else (),
        is_email=bool(len(known)) and _is_email(name, known),
        dotted_ids=bool(len(known)) and bool(dotted.all()),
        **found,
    )


def _type(name: str, known: pl.Series, words: pl.Series) -> dict[str, Any]:
    if not len(known):
        return {"type": "text"}
    if 2 <= len(words) <= 4 and parsing.flags(words).is_not_null().all():
        return {"type": "flag"}
    date = _date(name, known)
    if date:
        return date
    number = _number(known, NAMED if says(words_of(name), YEARLY_VALUE) else 0.1)
    if number:
        return number
    if len(words) <= MOST_CATEGORIES and len(words) * 2 <= len(known):
        return {"type": "category"}
    return {"type": "text"}


def _is_email(name: str, known: pl.Series) -> bool:
    named = bool({"email", "mail"} & set(words_of(name)))
    share: Any = known.str.contains(_EMAIL).mean()
    return bool(share >= NAMED if named else share > 0.8)


def _number(known: pl.Series, most_unreadable: float) -> dict[str, Any] | None:
    """A number, with the decimal mark that reads more of the texts."""
    real = parsing.no_numbers(known).drop_nulls()
    if not len(real):
        return None
    point = _unreadable(real, parsing.numbers(real, "."))
    comma = _unreadable(real, parsing.numbers(real, ",")) if point > 0 else 1.0
    best, decimal = (comma, ",") if comma < point else (point, ".")
    return (
        {"type": "number", "decimal": decimal, "unreadable": best}
        if best <= most_unreadable
        else None
    )


def _date(name: str, known: pl.Series) -> dict[str, Any] | None:
    named = bool(_DATE_WORDS & set(words_of(name)))
    like = known.str.contains(_DATE_LIKE).fill_null(False)
    if float(like.mean()) < 0.5:  # type: ignore[arg-type]
        return _counted_date(known) if named else None
    if not named and parsing.numbers(known).is_not_null().all():
        return None
    if (
        known.str.contains(r"^\d{4}-\d\d-\d\d").all()
        and parsing.dates(known, "iso").is_not_null().all()
    ):
        return {"type": "date", "date_order": "iso"}
    orders: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")
    read = {order: parsing.dates(known, order).is_not_null() for order in orders}
    best = max(orders, key=lambda order: int(read[order].sum()))
    readable = float(read[best].mean())  # type: ignore[arg-type]
    if readable < (0.6 if named else 1 - UNREADABLE):
        return None
    day_only = bool((read["dmy"] & ~read["mdy"]).any())
    month_only = bool((read["mdy"] & ~read["dmy"]).any())
    return {
        "type": "date",
        "date_order": best,
        "unreadable": 1 - readable,
        "two_orders": day_only and month_only,
        "ambiguous_order": not (day_only or month_only) and _is_numeric_date(known),
    }


def _is_numeric_date(known: pl.Series) -> bool:
    return bool(known.str.contains(r"^\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}").any())


def _counted_date(known: pl.Series) -> dict[str, Any] | None:
    """Days since 1899 or seconds since 1970, in a column whose name speaks of a date."""
    count = parsing.numbers(known)
    if count.is_null().any() or not len(count):
        return None
    low, high = np.min(count.to_numpy()), np.max(count.to_numpy())
    if low >= 20_000 and high <= 80_000:
        return {"type": "date", "date_order": "serial"}
    if low >= 5e8 and high <= 5e12:
        return {"type": "date", "date_order": "unix"}
    return None


def _unreadable(text: pl.Series, read: pl.Series) -> float:
    return int(read.null_count()) / max(1, len(text))
