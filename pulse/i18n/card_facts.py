"""Sentences that name a fact the customer would recognise, and the question that follows.

Facts by kind, questions by fact group and tone. A fact follows a greeting, so it begins in lower
case where the language does; a question is a separate sentence, and so are the facts `help_…`,
which follow the customer's request for help. Placeholders: {business} {date} {month} {gap} {words}.
`rhythm_days` replaces `rhythm` where a language distinguishes days from weeks.
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
