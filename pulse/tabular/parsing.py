"""Text as people keep it, read as numbers, dates, yes/no and names; polars, a column at a time.

Every reader takes stripped text (null = blank) and gives typed values; where a text was there
and the value is null, the text could not be read. Nothing is guessed here: the mapping says which
decimal mark and which order of day and month a column has.
"""

from itertools import product

import polars as pl

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
"""What stands for a blank in any column; never a name, a country or a plan."""
NULL_WORDS = ("NULL", "null", "None", "nan", "NaN", "undefined", "<none>")
"""What programs write for a blank; in this spelling only, and not where people are named."""
NO_VALUE_WORDS = ("null", "na", "nil", "unknown", "none", "nan", "undefined", "n.a.", "n. a.",
                  "k.a.", "k. a.", "keine angabe", "n. v.", "n.v.", "(keine angabe)",
                  "nicht vorhanden", "nicht verfügbar", "non renseigné", "nc", "n.c.",
                  "sin datos", "s/d", "n/d", "não informado", "brak", "brak danych", "není",
                  "yok", "нет данных", "н/д", "不明", "なし", "無し", "未定", "无", "未知", "없음",
                  "pending", "missing", "empty", "not available", "not set", "tbd", "no value",
                  "inf", "-inf", "+inf", "infinity", "-infinity", "+nan", "-nan")  # fmt: skip
"""What stands for "not known" where a number, a date or yes or no is expected."""
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


def _in_any_case(words: tuple[str, ...]) -> tuple[str, ...]:
    """Each of these short words in every mixture of capitals: a look into a set, no lowering."""
    return tuple(
        "".join(letters)
        for word in words
        for letters in product(*[sorted({letter, letter.upper()}) for letter in word])
    )


_BLANK = _in_any_case(BLANK_WORDS)


def stripped(column: pl.Series, also: tuple[str, ...] = ()) -> pl.Series:
    """Text without surrounding space (of any script); null where a blank or a sign for one.

    What spreadsheets write around a text is taken off: `="00123"` and `'00123` are 00123, and
    the apostrophe with which an export keeps `=1+1` from being run. also: further words for a
    blank, in this spelling.
    """
    text = column.str.strip_chars()
    if text.str.starts_with("=").any():
        text = text.str.replace(_TEXT_FORMULA, "$1")
    if text.str.starts_with("'").any():
        text = text.str.replace(_ESCAPED, "$1")
    blank = text.is_in((*_BLANK, *also) if also else _BLANK)
    return text.set(blank.fill_null(False), None) if blank.any() else text


def no_nulls(text: pl.Series) -> pl.Series:
    """The text without what programs write for a blank (`NULL`, `None`, `NaN`)."""
    return text.set(text.is_in(NULL_WORDS).fill_null(False), None)


def no_values(text: pl.Series, *more: str) -> pl.Series:
    """The text with the words for "not known" taken out (unknown, None, NA, inf)."""
    return without_words(text, (*NO_VALUE_WORDS, *more))


def without_words(text: pl.Series, words: tuple[str, ...]) -> pl.Series:
    """The text with these words, in any case, taken out."""
    return text.set(text.str.to_lowercase().is_in(words).fill_null(False), None)


def no_numbers(text: pl.Series) -> pl.Series:
    """The text with the words for "no number here" taken out (None, inf, NaN, unknown)."""
    return no_values(text)


def no_dates(text: pl.Series) -> pl.Series:
    """The text without the words and signs for "no date" (never, `0000-00-00`)."""
    return no_values(text, *NO_DATE_WORDS).set(is_no_date(text), None)


def ids(text: pl.Series) -> pl.Series:
    """Ids; a spreadsheet's `17850.0` is 17850 again.

    `1.2E+11` has lost digits: not readable. `3e8` has not: it is part of a hash.
    """
    whole = text.str.replace(r"^(\d+)\.0+$", "$1")
    return whole.set(
        whole.str.contains(r"^\d(\.\d+)?[eE]\+\d+$|^\d\.\d+[eE]\d+$").fill_null(False), None
    )


def flags(text: pl.Series) -> pl.Series:
    """Boolean, from yes and no in some languages, 1/0 and 1.0/0.0."""
    word = text.str.to_lowercase().str.replace(r"^([01])\.0$", "$1")
    known = word.is_in(YES_WORDS + NO_WORDS)
    return word.is_in(YES_WORDS).set((~known).fill_null(True), None)


def is_yes_and_no(words: pl.Series) -> bool:
    """Whether these distinct texts are yes and no, both of them, and nothing else."""
    read = flags(words)
    return not read.is_null().any() and bool(read.any()) and not bool(read.all())


def tags(text: pl.Series) -> pl.Series:
    """Tags parted by commas; from commas, semicolons or bars, with quotation marks taken off."""
    parted = text.str.replace_all(r'^\[|\]$|"|“|”', "").str.replace_all(r"\s*[,;|]\s*", ",")
    return parted.str.replace_all(r",{2,}", ",").str.strip_chars(", ")


def decimal_of(text: pl.Series) -> str:
    """The decimal mark the texts show; empty where nothing decides."""
    point, comma = decimal_evidence(text)
    if point == comma:
        return ""
    return "," if comma > point else "."
