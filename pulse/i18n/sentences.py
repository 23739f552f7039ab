"""Sentences for staff that are stored once and translated for each reader.

A Sentence is its English text, so programs, logs and prompts use it like any str. It also holds its
catalogue text and the values of its placeholders, so that `said_in` can translate it. In JSON it is
stored as that text and these values (`stored`), and read back by `restored`.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, ClassVar, Self, TypeVar

import msgspec
from babel.numbers import format_currency, format_decimal

from pulse.i18n.catalogue import translations
from pulse.i18n.identity_phrases import Words, words_for

Texts = TypeVar("Texts")

ENGLISH = "en"


class Number(msgspec.Struct, frozen=True, tag="number"):
    """A number with this many decimals."""

    value: float
    decimals: Annotated[int, msgspec.Meta(ge=0, le=20)] = 0

    def say(self, words: Words) -> str:
        """1240 → "1,240"."""
        if words.language == ENGLISH:  # the same, thirty times as fast
            return f"{self.value:,.{self.decimals}f}"
        pattern = "#,##0" + (f".{'0' * self.decimals}" if self.decimals else "")
        value = round(self.value, self.decimals)
        return str(format_decimal(value, pattern, locale=words.tag.replace("-", "_")))


class Amount(msgspec.Struct, frozen=True, tag="amount"):
    """A number with its unit: a plural English noun, "%" or the code of a currency."""

    value: float
    unit: str

    def say(self, words: Words) -> str:
        """ "12 orders", "£1,240", "38%"."""
        return words.counted(self.value, self.unit)


class Money(msgspec.Struct, frozen=True, tag="money"):
    """A whole amount of a currency."""

    value: float
    currency: str

    def say(self, words: Words) -> str:
        """1240.3 → "€1,240", in German "1.240 €"."""
        if words.language == ENGLISH:
            locale, pattern = ENGLISH, "¤#,##0"
        else:
            locale, pattern = words.tag.replace("-", "_"), "#,##0\xa0¤"
        whole = round(self.value)
        return str(format_currency(whole, self.currency, pattern, locale, currency_digits=False))


class Share(msgspec.Struct, frozen=True, tag="share"):
    """A share from 0 to 1, as percent with this many decimals."""

    value: float
    decimals: Annotated[int, msgspec.Meta(ge=0, le=20)] = 0

    def say(self, words: Words) -> str:
        """0.384 → "38%"."""
        return words.counted(round(100 * self.value, self.decimals or None), "%")


class Day(msgspec.Struct, frozen=True, tag="day"):
    """A day, with or without its year."""

    value: date
    year: bool = False

    def say(self, words: Words) -> str:
        """ "20 April" or "20 April 2025"."""
        return words.dated(self.value) if self.year else words.day(self.value)


class Spoken(msgspec.Struct, frozen=True, tag="spoken"):
    """A text in several languages, including English, by their codes."""

    texts: Mapping[str, str]

    def say(self, words: Words) -> str:
        """The text in this language, or in English."""
        return self.texts.get(words.language) or self.texts[ENGLISH]


Formatted = Number | Amount | Money | Share | Day | Spoken
Place = str | int | Formatted
"""What fills a place: text as given (a Sentence in its language), a whole number, or a format."""


class Sentence(str):
    """An English str that can be translated later.

    Example: `Sentence("Strength fell {points}.", points=13)`.

    With `other` and `n` it has plural forms; {n} is then filled with the number.
    """

    text: str
    other: str | None
    n: int
    places: Mapping[str, Place]

    _ENGLISH: ClassVar[Words] = words_for(ENGLISH)

    def __new__(
        cls,
        text: str,
        /,
        *,
        other: Place | None = None,
        n: Place | None = None,
        **places: Place,
    ) -> Self:
        """Raises KeyError for an unfilled placeholder, TypeError for `other` without `n`."""
        if other is not None and not isinstance(n, int):
            raise TypeError("`other` is the plural form and needs a whole number n.")
        filled = places if n is None else {"n": n, **places}
        many = None if other is None else str(other)
        form = text if many is None or n == 1 else many
        made = super().__new__(cls, _filled(form, filled, cls._ENGLISH))
        made.text, made.other, made.places = text, many, filled
        made.n = n if isinstance(n, int) else 0
        return made

    def said_in(self, language: str) -> str:
        """The text in this language; in English where this is not possible."""
        if language == ENGLISH:
            return str(self)
        try:
            return self._translated(language)
        except (ArithmeticError, ValueError, RecursionError):  # an odd value that was stored
            return str(self)

    def _translated(self, language: str) -> str:
        catalogue = translations(language)
        if self.other is None:
            form = catalogue.gettext(self.text)
        else:
            form = catalogue.ngettext(self.text, self.other, self.n)
        return _filled(form, self.places, words_for(language))

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """The arguments for copies and pickles."""
        places = dict(self.places)
        if self.other is None:
            return (self.text,), places
        return (self.text,), {**places, "other": self.other}


def plural_sentence(one: str, other: str, n: int, /, **places: Place) -> Sentence:
    """The plural form for `n`: `plural_sentence("{n} day", "{n} days", days)`."""
    return Sentence(one, other=other, n=n, **places)


def marked(texts: Texts) -> Texts:
    """The texts, unchanged; marks the texts of a constant for the catalogue.

    `gettext` translates them.
    """
    return texts


def said_in(language: str, text: str) -> str:
    """The translation of a sentence or other catalogue text, else the text unchanged."""
    if isinstance(text, Sentence):
        return text.said_in(language)
    return translations(language).gettext(text) if text and language != ENGLISH else text


def stored(text: Any) -> Any:
    """The JSON form: a sentence as its text and placeholder values, other text unchanged.

    Also used as msgspec's `enc_hook`. Raises TypeError for anything but text.
    """
    if not isinstance(text, Sentence):
        return english(text)
    kept: dict[str, Any] = {"text": text.text}
    if text.other is not None:
        kept["other"] = text.other
    if text.places:
        kept["places"] = {name: _stored(place) for name, place in text.places.items()}
    return kept


def english(text: Any) -> str:
    """The English of a sentence; an `enc_hook` of msgspec for JSON that programs read."""
    if isinstance(text, str):
        return str(text)
    raise TypeError(f"{type(text).__name__} is no text.")


def restored(kept: Any) -> str:
    """A text from the form that `stored` writes; older plain texts are returned unchanged.

    Anything else is shown as far as it is text, because it must not break the page it is on.
    """
    try:
        return _sentence(kept) if isinstance(kept, Mapping) else str(kept or "")
    except _NOT_AS_STORED:
        text = kept.get("text") if isinstance(kept, Mapping) else None
        return text if isinstance(text, str) else ""


def _sentence(kept: Mapping[str, Any]) -> Sentence:
    text, other = kept["text"], kept.get("other")
    if not isinstance(text, str) or not isinstance(other, str | None):
        raise TypeError("A sentence is stored with its text.")
    places = {name: _read(place) for name, place in kept.get("places", {}).items()}
    return Sentence(text, **{"other": other, **places})


_NOT_AS_STORED = (
    ArithmeticError,
    AttributeError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
    msgspec.DecodeError,
)


def as_text(text: str) -> str:
    """The form for a text column: JSON when placeholders are filled, else the text itself.

    A text that looks like this JSON is stored as JSON too, so that it is read back unchanged.
    """
    if isinstance(text, Sentence) and (text.places or text.other):
        return msgspec.json.encode(stored(text)).decode()
    plain = str(text)
    return msgspec.json.encode({"text": plain}).decode() if plain.startswith(_BEGINS) else plain


def from_text(kept: str | None) -> str:
    """A text from the form that `as_text` writes; other texts are returned unchanged."""
    if kept and kept.startswith(_BEGINS):
        with suppress(*_NOT_AS_STORED):
            found = msgspec.json.decode(kept)
            if isinstance(found["text"], str):
                return restored(found)
    return kept or ""


_BEGINS = '{"text":'


def _filled(form: str, places: Mapping[str, Place], words: Words) -> str:
    """The text with its placeholders filled; only plain names are allowed as placeholders."""
    if not places:
        return form
    return _PLACE.sub(lambda found: _said(places[found[1]], words), form)


_PLACE = re.compile(r"\{(\w+)\}")


def _said(place: Place, words: Words) -> str:
    if isinstance(place, Sentence):
        return place.said_in(words.language)
    if isinstance(place, str):
        return place
    return (Number(place) if isinstance(place, int) else place).say(words)


def _stored(place: Place) -> Any:
    if isinstance(place, str):
        return stored(place)
    return place if isinstance(place, int) else msgspec.to_builtins(place)


def _read(place: Any) -> Any:
    if isinstance(place, Mapping) and "type" in place:
        return msgspec.convert(place, Formatted, strict=False)
    return restored(place) if isinstance(place, Mapping) else place
