"""The sentences of the template openers.

Sentences follow a greeting that ends in a comma or colon, so they begin in lower case where the
language does. They avoid the speaker's and the customer's gender, figures, promises and prices.
`{name}`, `{business}` and `{milestone}` are filled in.
"""

from collections.abc import Mapping
from functools import cache

import msgspec

from pulse.i18n.sources import texts

STYLES = ("warm", "direct", "helpful", "curious")
"""The opener styles the learning loop chooses between."""

Styled = Mapping[str, tuple[str, ...]]


class Phrases(msgspec.Struct, frozen=True, kw_only=True):
    """One language. bodies: cause group → style → variants; the others add one sentence each."""

    language: str
    greeting: str
    greeting_unnamed: str
    bodies: Mapping[str, Styled]
    states: Mapping[str, str]
    signals: Mapping[str, str]
    bands: Mapping[str, str]
    closings: Styled


@cache
def opener_phrases(language: str) -> Phrases:
    """The sentences in a language, or in `pt-PT`."""
    return msgspec.convert({"language": language, **texts("openers", language)}, Phrases)
