"""Sentences that name a fact the customer would recognise, and what is asked after it.

One JSON file a language, all of one shape: facts by kind, asks by fact group and tone. A fact
follows a greeting, so it begins in lower case where the language does; an ask is a sentence of its
own. Places: {business} {date} {month} {gap} {words}. `rhythm_days` stands in for `rhythm` where a
language tells days from weeks.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec


class FactPhrases(msgspec.Struct, frozen=True):
    """One language."""

    facts: Mapping[str, str]
    asks: Mapping[str, Mapping[str, str]]


@cache
def fact_phrases(language: str) -> FactPhrases:
    """The sentences of a language that has a file; raises FileNotFoundError."""
    text = files(__name__).joinpath(f"{language}.json").read_text(encoding="utf-8")
    return msgspec.convert(json.loads(text), FactPhrases)
