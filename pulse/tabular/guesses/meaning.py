"""The meaning of a column, judged before its type: a phone number is not a number.

Postal codes, phone numbers, ids, versions, IP addresses, card digits and article numbers are text
and are kept unchanged, whichever characters they contain.
"""

from typing import Literal

import polars as pl

from pulse.tabular.header_hints import COUNTED, LOCALE, is_called, says, signal_of
from pulse.tabular.values.addresses import EMAIL
from pulse.tabular.vocabulary import table

Meaning = Literal["phone", "email", "url", "text"]

PHONE = table("headers", "meaning", "phone")
NOT_PHONE = table("headers", "meaning", "not_phone")
POSTAL = table("headers", "meaning", "postal")
CODES = table("headers", "meaning", "codes")
LAST_WORD_CODES = table("headers", "meaning", "last_word_codes")
NOT_CODES = table("headers", "meaning", "not_codes")

_URL = r"^(?:https?://|www\.)\S+$"
_IP = r"^\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?$|^[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7}$"
_VERSION = r"^[vV]?\d{1,3}(?:\.\d{1,4}){2,}(?:[-+.]\w+)*$"
_PHONE = r"^\+\d[\d\s().\-/]{6,18}\d$|^00\d{1,3}[\s().\-/][\d\s().\-/]{5,17}\d$"
_PHONE_LOCAL = (
    r"^\(\d{2,5}\)\s?\d[\d\s\-]{4,}$|^0\d(?:[ .]\d\d){4}$|"
    r"^\d{3}[-.]\d{2,3}[-.]\d{4}$|^0\d{2,5}[ /-]\d{3,}"
)
_LEADING_ZERO = r"^0\d+$"
_LONG_INTEGER = r"^-?\d{16,}$"
MOST = 0.8
"""The share of texts that must have the same form when the header gives no hint."""


def meaning_of(words: list[str], known: pl.Series) -> Meaning | None:
    """What the header words and the form of the texts indicate; None: any type is possible.

    known: stripped texts without blanks.
    """
    if not len(known):
        return _by_name(words)
    if _share(known, EMAIL) >= MOST:
        return "email"
    if _share(known, _URL) >= MOST:
        return "url"
    return _by_name(words) or _by_shape(words, known)


def is_code(words: list[str]) -> bool:
    """Whether the header names a code or identifier rather than an amount."""
    if says(words, NOT_CODES):
        return False
    if says(words, CODES) or says(words, POSTAL):
        return True
    return len(words) > 1 and words[-1] in LAST_WORD_CODES and words[0] not in ("total", "avg")


def _by_name(words: list[str]) -> Meaning | None:
    if says(words, PHONE) and not says(words, NOT_PHONE):
        return "phone"
    if is_code(words) or says(words, LOCALE) or is_called(words, _PLACES):
        return "text"
    return None


_PLACES = table("headers", "meaning", "places")


def _by_shape(words: list[str], known: pl.Series) -> Meaning | None:
    if _share(known, _PHONE) >= MOST or _share(known, _PHONE_LOCAL) >= MOST:
        return "phone"
    if _share(known, _IP) >= MOST:
        return "text"
    if _share(known, _VERSION) >= MOST and not (_are_dates(known) or _are_grouped(known)):
        return "text"
    long = _share(known, _LONG_INTEGER)
    if (long >= 0.5 or (long and signal_of(words) is None)) and _share(known, r"^-?\d+$") >= MOST:
        return "text"
    zeros = known.str.contains(_LEADING_ZERO)
    if zeros.any() and not says(words, COUNTED) and _share(known, r"^\d+$") >= MOST:
        return "text"
    return None


def _are_dates(known: pl.Series) -> bool:
    """Whether dotted groups of three numbers are dates: `31.12.2023`, not `10.3.2`."""
    return _share(known, r"^\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})$|^\d{4}\.\d{1,2}\.\d{1,2}$") >= MOST


def _are_grouped(known: pl.Series) -> bool:
    """Whether the points separate thousands: `1.000.000`, not `10.3.2`."""
    return _share(known, r"^\d{1,3}(?:\.\d{3})+$") >= MOST


def _share(known: pl.Series, pattern: str) -> float:
    return int(known.str.contains(pattern).sum()) / max(1, len(known))
