"""The English texts that customers read, one JSON file per use, and their translations.

A file is a tree of texts. The path of a text is its context in the catalogue: `band.strong` of
identity.json is `identity.band.strong`. `{"one": …, "other": …}` is one text in its plural forms.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale

from pulse.i18n.catalogue import translations

PLURAL = {"one", "other"}
"""The keys of an English text with plural forms."""

_SAMPLES = range(201)
"""Whole numbers that reach every plural form of the languages in CLDR."""

Said = Callable[[str, str | Mapping[str, str]], Any]


@cache
def texts(use: str, language: str) -> Any:
    """The tree of `sources/<use>.json` in a language; plural forms by their names in CLDR.

    Missing translations are in English. Raises FileNotFoundError for an unknown use.
    """
    tree = json.loads(files("pulse.i18n").joinpath("sources", f"{use}.json").read_bytes())
    return tree if language == "en" else translated(use, tree, language)


def translated(context: str, tree: Any, language: str) -> Any:
    """This tree of English texts, translated."""
    catalogue = translations(language)
    locale = Locale.parse(language, sep="-")

    def say(path: str, text: str | Mapping[str, str]) -> Any:
        if isinstance(text, str):
            return catalogue.pgettext(path, text)
        forms: dict[str, str] = {}
        for number in _SAMPLES:
            form = catalogue.npgettext(path, text["one"], text["other"], number)
            forms.setdefault(locale.plural_form(number), form)
        return {"other": form, **forms}

    return _map_texts(context, tree, say)


def messages(context: str, tree: Any) -> Iterator[tuple[str, str | Mapping[str, str]]]:
    """(context, text) of every text in a tree, for extraction into the catalogue."""
    found: list[tuple[str, str | Mapping[str, str]]] = []
    _map_texts(context, tree, lambda path, text: found.append((path, text)))
    return iter(found)


def _map_texts(path: str, tree: Any, say: Said) -> Any:
    if isinstance(tree, str) or (isinstance(tree, dict) and set(tree) == PLURAL):
        return say(path, tree)
    if isinstance(tree, dict):
        return {key: _map_texts(f"{path}.{key}", each, say) for key, each in tree.items()}
    return [_map_texts(f"{path}.{index}", each, say) for index, each in enumerate(tree)]
