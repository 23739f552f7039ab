"""Parse dates and times in the formats used around the world, as UTC.

polars parses most texts; `written_dates` parses the distinct texts that remain. A time without a
zone is local time of the business. A date without a time is that day in UTC, so that it stays the
same day in every time zone.
"""

from collections.abc import Callable
from datetime import datetime, time
from typing import cast

import polars as pl

from pulse.tabular.values.written_dates import Order, Unread, read_date

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
NO_DATE = (
    r"^0{8}$|^0{1,4}[-/.]0{1,2}[-/.]0{1,4}(?:[ T]00:00(?::00(?:\.0+)?)?)?Z?$|"
    r"^(?:1899-12-3[01]|1900-01-00)"
)
MOST_WRITTEN = 200_000  # distinct texts parsed one by one; takes a few seconds

_ISO = (
    r"^(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$"
)
_NUMERIC = (
    r"^(\d{1,4})\s?[./\-]\s?(\d{1,2})\s?[./\-]\s?(\d{1,4})\.?"
    r"(?:[T, ]+(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*([AaPp]\.?[Mm]\.?)?)?$"
)
_DAY_ZERO, _SECONDS_A_DAY = 25_569.0, 86_400.0


def dates(text: pl.Series, order: str, zone: str = "UTC") -> pl.Series:
    """Datetime(us, UTC), read in the given order (see `mapping.DateOrder`); null if no date.

    zone: the time zone of times without one.
    """
    text = text.set(text.str.contains(NO_DATE).fill_null(False), None)
    if order in ("serial", "unix"):
        return _counted(text, order)
    found = _iso(text, zone)
    found = _fill_missing(found, text, lambda left: _numeric(left, order, zone))
    found = _fill_missing(found, text, _bare_counts)
    return _fill_missing(found, text, lambda left: _written(left, cast("Order", order), zone))


def is_no_date(text: pl.Series) -> pl.Series:
    """Mask of texts that mean "no date": `0000-00-00`, a spreadsheet's day zero."""
    return text.str.contains(NO_DATE).fill_null(False)


def is_day(moments: pl.Series) -> bool:
    """Whether all are midnight, that is, dates without a time."""
    return bool((moments.dt.time() == time(0)).all())


def _fill_missing(
    found: pl.Series, text: pl.Series, reader: Callable[[pl.Series], pl.Series]
) -> pl.Series:
    left = found.is_null() & text.is_not_null()
    if not left.any():
        return found
    read = reader(text.filter(left))
    places = left.arg_true()
    return found.scatter(places, read)


def _counted(text: pl.Series, order: str) -> pl.Series:
    """Days since 1899-12-30 (spreadsheets), or seconds, ms, µs or ns since 1970."""
    count = text.str.replace(r"^(\d+),(\d+)$", "$1.$2").cast(pl.Float64, strict=False)
    if order == "serial":
        seconds = ((count - _DAY_ZERO) * _SECONDS_A_DAY).round()
    else:
        seconds = count
        for above, per_second in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3)):
            big = count.abs() > above
            seconds = (count / per_second).zip_with(big & (seconds == count), seconds)
    return _within_calendar(
        (seconds * 1e6).round().cast(pl.Int64, strict=False).cast(pl.Datetime("us", "UTC"))
    )


def _bare_counts(text: pl.Series) -> pl.Series:
    """Plain numbers among written dates: `20240305`, spreadsheet day numbers, Unix times."""
    compact = r"^(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d))?Z?$"
    parts = text.str.extract_groups(compact).struct.unnest()
    clock = (parts["4"], parts["5"], parts["6"])
    days = _assembled(parts["1"], parts["2"], parts["3"], clock).dt.replace_time_zone("UTC")
    serial = _counted(text.set(~text.str.contains(r"^[2-7]\d{4}(?:\.\d+)?$"), None), "serial")
    year = text.str.extract(r"^((?:19|20)\d\d)$").str.to_date("%Y", strict=False)
    days = days.fill_null(year.cast(pl.Datetime("us", "UTC")))
    unix = _counted(text.set(~text.str.contains(r"^1\d{9}(?:\d{3}|\d{6}|\d{9})?$"), None), "unix")
    return _within_calendar(days).fill_null(serial).fill_null(unix)


def _iso(text: pl.Series, zone: str) -> pl.Series:
    parts = text.str.extract_groups(_ISO).struct.unnest()
    moment = _assembled(parts["1"], parts["2"], parts["3"], (parts["4"], parts["5"], parts["6"]))
    return _zoned(moment, parts["7"], parts["4"].is_not_null(), zone)


