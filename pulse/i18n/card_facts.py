"""Sentences that name a fact the customer would recognise, and what is asked after it.

Facts by kind, asks by fact group and tone. A fact follows a greeting, so it begins in lower case
where the language does; an ask is a sentence of its own. Places: {business} {date} {month} {gap}
{words}. `rhythm_days` stands in for `rhythm` where a language tells days from weeks.
"""

from collections.abc import Mapping
from functools import cache

import msgspec

from pulse.i18n.sources import texts


class FactPhrases(msgspec.Struct, frozen=True):
    """One language."""

    facts: Mapping[str, str]
    asks: Mapping[str, Mapping[str, str]]


@cache
def fact_phrases(language: str) -> FactPhrases:
    """The sentences in a language."""
    return msgspec.convert(texts("facts", language), FactPhrases)
