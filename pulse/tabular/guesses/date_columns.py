"""Detect date columns and their order of day, month and year, from names and values."""

from typing import Any

import polars as pl

from pulse import clock
from pulse.tabular import header_hints, parsing
from pulse.tabular.header_hints import says
from pulse.tabular.mapping import DateOrder

_DATE_LIKE = r"\d.*[./:\-\s].*\d|^\d{8}$|\d年|年\d{1,2}月"
_DATE_MIXED = _DATE_LIKE + r"|^[2-7]\d{4}(?:\.\d+)?$"
"""A written date or a spreadsheet's day number: columns with a date name may mix them."""
_DAY_DIGITS = r"^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
_DATE_ENDINGS = ("datum", "date", "tag", "ende", "beginn", "日", "日付", "日時")
_DATE_WORDS = {
    *("date", "day", "time", "since", "at", "on", "signup", "joined", "created", "start", "end"),
    *("renewal", "expiry", "birthday", "dob", "last", "first", "timestamp", "utc", "seen"),
    *("signed", "fecha", "jour", "seit", "am", "data", "geboren", "until", "bis", "le"),
}
# a column has a type when at most this share of its texts cannot be read as that type
UNREADABLE = 0.02
MOST_JUDGED = 2_000  # distinct texts of a column that are tested as dates


def date_type(name: list[str], known: pl.Series, file_order: str) -> dict[str, Any] | None:
    """The type and date order of a date column; None for any other column.

    file_order: the order that other columns of the file show, or "".
    """
    named = _is_date_name(name)
    real = parsing.no_dates(known).drop_nulls()
    like = real.str.contains(_DATE_MIXED if named else _DATE_LIKE).fill_null(False)
    if not len(real):
        return None
    if float(like.mean()) < 0.5 or (named and _are_numbers(real)):  # type: ignore[arg-type]
        return _serial_date_type(name, real) if named else None
    if not named and _are_numbers(real):
        return None
    distinct = real.unique(maintain_order=True).head(MOST_JUDGED)
    if (
        distinct.str.contains(r"^\d{4}-\d\d-\d\d").all()
        and parsing.dates(distinct, "iso").is_not_null().all()
    ):
        return {
            "type": "date",
            "date_order": "iso",
            "coming": _share_in_future(parsing.dates(distinct, "iso")),
        }
    return _ordered_date(distinct, file_order, 0.6 if named else 1 - UNREADABLE)


def _are_numbers(real: pl.Series) -> bool:
    """Whether all texts are plain numbers; eight digits that form a date are not."""
    return bool((parsing.numbers(real).is_not_null() & ~real.str.contains(_DAY_DIGITS)).all())


def _is_date_name(name: list[str]) -> bool:
    known = bool(_DATE_WORDS & set(name)) or any(word.endswith(_DATE_ENDINGS) for word in name)
    return known or says(name, header_hints.RENEWAL) or says(name, header_hints.FIRST_SEEN)


def _ordered_date(distinct: pl.Series, file_order: str, fewest: float) -> dict[str, Any] | None:
    """The order that reads most texts; on a tie the file's order, else day first."""
    orders: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")
    read = {order: parsing.dates(distinct, order) for order in orders}
    counts = {order: len(distinct) - read[order].null_count() for order in orders}
    best = max(orders, key=lambda order: (counts[order], order == file_order))
    if counts[best] / len(distinct) < fewest:
        return None
    known = {order: read[order].is_not_null() for order in orders}
    day_only = bool((known["dmy"] & ~known["mdy"]).any())
    month_only = bool((known["mdy"] & ~known["dmy"]).any())
    undecided = not (day_only or month_only) and _is_numeric_date(distinct)
    return {
        "type": "date",
        "date_order": best,
        "unreadable": 1 - counts[best] / len(distinct),
        "two_orders": day_only and month_only,
        "ambiguous_order": undecided and not file_order,
        "unread": unread_examples(distinct, read[best]),
        "coming": _share_in_future(read[best]),
    }


def _share_in_future(moments: pl.Series) -> float:
    known = moments.drop_nulls()
    return int((known > clock.now()).sum()) / max(1, len(known))


def _is_numeric_date(known: pl.Series) -> bool:
    return bool(known.str.contains(r"^\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}").any())


def _serial_date_type(name: list[str], known: pl.Series) -> dict[str, Any] | None:
    """Excel day numbers (since 1899) or Unix times, in a column whose name suggests a date."""
    count = parsing.numbers(known)
    if count.is_null().any() or not len(count):
        return None
    low, high = float(count.min()), float(count.max())  # type: ignore[arg-type]
    if low >= 20_000 and high <= 80_000:
        return {"type": "date", "date_order": "serial"}
    if low >= 5e8 and high <= 5e18:
        return {"type": "date", "date_order": "unix"}
    if low >= 1950 and high <= 2100 and says(name, header_hints.FIRST_SEEN):
        return {"type": "date", "date_order": "iso"}
    return None


def unread_examples(text: pl.Series, read: pl.Series) -> tuple[str, ...]:
    """The first few texts that could not be read."""
    return tuple(word[:60] for word in text.filter(read.is_null()).unique(maintain_order=True)[:3])
