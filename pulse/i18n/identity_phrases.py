"""The texts that customers read, from the catalogue, with numbers and dates of a locale.

A text is a template with {placeholders}; where a number decides, there is one template per plural
form (CLDR's names: "one", "other", in Arabic also "two", "few", "many"). Numbers, months and plural
forms come from Babel (CLDR). Names that a business has set itself (labels, levels, nouns that are
not in the files) are used unchanged.
"""

import re
from collections.abc import Mapping
from copy import copy
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton, get_month_names
from babel.numbers import format_decimal
from babel.units import format_unit

from pulse.i18n.sources import texts

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "pt": "Portuguese",
    "bn": "Bengali",
    "ar": "Arabic",
}
"""Code → English name."""

CURRENCIES = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "INR": "₹", "BDT": "৳"}
# the country whose dates and numbers a language without a country uses
_USUAL_LOCALE = {"en": "en_GB"}
_EUROPEAN_PORTUGUESE = ("PT", "AO", "MZ", "CV", "GW", "ST", "TL", "MO", "GQ")
_FIRST_OF_MONTH = {"fr": "1er", "pt": "1º"}  # CLDR's patterns have no ordinals
_DIGITS = {"arab": "٠١٢٣٤٥٦٧٨٩", "beng": "০১২৩৪৫৬৭৮৯"}
_MONEY = re.compile(r"[#0.,]+")

Texts = Mapping[str, str | Mapping[str, str]]


def language_of(*locales: str | None) -> str:
    """The language of the first locale (`pt-BR`, `de_AT`) that is supported; else English."""
    for locale in locales:
        code = re.split(r"[-_]", (locale or "").strip().lower())[0]
        if code in LANGUAGES:
            return code
    return "en"


def is_spoken(locale: str | None) -> bool:
    """Whether the language of this locale is supported."""
    return language_of(locale, "en") == re.split(r"[-_]", (locale or "").strip().lower())[0]


def words_for(*locales: str | None) -> "Words":
    """The texts for the first of these locales whose language is supported; else English."""
    for locale in locales:
        tag = (locale or "").strip().replace("-", "_")
        if tag.split("_")[0].lower() in LANGUAGES:
            return _words(tag if len(tag) <= LONGEST_TAG else language_of(tag))
    return ENGLISH


LONGEST_TAG = 12  # parts of a locale that are used: language, script and country


def variant_of(locale: str | None) -> str:
    """The text file of a locale: its language, except `pt-PT` for European Portuguese."""
    parts = (locale or "").strip().replace("_", "-").split("-")
    language = language_of(locale)
    territories = {part.upper() for part in parts[1:]}
    return "pt-PT" if language == "pt" and territories & {*_EUROPEAN_PORTUGUESE} else language


def texts_of(language: str) -> Texts:
    """Every text of a language, or of `pt-PT`, by its key."""
    found: Texts = texts("identity", language)
    return found


_BOND_TEXTS = {
    "strong.title": "{bond}: {band}",
    "strong.text": "tenure.text",
    "rose.text": "{bond}: {band}",
    "wrapped.rise.text": "{bond}: {start} → {end}",
}
"""Replacements for texts that name the bond, when a business has its own term: a template that fits
every language, or the key of another text."""


