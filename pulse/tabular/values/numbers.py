"""Parse numbers in the formats used around the world as Float64, one polars column at a time.

Handles currency signs and codes, percent signs, thousands separators of any kind (point, comma,
space, apostrophe, lakh groups), minus signs (in front, behind, brackets), and K, M, Mio.
"""

from functools import cache

import polars as pl
from babel.numbers import list_currencies

_WORDS = (
    r"(?:us|ca|au|nz|hk|nt|mx|sg|a|c|r|s|z)?\$|kr|dkk|nok|sek|zł|kč|ft|лв|руб|р|грн|rs|₨|fr|sfr|"
    r"tl|lei|din|円|元|원|rp|rm|inr"
)
_DIGITS = dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789", strict=True))
_OTHER_MARKS = {"−": "-", "–": "-", "٫": ".", "٬": ",", "’": "'", "`": "'", "´": "'"}
_MANY = {
    r"k|tsd|tausend|thousand|mille": 1e3,
    r"m|mm|mn|mio|mln|million|millions|millionen|millones": 1e6,
    r"b|bn|bln|mrd|billion|billions|milliarden": 1e9,
    r"lakh|lakhs|lac": 1e5,
    r"cr|crore|crores": 1e7,
    r"万|萬": 1e4,
    r"億|亿": 1e8,
}
_ANY_SUFFIX = rf"(?i)\d\s*(?:{'|'.join(_MANY)})\.?$"

POINT_GROUPS = r"^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$|^-?\d{1,2}(?:,\d{2})*,\d{3}(?:\.\d+)?$"
COMMA_GROUPS = r"^-?\d{1,3}(?:\.\d{3})+(?:,\d+)?$"
_LOOSE_GROUPS = r"^-?\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?$"


def numbers(text: pl.Series, decimal: str = ".") -> pl.Series:
    """Float64, finite; null where the text is no number with this decimal mark."""
    read = _plain(text) if decimal == "." else _all_null(len(text))
    left = text.filter(read.is_null() & text.is_not_null())
    if not len(left):
        return read.alias(text.name)
    words = left.unique()
    found = _written(words, decimal)
    table = pl.DataFrame({"word": words, "found": found})
    joined = text.to_frame("word").join(table, on="word", how="left", maintain_order="left")
    return read.fill_null(joined["found"]).alias(text.name)


def decimal_evidence(text: pl.Series) -> tuple[int, int]:
    """How many texts can only be read with a decimal point, and how many only with a comma.

    `1.000` and `1,000` show nothing; `0.125`, `12.5` and `1,000.5` show a point, `12,5` a comma.
    """
    bare = _bare(text)[0]
    point = bare.str.contains(
        r"^-?\d*\.(?:\d{1,2}|\d{4,})$|^-?0\.\d+$|^-?\d{4,}\.\d+$|,\d{3}\.\d+$|^-?\d{1,3}(?:,\d{3}){2,}$"
    )
    comma = bare.str.contains(
        r"^-?\d*,(?:\d{1,2}|\d{4,})$|^-?0,\d+$|^-?\d{4,},\d+$|\.\d{3},\d+$|^-?\d{1,3}(?:\.\d{3}){2,}$"
        r"|^-?\d{1,3}(?:[ ']\d{3})+,\d+$"
    )
    return int(point.sum()), int(comma.sum())


def is_thousands_or_decimals(text: pl.Series) -> bool:
    """Whether every number could be both: `1.000` or `12,500`, and nothing decides."""
    bare = _bare(text)[0]
    either = bare.str.contains(r"^-?\d{1,3}[.,]\d{3}$")
    return bool(either.any()) and decimal_evidence(text) == (0, 0)


def has_comma_groups(text: pl.Series) -> bool:
    """Whether every number with a comma has three digits after it: `11,000`, `950`."""
    bare = _bare(text)[0]
    marked = bare.filter(bare.str.contains(r"\d[.,]\d"))
    return bool(len(marked)) and bool(marked.str.contains(r"^-?[1-9]\d{0,2},\d{3}$").all())


def has_suffixes(text: pl.Series) -> bool:
    """Whether some texts end in K, M, Mio. or the like."""
    return bool(text.str.contains(_ANY_SUFFIX).any())


def _plain(text: pl.Series) -> pl.Series:
    read = text.cast(pl.Float64, strict=False)
    return read.set((~read.is_finite()).fill_null(False), None)


def _bare(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The digits, marks and sign alone, and the factor of a suffix."""
    bare = text.str.normalize("NFKC").str.replace_many({**_DIGITS, **_OTHER_MARKS})
    bare = bare.str.strip_chars().str.replace(r"[.,]--?$", "")
    negative = bare.str.contains(r"\(.*\d.*\)$|\d\D*-$|^[^\d(]*-").fill_null(False)
    bare = bare.str.replace_all(r"[()]", "").str.replace_all(_currency(), "")
    bare = bare.str.replace_all(r"[%٪‰\p{Sc}]", "").str.strip_chars(" -+")
    factor = pl.Series([1.0]).new_from_index(0, len(text))
    if has_suffixes(bare):
        for suffix, times in _MANY.items():
            pattern = rf"(?i)(\d)\s*(?:{suffix})\.?$"
            factor = factor.set(bare.str.contains(pattern).fill_null(False), times)
            bare = bare.str.replace(pattern, "$1")
    return ("-" + bare).zip_with(negative, bare), factor


def _all_null(rows: int) -> pl.Series:
    return pl.Series([None], dtype=pl.Float64).new_from_index(0, rows)


def _written(text: pl.Series, decimal: str) -> pl.Series:
    bare, factor = _bare(text)
    loose = bare.str.contains(_LOOSE_GROUPS).fill_null(False)
    bare = bare.str.replace_all(r"[ ']", "").zip_with(loose, bare)
    point, comma = r"^-?\d{1,3}(?:\.\d{3}){2,}$", r"^-?\d{1,3}(?:,\d{3}){2,}$"
    grouped = bare.str.contains(
        f"{POINT_GROUPS if decimal == '.' else COMMA_GROUPS}|{point}|{comma}"
    )
    group_mark = "," if decimal == "." else "."
    plain = bare.str.replace_all(group_mark, "", literal=True)
    only_groups = bare.str.contains(f"{point}|{comma}").fill_null(False)
    plain = bare.str.replace_all(r"[.,]", "").zip_with(only_groups, plain)
    bare = plain.zip_with(grouped.fill_null(False), bare)
    if decimal == ",":
        bare = bare.set(bare.str.contains(".", literal=True).fill_null(False), None)
        bare = bare.str.replace(",", ".", literal=True)
    return _plain(bare) * factor


@cache
def _currency() -> str:
    """A regular expression for currency signs, codes and words before or after a number."""
    codes = "|".join(sorted(code.lower() for code in list_currencies()))
    inside = rf"(?:{codes}|{_WORDS})\.?"
    return rf"(?i)^[\s+-]*{inside}\s*|\s*{inside}$|^\s*-?\s*(?:us|ca|au|nz|hk|mx)?\p{{Sc}}\s*"
