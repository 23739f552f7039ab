"""Split column names into words, and make attribute keys and labels from them."""

import re
import unicodedata
from collections.abc import Sequence
from zoneinfo import available_timezones

from anyascii import anyascii

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ZONE = re.compile(r"\bUTC\b|\b[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_-]+)+")
_MARKED = re.compile(r"^\(Do Not Modify\)\s*")
"""Prefix of the columns by which Dynamics recognises rows."""
_NUMBER_SIGN = re.compile(r"(?<=\w)\s*#\s*$")
_NOT_WORD = re.compile(r"[\W_]+")
_NOT_KEY = re.compile(r"[^0-9a-z]+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE",
                          "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE"})  # fmt: skip
LONGEST_KEY = 60


def words_of(name: str) -> list[str]:
    """The lower-case words of a header without accents.

    `MonthlyCharges` and `monthly_charges` give the same two words. Other scripts are unchanged.
    """
    name = _NUMBER_SIGN.sub(" number", _MARKED.sub("", name))
    apart = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    spaced = _NOT_WORD.sub(" ", _CAMEL.sub(" ", unicodedata.normalize("NFC", plain)))
    return spaced.lower().split()


def key_of(name: str) -> str:
    """A short snake_case key in Latin letters: `дата заказа` gives `data_zakaza`. Never empty."""
    spelled = " ".join(words_of(anyascii(" ".join(words_of(name)))))
    words = _NOT_KEY.sub(" ", spelled).split()
    key = "_".join(words)[:LONGEST_KEY].strip("_")
    return key or "column_" + format(abs(hash_of(name)) % 16**6, "06x")


def label_of(name: str) -> str:
    """A header as a readable label: `MonthlyCharges` gives `Monthly charges`."""
    if " " in name.strip():
        return name.strip()
    text = " ".join(words_of(name)) or name
    return text[:1].upper() + text[1:]


def zone_of(columns: Sequence[str]) -> str:
    """The one IANA time zone that headers name, as in `Started at (America/New_York)`.

    Empty when no zone or several are named.
    """
    zones = available_timezones()
    found = {name for column in columns for name in _ZONE.findall(column) if name in zones}
    return found.pop() if len(found) == 1 else ""


def hash_of(text: str) -> int:
    """A small hash that is the same in every process (Python's own hash is not)."""
    value = 7
    for byte in text.encode():
        value = (value * 131 + byte) % (1 << 61)
    return value
