"""Words of headers and values in many languages, from the TOML files in this folder.

A list of words becomes a tuple of normalised words (`header_names.words_of`): lower case, without
accents. `word*` matches a prefix, `*word` a suffix.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pulse.tabular.header_names import words_of

Words = tuple[str, ...]

_CJK = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]")


def table(file: str, section: str, key: str) -> Words:
    """The words under this key.

    Raises KeyError when there are none.
    """
    return tuple(_normal(word) for word in _read(file)[section][key])


def tables(file: str, section: str) -> dict[str, Words]:
    """All word lists of a section, by key, in the order of the file."""
    return {key: table(file, section, key) for key in _read(file)[section]}


def plain_table(file: str, section: str) -> dict[str, Any]:
    """A section as it is in the file, without normalisation."""
    found: dict[str, Any] = _read(file)[section]
    return found


def says(words: list[str], hints: Words) -> bool:
    """Whether one of the hints (a word, or several consecutive words) occurs in the header.

    Hints in scripts without spaces match anywhere in it.
    """
    spelled = " ".join("date" if word == "dt" else word for word in words)
    return _header_pattern(hints).search(spelled) is not None


def is_one_of(text: str, hints: Words) -> bool:
    """Whether a value as a whole is one of the hints."""
    return _value_pattern(hints).fullmatch(" ".join(words_of(text))) is not None


@cache
def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / f"{file}.toml").read_text(encoding="utf-8"))


@cache
def _header_pattern(hints: Words) -> re.Pattern[str]:
    return re.compile("|".join(_hint_pattern(hint) for hint in hints) or "(?!)")


@cache
def _value_pattern(hints: Words) -> re.Pattern[str]:
    patterns = (re.escape(hint).replace(r"\*", ".*") for hint in hints)
    return re.compile("|".join(patterns) or "(?!)")


def _hint_pattern(hint: str) -> str:
    pattern = re.escape(hint).replace(r"\*", r"\S*")
    return pattern if _CJK.search(hint) else rf"(?<!\S){pattern}(?!\S)"


def _normal(word: str) -> str:
    before, after = "*" if word.startswith("*") else "", "*" if word.endswith("*") else ""
    return before + " ".join(words_of(word.strip("*"))) + after
