"""The message catalogue: one `pulse.po` per language under `pulse/locales`, read by gettext.

English is the language of the sources: a text without a translation is shown in English. A checkout
has the `.po` files, compiled in memory at first use; a wheel has `.mo` files, made by setup.py.
Texts that were removed from the sources stay in a `.po` as comments, and are compiled too: a
sentence that an earlier version stored is still read in the reader's language.
CONTRIBUTING.md explains how to add a text or a language.
"""

from collections.abc import Iterator
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DOMAIN = "pulse"
LOCALES = Path(__file__).resolve().parent.parent / "locales"


def languages() -> tuple[str, ...]:
    """The codes that have a file, with English first: "en", "ar", "de", "pt", "pt-PT"."""
    return ("en", *sorted(path.parent.parent.name.replace("_", "-") for path in _files()))


@cache
def translations(language: str) -> NullTranslations:
    """The texts of a language; a missing text falls back to its base language, then to English."""
    folder = LOCALES / language.replace("-", "_") / "LC_MESSAGES"
    found = _read(folder)
    base = language.split("-")[0]
    if base != language:
        found.add_fallback(translations(base))
    return found


def compiled(source: Path) -> bytes:
    """The `.mo` of this `.po`, including the removed texts."""
    with source.open("rb") as file:
        catalog = read_po(file)
    for removed in catalog.obsolete.values():
        if catalog.get(removed.id, removed.context) is None:
            catalog.add(removed.id, removed.string, flags=removed.flags, context=removed.context)
    made = BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


def _read(folder: Path) -> NullTranslations:
    source, built = folder / f"{DOMAIN}.po", folder / f"{DOMAIN}.mo"
    if source.exists():
        return GNUTranslations(BytesIO(compiled(source)))
    if built.exists():
        with built.open("rb") as file:
            return GNUTranslations(file)
    return NullTranslations()


def _files() -> Iterator[Path]:
    seen = set()
    for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.?o"):
        if path.parent not in seen:
            seen.add(path.parent)
            yield path