class Words:
    """The texts of one language, with the numbers and dates of one locale."""

    def __init__(self, language: str, locale: Locale) -> None:
        self.language = language
        self._locale = locale
        self._tag = str(locale)
        self._texts = texts_of(variant_of(str(locale)) if language == "pt" else language)
        digits = _DIGITS.get(locale.default_numbering_system)
        self._digits = str.maketrans("0123456789", digits) if digits else {}
        self._bond = ""

    @property
    def tag(self) -> str:
        """The locale as browsers write it, e.g. pt-BR."""
        return str(self._locale).replace("_", "-")

    def with_bond(self, bond: str) -> "Words":
        """The same with a business's own term for the bond; empty: the default term."""
        other = copy(self)
        other._bond = bond
        return other

    def say(self, key: str, **places: Any) -> str:
        """The text of this key with its placeholders filled; raises KeyError for an unknown key."""
        if self._bond and key in _BOND_TEXTS:
            text = self._texts.get(_BOND_TEXTS[key], _BOND_TEXTS[key])
            assert isinstance(text, str), key
            return text.format(**{"bond": self._bond, "band": self._texts["band.strong"], **places})
        text = self._texts[key]
        assert isinstance(text, str), key
        return text.format(**places)

    def knows(self, key: str) -> bool:
        """Whether there is a text with this key."""
        return key in self._texts

    def number(self, value: float) -> str:
        """1240 → "1,240", 3.50 → "3.5", 0.1234 → "0.12", as the locale writes it."""
        size = abs(value)
        places = 0 if size >= 100 or value == round(value) else 1 if size >= 10 else 2
        return _decimal(round(value, places) or 0, self._tag).translate(self._digits)

    def counted(self, value: float, unit: str, *, more: bool = False) -> str:
        """A number with its unit (plural English, "%", a currency code, or a given noun).

        more: an additional amount, where the language puts a word for it between the two.
        """
        number = self.number(value)
        if unit == "%":
            number = self.say("percent", n=number)
        if more:
            number = self.say("more", n=number)
        if unit == "%":
            return number
        if len(unit) == 3 and unit.isupper():
            return self._money(number, unit)
        forms = self._texts.get(f"unit.{unit}")
        if isinstance(forms, Mapping):
            form = _plural(round(value, 2), self._tag)
            return forms.get(form, forms["other"]).format(n=number)
        return f"{number} {singular(unit) if value == 1 else unit}".rstrip()

    def day(self, day: date) -> str:
        """The day of a year: "20 April"."""
        text = self._written(format_skeleton("MMMMd", day, locale=self._locale))
        first = _FIRST_OF_MONTH.get(variant_of(str(self._locale)))
        return re.sub(r"^1(?= )", first, text) if first else text

    def dated(self, day: date) -> str:
        """The day with its year: "20 April 2025"."""
        return self._written(format_date(day, "long", locale=self._locale))

    def span(self, count: int, unit: Literal["hour", "day", "week"]) -> str:
        """So many hours, days or weeks: "4 weeks"."""
        return self._written(format_unit(count, f"duration-{unit}", locale=self._locale))

    def month(self, month: int) -> str:
        """The name of a month, 1–12."""
        return str(get_month_names("wide", "stand-alone", self._locale)[month])

    def month_of(self, day: date) -> str:
        """The month of a day with its year: "Mar 2026"."""
        return self._written(format_skeleton("yMMM", day, locale=self._locale))

    def months(self, first: date, last: date) -> str:
        """From month to month: "March – May 2026"."""
        return self._written(format_interval(first, last, "yMMMM", locale=self._locale))

    def _money(self, number: str, currency: str) -> str:
        sign = CURRENCIES.get(currency)
        if sign is None:
            return f"{number} {currency}"
        pattern = self._locale.currency_formats["standard"].pattern.split(";")[0]
        return _MONEY.sub(number, pattern).replace("¤", sign)

    def _written(self, text: str) -> str:
        return text.replace("\u2009", " ").translate(self._digits)


def singular(noun: str) -> str:
    """The singular of an English plural: "orders" → "order"."""
    return noun[:-1] if noun.endswith("s") else noun


@lru_cache(20_000)
def _decimal(value: float, tag: str) -> str:
    """A number as CLDR writes it; cached, because the same numbers recur."""
    return str(format_decimal(value, locale=tag, numbering_system="default"))


@lru_cache(20_000)
def _plural(value: float, tag: str) -> str:
    """The plural form for a number: one, few, other."""
    return str(Locale.parse(tag).plural_form(value))


@lru_cache(256)
def _words(tag: str) -> Words:
    language = language_of(tag)
    usual = Locale.parse(_USUAL_LOCALE.get(language, language))
    if tag.lower() == language:
        return Words(language, usual)
    try:
        return Words(language, Locale.parse(tag))
    except (ValueError, UnknownLocaleError):  # a country or script unknown to CLDR
        return Words(language, usual)


ENGLISH = _words("en")
