"""Text as people keep it, read as numbers, dates, yes/no and names; polars, a column at a time.

Every reader takes stripped text (null = blank) and gives typed values; where a text was there
and the value is null, the text could not be read. Nothing is guessed here: the mapping says which
decimal mark and which order of day and month a column has.
"""

from itertools import product

import polars as pl

BLANK_WORDS = ("", "null", "n/a", "#n/a", "nan", "-", "–", "--", "?", "na", "nil", "unknown")
NO_NUMBER_WORDS = ("none", "inf", "-inf", "+inf", "infinity", "-infinity", "+nan", "-nan")
YES_WORDS = ("yes", "y", "true", "t", "1", "on", "ja", "oui", "si", "sí", "x", "✓", "wahr", "vrai")
NO_WORDS = ("no", "n", "false", "f", "0", "off", "nein", "non", "falsch", "faux")
LONGEST_CELL = 10_000

_MONEY = r"[\s\u00a0\u202f'’%€$£¥₹]|^(?:EUR|USD|GBP|CHF)|(?:EUR|USD|GBP|CHF)$"
_POINT_THOUSANDS = r"^-?\d{1,3}(,\d{3})+(\.\d+)?$"
_COMMA_THOUSANDS = r"^-?\d{1,3}(\.\d{3})+(,\d+)?$"
_NUMERIC_DATE = r"^(\d{1,4})[./\-\s](\d{1,2})[./\-\s](\d{1,4})"
_TIME = r"(\d{1,2}):(\d{2})(?::(\d{2}))?"
_MONTH_FORMATS = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%d-%b-%y", "%b %Y")
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2200


def _in_any_case(words: tuple[str, ...]) -> tuple[str, ...]:
    """Each of these short words in every mixture of capitals: a look into a set, no lowering."""
    return tuple(
        "".join(letters)
        for word in words
        for letters in product(*[sorted({letter, letter.upper()}) for letter in word])
    )


_BLANK = _in_any_case(BLANK_WORDS)


def stripped(column: pl.Series) -> pl.Series:
    """Text without surrounding space (of any script); null where a blank or a word for one."""
    text = column.str.strip_chars()
    blank = text.is_in(_BLANK)
    return text.set(blank.fill_null(False), None) if blank.any() else text


def ids(text: pl.Series) -> pl.Series:
    """Ids; a spreadsheet's `17850.0` is 17850 again. `1.2E+11` has lost digits: not readable."""
    whole = text.str.replace(r"^(\d+)\.0+$", "$1")
    return whole.set(whole.str.contains(r"^\d(\.\d+)?[eE]\+?\d+$").fill_null(False), None)


def numbers(text: pl.Series, decimal: str = ".") -> pl.Series:
    """Float64, finite. Thousands marks, currency signs, percent and (…) for minus are read too."""
    read = _plain_numbers(text) if decimal == "." else pl.Series(text.name, [], pl.Float64)
    if decimal == "." and not (read.is_null() & text.is_not_null()).any():
        return read
    cleaned = _cleaned_numbers(text, decimal)
    return cleaned if decimal == "," else read.zip_with(read.is_not_null(), cleaned)


def no_numbers(text: pl.Series) -> pl.Series:
    """The text with the words for "no number here" taken out (None, inf, NaN)."""
    words = (text.str.len_bytes() <= 9) & text.str.to_lowercase().is_in(NO_NUMBER_WORDS)
    return text.set(words.fill_null(False), None)


def flags(text: pl.Series) -> pl.Series:
    """Boolean, from yes and no in some languages, 1/0 and 1.0/0.0."""
    word = text.str.to_lowercase().str.replace(r"^([01])\.0$", "$1")
    known = word.is_in(YES_WORDS + NO_WORDS)
    return word.is_in(YES_WORDS).set((~known).fill_null(True), None)


def dates(text: pl.Series, order: str) -> pl.Series:
    """Datetime(us, UTC) in the given order; see `mapping.DateOrder`."""
    if order in ("serial", "unix"):
        return _counted_dates(text, order)
    iso = _iso(text)
    left = iso.is_null() & text.is_not_null()
    if not left.any():
        return iso
    written = _numeric_dates(text, order)
    found = iso.zip_with(iso.is_not_null(), written)
    if not (found.is_null() & text.is_not_null()).any():
        return found
    return found.zip_with(found.is_not_null(), _named_months(text))


def _plain_numbers(text: pl.Series) -> pl.Series:
    read = text.cast(pl.Float64, strict=False)
    return read.set((~read.is_finite()).fill_null(False), None)


def _cleaned_numbers(text: pl.Series, decimal: str) -> pl.Series:
    bare = text.str.replace_all(_MONEY, "").str.replace(r"^\((.*)\)$", "-$1")
    bare = bare.str.replace(r"^(.*)-$", "-$1").str.replace("−", "-", literal=True)
    grouped = bare.str.contains(_POINT_THOUSANDS if decimal == "." else _COMMA_THOUSANDS)
    mark = "," if decimal == "." else "."
    ungrouped = bare.str.replace_all(mark, "", literal=True)
    bare = ungrouped.zip_with(grouped.fill_null(False), bare)
    if decimal == ",":
        bare = bare.set((bare.str.contains(".", literal=True)).fill_null(False), None)
        bare = bare.str.replace(",", ".", literal=True)
    return _plain_numbers(bare)