def _numeric(text: pl.Series, order: str, zone: str) -> pl.Series:
    """Three numbers in the column's order; a four-digit number in front is always the year."""
    parts = text.str.extract_groups(_NUMERIC).struct.unnest()
    first, second, third = parts["1"], parts["2"], parts["3"]
    year_first = (first.str.len_bytes() == 4).fill_null(False)
    if order == "ymd":
        year, month, day = first, second, third
    else:
        year = first.zip_with(year_first, third)
        day, month = (second, first) if order == "mdy" else (first, second)
        month, day = second.zip_with(year_first, month), third.zip_with(year_first, day)
    year = _full_year(year)
    hour = parts["4"].cast(pl.Int32)
    half = parts["7"].str.slice(0, 1).str.to_lowercase()
    hour = (hour % 12 + 12).zip_with((half == "p").fill_null(False), hour)
    hour = (hour % 12).zip_with((half == "a").fill_null(False), hour)
    odd = parts["4"].is_not_null() & parts["5"].is_null() & half.is_null()
    moment = _assembled(year.set(odd, None), month, day, (hour, parts["5"], parts["6"]))
    return _zoned(moment, None, hour.is_not_null(), zone)


def _full_year(year: pl.Series) -> pl.Series:
    number = year.cast(pl.Int32)
    short = (year.str.len_bytes() == 2).fill_null(False)
    number = number.set((year.str.len_bytes() != 4).fill_null(True) & ~short, None)
    number = (number + 2000).zip_with(short & (number < 70), number)
    return (number + 1900).zip_with(short & (number < 100), number)


def _assembled(
    year: pl.Series, month: pl.Series, day: pl.Series, clock: tuple[pl.Series, pl.Series, pl.Series]
) -> pl.Series:
    """Naive datetimes; null where a part is missing or impossible."""
    hour, minute, second = clock
    names = {"y": year, "m": month, "d": day, "H": hour, "M": minute, "S": second}
    frame = pl.DataFrame({name: part.cast(pl.Int32, strict=False) for name, part in names.items()})
    frame = frame.with_columns(pl.col("H", "M", "S").fill_null(0))
    fits = frame.select(
        pl.col("m").is_between(1, 12)
        & (pl.col("d") >= 1)
        & (pl.col("H") <= 23)
        & (pl.col("M") <= 59)
        & (pl.col("S") <= 59)
        & pl.col("y").is_between(1, 9999)
    ).to_series()
    made = frame.select(
        (pl.col("y").cast(pl.String).str.zfill(4) + "-" + pl.col("m").cast(pl.String).str.zfill(2)
         + "-" + pl.col("d").cast(pl.String).str.zfill(2)).str.to_date("%Y-%m-%d", strict=False)
        .cast(pl.Datetime("us"))
        + pl.duration(hours="H", minutes="M", seconds="S")
    ).to_series()  # fmt: skip
    return made.set((~fits).fill_null(True), None)


def _zoned(naive: pl.Series, offset: pl.Series | None, has_time: pl.Series, zone: str) -> pl.Series:
    """As UTC: by the text's own offset, else by the business's zone if it has a time of day."""
    moment = naive.dt.replace_time_zone("UTC")
    if offset is not None and offset.str.contains(r"\d").any():
        sign = offset.str.slice(0, 1).replace_strict({"+": 1, "-": -1}, default=0)
        minutes = offset.str.slice(1, 2).cast(pl.Int64, strict=False).fill_null(0) * 60
        tail = offset.str.extract(r"^[+-]\d\d:?(\d\d)$").cast(pl.Int64, strict=False).fill_null(0)
        shift = ((minutes + tail) * sign).fill_null(0) * 60_000_000
        moment = moment - shift.cast(pl.Duration("us"))
    if zone not in ("", "UTC"):
        local = has_time.fill_null(False) & naive.is_not_null()
        if offset is not None:
            local &= offset.is_null()
        if local.any() and not is_day(naive.filter(local)):
            moment = _local(naive, zone).zip_with(local, moment)
    return _within_calendar(moment)


def _local(naive: pl.Series, zone: str) -> pl.Series:
    """Local time to UTC; an hour skipped by the change to summer time is read as the next one."""
    there = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    skipped = naive.dt.offset_by("1h").dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    )
    return there.fill_null(skipped).dt.convert_time_zone("UTC")


def _written(text: pl.Series, order: Order, zone: str) -> pl.Series:
    words = text.unique()
    read: list[datetime | None] = []
    known: list[bool] = []
    order = order if order in ("dmy", "mdy", "ymd") else "dmy"
    for word in words.head(MOST_WRITTEN):
        try:
            when, has_zone = read_date(word, order)
        except (Unread, OverflowError):
            read.append(None)
            known.append(True)
        else:
            read.append(when)
            known.append(has_zone)
    rest = len(words) - len(read)
    table = pl.DataFrame(
        {
            "word": words,
            "moment": pl.Series(read + [None] * rest, dtype=pl.Datetime("us", "UTC")),
            "zoned": known + [True] * rest,
        }
    )
    found = text.to_frame("word").join(table, on="word", how="left", maintain_order="left")
    moment = found["moment"]
    if zone not in ("", "UTC"):
        naive = moment.dt.replace_time_zone(None)
        local = ~found["zoned"] & (naive.dt.time() != time(0))
        moment = _local(naive, zone).zip_with(local.fill_null(False), moment)
    return _within_calendar(moment)


def _within_calendar(moment: pl.Series) -> pl.Series:
    year = moment.dt.year()
    wrong = (year < EARLIEST_YEAR) | (year > LATEST_YEAR)
    return moment.set(wrong.fill_null(False), None)
