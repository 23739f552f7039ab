"""The dashboard's texts in the language of who reads them, from the catalogue of `pulse.i18n`.

Pieces of the kit translate the words they are given: WORDS of tools/text_extraction.py lists which
arguments. Everything else says `gettext("…")`. Places are named, and a sentence is one text, never
put together from pieces: `gettext("{n} of {total}").format(n=…, total=…)`.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TypeVar

from babel import Locale, negotiate_locale
from nicegui import Client, context, ui

from pulse.i18n.catalogue import languages, translations

Texts = TypeVar("Texts")

ENGLISH = "en"
LANGUAGE_COOKIE = "pulse_language"
_KEPT = "pl-language"
_reading: ContextVar[str] = ContextVar("reading", default=ENGLISH)
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


def gettext(text: str) -> str:
    """A text in the reader's language; as it is where there is no translation."""
    if not text or (language := reader_language()) == ENGLISH:
        return text
    return translations(language).gettext(text)


def pgettext(where: str, text: str) -> str:
    """As `gettext`, for a word that is translated differently by where it stands."""
    return translations(reader_language()).pgettext(where, text)


def ngettext(one: str, other: str, n: int) -> str:
    """The form of a text that goes with `n`, not filled in yet."""
    return translations(reader_language()).ngettext(one, other, n)


def mid_sentence(text: str) -> str:
    """A text as it stands in the middle of a sentence: English begins it with a small letter.

    Other languages keep their capitals, so their texts that stand so are translated to fit.
    """
    said = gettext(text)
    return said.lower() if reader_language() == ENGLISH else said


def marked(texts: Texts) -> Texts:
    """As it is: marks the texts of a constant for the catalogue. Said by `gettext` when shown."""
    return texts


def reader_language() -> str:
    """The language of this page, or of the person whose request is answered."""
    page = _page()
    return str((page.storage.get(_KEPT) if page else None) or _reading.get())


def _page() -> Client | None:
    """The page in whose task this runs; None in a plain request and in a thread.

    Without a task NiceGUI answers with the stack of its start, whose page is gone.
    """
    try:
        asyncio.get_running_loop()
        return context.client if context.slot_stack else None
    except RuntimeError:  # no loop: a thread; or the page has just been closed
        return None


def reader_locale() -> Locale:
    """What numbers, dates and money are written by."""
    return _locale(reader_language())


def keep_language(language: str) -> None:
    """Everything in this page is said in this language."""
    ui.context.client.storage[_KEPT] = language
    if language != ENGLISH:  # after Quasar has set its own
        ui.run_javascript(f"document.documentElement.lang = {language!r}")


@contextmanager
def reading(language: str) -> Iterator[None]:
    """Say everything in this language meanwhile, where there is no page."""
    token = _reading.set(language)
    try:
        yield
    finally:
        _reading.reset(token)


def choose(chosen: str | None, *, accepted: str = "", own: str = "") -> str:
    """The language somebody reads: what they chose, else the browser's, else the business's own.

    accepted: the browser's Accept-Language. English where the dashboard speaks none of these.
    """
    asked = [chosen, *_by_preference(accepted), own]
    tags = [tag.replace("-", "_") for tag in asked if tag and _TAG.fullmatch(tag)]
    spoken = [language.replace("-", "_") for language in dashboard_languages()]
    return (negotiate_locale(tags, spoken) or ENGLISH).replace("_", "-")


@cache
def dashboard_languages() -> Mapping[str, str]:
    """Code → own name of the languages in which the dashboard is there.

    A catalogue joins them by translating the name below: "Deutsch".
    """
    names = {
        code: translations(code).pgettext("name of this language", "English")
        for code in languages()
    }
    return {code: name for code, name in names.items() if code == ENGLISH or name != "English"}


def _by_preference(accepted: str) -> list[str]:
    """The tags of an Accept-Language header, the most wanted first."""
    found = []
    for part in accepted[:500].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            found.append((float(quality or 1), tag))
        except ValueError:
            continue
    return [tag for quality, tag in sorted(found, key=lambda one: -one[0]) if quality > 0]


@cache
def _locale(language: str) -> Locale:
    return Locale.parse("en-GB" if language == ENGLISH else language, sep="-")
