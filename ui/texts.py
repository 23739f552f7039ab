"""The dashboard's texts in the reader's language, from the catalogue of `pulse.i18n`.

Elements of the kit translate their texts themselves; WORDS in tools/text_extraction.py lists these
arguments. Everything else calls `gettext("…")`. A sentence is one text with named placeholders,
never concatenated: `gettext("{n} of {total}").format(n=…, total=…)`.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from babel import Locale, negotiate_locale
from nicegui import Client, context, ui

from pulse.i18n.catalogue import languages, translations
from pulse.i18n.sentences import marked as marked
from pulse.i18n.sentences import said_in

ENGLISH = "en"
LANGUAGE_COOKIE = "pulse_language"
_KEPT = "pl-language"
_reading: ContextVar[str] = ContextVar("reading", default=ENGLISH)
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


def gettext(text: str) -> str:
    """Return a text in the reader's language; unchanged without a translation.

    Also a Sentence that pulse made, with what fills its places.
    """
    if not text or (language := reader_language()) == ENGLISH:
        return text
    return said_in(language, text)


def pgettext(where: str, text: str) -> str:
    """Return the translation of a text with a context, where one text has several."""
    return translations(reader_language()).pgettext(where, text)


def ngettext(one: str, other: str, n: int) -> str:
    """Return the form of a text for `n`, without filling in placeholders."""
    return translations(reader_language()).ngettext(one, other, n)


def mid_sentence(text: str) -> str:
    """Return a text for the middle of a sentence: in English it starts with a small letter.

    Other languages keep their capitals, so the translations are written to fit.
    """
    said = gettext(text)
    return said.lower() if reader_language() == ENGLISH else said


def reader_language() -> str:
    """Return the language of this page, or of the person whose request is answered."""
    page = _page()
    return str((page.storage.get(_KEPT) if page else None) or _reading.get())


def _page() -> Client | None:
    """Return the page of the current task; None in a plain request and in a thread.

    Without a task NiceGUI would return the stack of its start, whose page no longer exists.
    """
    try:
        asyncio.get_running_loop()
        return context.client if context.slot_stack else None
    except RuntimeError:  # no event loop (a thread), or the page was just closed
        return None


def reader_locale() -> Locale:
    """Return the locale for numbers, dates and money."""
    return _locale(reader_language())


def keep_language(language: str) -> None:
    """Set the language of this page."""
    ui.context.client.storage[_KEPT] = language
    if language != ENGLISH:  # after Quasar has set its own
        ui.run_javascript(f"document.documentElement.lang = {language!r}")


@contextmanager
def reading(language: str) -> Iterator[None]:
    """Set the language within a `with` block, where there is no page."""
    token = _reading.set(language)
    try:
        yield
    finally:
        _reading.reset(token)


def choose(chosen: str | None, *, accepted: str = "", own: str = "") -> str:
    """Choose a person's language: their choice, else the browser's, else the business's.

    accepted: the browser's Accept-Language. English if the dashboard supports none of these.
    """
    asked = [chosen, *_by_preference(accepted), own]
    tags = [tag.replace("-", "_") for tag in asked if tag and _TAG.fullmatch(tag)]
    spoken = [language.replace("-", "_") for language in dashboard_languages()]
    return (negotiate_locale(tags, spoken) or ENGLISH).replace("_", "-")


@cache
def dashboard_languages() -> Mapping[str, str]:
    """Return code → own name of the dashboard's languages.

    A catalogue is included when it translates the name below: "Deutsch".
    """
    names = {
        code: translations(code).pgettext("name of this language", "English")
        for code in languages()
    }
    return {code: name for code, name in names.items() if code == ENGLISH or name != "English"}


def _by_preference(accepted: str) -> list[str]:
    """Return the tags of an Accept-Language header, most preferred first."""
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