def _counted_dates(text: pl.Series, order: str) -> pl.Series:
    """Days since 1899-12-30 (spreadsheets) or seconds or milliseconds since 1970."""
    count = _plain_numbers(text)
    if order == "serial":
        seconds = (count - 25_569.0) * 86_400.0
    else:
        seconds = (count / 1000.0).zip_with(count.abs() > 1e11, count)
    return _sane((seconds * 1e6).round().cast(pl.Int64).cast(pl.Datetime("us", "UTC")))


def _iso(text: pl.Series) -> pl.Series:
    plain = text.str.replace("T", " ", literal=True).str.replace(r"\s*(Z|[+-]\d\d:?\d\d)$", "")
    day = plain.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False, exact=True)
    moment = _with_time(day, plain)
    offset = text.str.extract(r"([+-]\d\d:?\d\d)$") if _has_offsets(text) else None
    if offset is None:
        return _sane(moment)
    sign = offset.str.slice(0, 1).replace_strict({"+": 1, "-": -1}, default=0)
    minutes = offset.str.slice(1, 2).cast(pl.Int64, strict=False) * 60
    minutes += offset.str.slice(-2, 2).cast(pl.Int64, strict=False)
    shift = (sign * minutes).fill_null(0)
    is_date_only = text.str.len_chars() <= 10
    shift = shift.set(is_date_only.fill_null(True), 0)
    return _sane(moment - (shift * 60_000_000).cast(pl.Duration("us")))


def _has_offsets(text: pl.Series) -> bool:
    return bool(text.str.contains(r"\d:\d\d.*[+-]\d\d:?\d\d$").any())


def _numeric_dates(text: pl.Series, order: str) -> pl.Series:
    """Three numbers in the column's order; a four-digit number in front is always the year."""
    if order == "ymd":
        text = text.str.replace(r"^(\d{4})(\d{2})(\d{2})$", "$1-$2-$3")
    parts = pl.DataFrame({"t": text}).select(
        *[pl.col("t").str.extract(_NUMERIC_DATE, n).cast(pl.Int32).alias(str(n)) for n in (1, 2, 3)]
    )
    first, second, third = parts["1"], parts["2"], parts["3"]
    year_first = text.str.contains(r"^\d{4}").fill_null(False)
    if order == "ymd":
        year, month, day = first, second, third
    elif order == "mdy":
        year, month, day = third, first, second
    else:
        year, month, day = third, second, first
    year = first.zip_with(year_first, year)
    month = second.zip_with(year_first, month)
    day = third.zip_with(year_first, day)
    short = ~year_first & (year < 100)
    year = (year + 2000).zip_with(short & (year < 70), year)
    year = (year + 1900).zip_with(short & (year < 100), year)
    made = pl.DataFrame({"y": year, "m": month, "d": day}).select(
        pl.concat_str(
            pl.col("y").cast(pl.String).str.zfill(4),
            pl.col("m").cast(pl.String).str.zfill(2),
            pl.col("d").cast(pl.String).str.zfill(2),
            separator="-",
        )
    )
    day_of = made.to_series().str.to_date("%Y-%m-%d", strict=False, exact=True)
    return _sane(_with_time(day_of, text))


def _named_months(text: pl.Series) -> pl.Series:
    bare = text.str.replace_all(",", "", literal=True).str.replace_all(r"\s+", " ")
    bare = bare.str.replace(r"\s\d{1,2}:\d{2}.*$", "")
    frame = pl.DataFrame({"t": bare})
    tries = [pl.col("t").str.to_date(form, strict=False, exact=True) for form in _MONTH_FORMATS]
    return _sane(_with_time(frame.select(pl.coalesce(tries)).to_series(), text))


def _with_time(day: pl.Series, text: pl.Series) -> pl.Series:
    """Midnight UTC of the day, plus a time of day if the text holds one (am and pm too)."""
    moment = day.cast(pl.Datetime("us", "UTC"))
    if not text.str.contains(":", literal=True).any():
        return moment
    hour, minute, second = (
        text.str.extract(_TIME, part).cast(pl.Int64, strict=False).fill_null(0)
        for part in (1, 2, 3)
    )
    afternoon = text.str.to_lowercase().str.contains(r"\d\s*p\.?m").fill_null(False)
    morning = text.str.to_lowercase().str.contains(r"\d\s*a\.?m").fill_null(False)
    hour = (hour % 12 + 12).zip_with(afternoon, (hour % 12).zip_with(morning, hour))
    microseconds = (hour * 3600 + minute * 60 + second) * 1_000_000
    return moment + microseconds.cast(pl.Duration("us"))


def _sane(moment: pl.Series) -> pl.Series:
    year = moment.dt.year()
    wrong = (year < _EARLIEST_YEAR) | (year > _LATEST_YEAR)
    return moment.set(wrong.fill_null(False), None)
