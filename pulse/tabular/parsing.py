"""Parse text as numbers, dates, yes/no and names, one polars column at a time.

Every parser takes stripped text (null = blank) and returns typed values; null where the text was
not blank means it could not be read. Nothing is guessed here: the mapping sets the decimal mark and
the date order of each column.
"""

from itertools import product

import polars as pl

from pulse.outbound.csv_lines import MARKED
from pulse.tabular.values.dates import dates, is_no_date
from pulse.tabular.values.numbers import decimal_evidence, numbers

__all__ = [
    "dates", "flags", "ids", "no_dates", "no_nulls", "no_numbers", "no_values", "numbers",
    "stripped", "tags",
]  # fmt: skip

BLANK_WORDS = ("", "n/a", "#n/a", "-", "–", "—", "--", "---", "?", "\\n", "(null)", "<null>",
               "[null]", "<na>", "(blank)", "(empty)", "#div/0!", "#ref!", "#name?", "#null!",
               "#num!", "#value!", "#n/a n/a", "#nv", "nat", "n/v", "(none)", "(no value)",
               "(leer)", "(vide)", "—", "(unknown)")  # fmt: skip
"""Words for a blank in any column; none is a name, a country or a plan."""
NULL_WORDS = ("NULL", "null", "None", "nan", "NaN", "undefined", "<none>")
"""Words that programs write for a blank; case-sensitive, and not applied to names."""
NO_VALUE_WORDS = ("null", "na", "nil", "unknown", "none", "nan", "undefined", "n.a.", "n. a.",
                  "k.a.", "k. a.", "keine angabe", "n. v.", "n.v.", "(keine angabe)",
                  "nicht vorhanden", "nicht verfügbar", "non renseigné", "nc", "n.c.",
                  "sin datos", "s/d", "n/d", "não informado", "brak", "brak danych", "není",
                  "yok", "нет данных", "н/д", "不明", "なし", "無し", "未定", "无", "未知", "없음",
                  "pending", "missing", "empty", "not available", "not set", "tbd", "no value",
                  "inf", "-inf", "+inf", "infinity", "-infinity", "+nan", "-nan")  # fmt: skip
"""Words for "not known" where a number, a date or yes/no is expected."""
NO_DATE_WORDS = ("never", "nie", "niemals", "jamais", "nunca", "no date")
YES_WORDS = ("yes", "y", "true", "t", "1", "on", "ja", "oui", "si", "sí", "x", "✓", "✔", "☑",
             "wahr", "vrai", "verdadero", "vero", "sim", "sì", "tak", "ano", "evet", "да", "да.",
             "kyllä", "igen", "da", "j", "はい", "是", "예", "enabled")  # fmt: skip
NO_WORDS = ("no", "n", "false", "f", "0", "off", "nein", "non", "falsch", "faux", "falso", "não",
            "nao", "nee", "nej", "nie", "ne", "hayır", "нет", "ei", "nem", "nu", "いいえ", "否",
            "아니요", "✗", "✘", "☐", "disabled")  # fmt: skip
LONGEST_CELL = 10_000

_TEXT_FORMULA = r'^="(.*)"$'
_ESCAPED = r"^'([-+=@\t\r].*|[\d.,+() -]*\d[\d.,+() -]*)$"


def _case_variants(words: tuple[str, ...]) -> tuple[str, ...]:
    """Each short word in every combination of upper and lower case, for a set lookup."""
    return tuple(
        "".join(letters)
        for word in words
        for letters in product(*[sorted({letter, letter.upper()}) for letter in word])
    )


_BLANK = _case_variants(BLANK_WORDS)


def stripped(column: pl.Series, also: tuple[str, ...] = ()) -> pl.Series:
    """Text without surrounding whitespace (of any script); null for blanks and signs for blank.

    Removes what spreadsheets add: `="00123"` and `'00123` become 00123, and the apostrophes that
    protect an exported `=1+1` are dropped. also: further words that mean blank, case-sensitive.
    """
    text = column.str.strip_chars()
    if text.str.starts_with("=").any():
        text = text.str.replace(_TEXT_FORMULA, "$1")
    if text.str.contains("'", literal=True).any():
        if text.str.contains(MARKED).any():
            text = text.str.replace_all(MARKED, "$1$2")
        if text.str.starts_with("'").any():
            text = text.str.replace(_ESCAPED, "$1")
    blank = text.is_in((*_BLANK, *also) if also else _BLANK)
    return text.set(blank.fill_null(False), None) if blank.any() else text


def no_nulls(text: pl.Series) -> pl.Series:
    """The text without words that programs write for a blank (`NULL`, `None`, `NaN`)."""
    return text.set(text.is_in(NULL_WORDS).fill_null(False), None)


def no_values(text: pl.Series, *more: str) -> pl.Series:
    """The text without words for "not known" (unknown, None, NA, inf)."""
    return without_words(text, (*NO_VALUE_WORDS, *more))


def without_words(text: pl.Series, words: tuple[str, ...]) -> pl.Series:
    """The text with these words, in any case, replaced by null."""
    return text.set(text.str.to_lowercase().is_in(words).fill_null(False), None)


def no_numbers(text: pl.Series) -> pl.Series:
    """The text without words for "no number" (None, inf, NaN, unknown)."""
    return no_values(text)


def no_dates(text: pl.Series) -> pl.Series:
    """The text without words and signs for "no date" (never, `0000-00-00`)."""
    return no_values(text, *NO_DATE_WORDS).set(is_no_date(text), None)


def ids(text: pl.Series) -> pl.Series:
    """Ids as text; a spreadsheet's `17850.0` becomes 17850.

    `1.2E+11` has lost digits and is unreadable. `3e8` is kept: it is part of a hash.
    """
    whole = text.str.replace(r"^(\d+)\.0+$", "$1")
    return whole.set(
        whole.str.contains(r"^\d(\.\d+)?[eE]\+\d+$|^\d\.\d+[eE]\d+$").fill_null(False), None
    )


def flags(text: pl.Series) -> pl.Series:
    """Booleans, from yes and no in several languages, 1/0 and 1.0/0.0."""
    word = text.str.to_lowercase().str.replace(r"^([01])\.0$", "$1")
    known = word.is_in(YES_WORDS + NO_WORDS)
    return word.is_in(YES_WORDS).set((~known).fill_null(True), None)


def is_yes_and_no(words: pl.Series) -> bool:
    """Whether these distinct texts are exactly yes and no."""
    read = flags(words)
    return not read.is_null().any() and bool(read.any()) and not bool(read.all())


def tags(text: pl.Series) -> pl.Series:
    """Tags joined by commas; from commas, semicolons or bars, without quotation marks."""
    parted = text.str.replace_all(r'^\[|\]$|"|“|”', "").str.replace_all(r"\s*[,;|]\s*", ",")
    return parted.str.replace_all(r",{2,}", ",").str.strip_chars(", ")


def decimal_of(text: pl.Series) -> str:
    """The decimal mark that the texts show; empty when undecided."""
    point, comma = decimal_evidence(text)
    if point == comma:
        return ""
    return "," if comma > point else "."
