"""Nodes of a described page: `[tag, attributes, *children]`, as `view/described.js` reads them.

A text is a string. `word` makes `["", {"key": …, places}, text]`, so that the host's own words
(`strings` of init) take precedence. A node with `at` is shown while the page is at that number;
`act` is the action of a button, a slider or an arrow key.
"""

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pulse.i18n.identity_phrases import Words, variant_of
from pulse.widget_release import DIST

Node = str | list[Any]

SAID_BY_THE_SCRIPT = (
    *("title", "close", "back", "loading", "offline", "reconnecting", "token", "origin"),
    *("TOKEN_FAILED", "TOKEN_MALFORMED", "TOKEN_TIMEOUT", "retry", "failed"),
    *("share", "busy", "stuck", "exploring", "frustrated", "words", "left", "send", "shared"),
    *("until", "waiting", "withdraw", "already", "undo"),
)
"""Keys of the texts that the script shows without a request to Pulse."""


def el(tag: str, attributes: Mapping[str, Any] | None = None, *children: Node | None) -> Node:
    """An element; a child that is None becomes an empty text, so that others keep their index."""
    return [tag, dict(attributes or {}), *in_place(children)]


def in_place(nodes: Iterable[Node | None]) -> list[Node]:
    """These nodes, with an empty text for each that is None."""
    return ["" if node is None else node for node in nodes]


def part(title: Node, *content: Node | None) -> Node | None:
    """A section of a page under its heading; None without content."""
    if all(one is None for one in content):
        return None
    return el("section", {}, el("h3", {}, title), *content)


def rows(items: list[list[Node | None]], label: Node | None = None) -> Node | None:
    """A list whose rows have text in any direction and a small text beside it."""
    if not items:
        return None
    attributes = {"aria-label": label} if label else {}
    return el(
        "ul",
        attributes,
        *(el("li", {}, el("span", {"dir": "auto"}, words), *beside) for words, *beside in items),
    )


class Texts:
    """The widget's texts in the language of a customer, with its numbers and dates."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._texts = _texts_of(variant_of(words.tag))

    def __call__(self, key: str, **places: str) -> Node:
        """The text of this key with its placeholders filled."""
        return ["", {"key": key, **places}, self._texts[key].format(**places)]

    def button(self, key: str, act: dict[str, Any], **attributes: Any) -> Node:
        """A button with this text."""
        return el("button", {"act": act, **attributes}, self(key))

    def points(self, value: float) -> str:
        """Whole points with a sign: +4, -3."""
        whole = rounded(value)
        return ("+" if whole > 0 else "") + self.words.number(whole)

    def whole(self, value: float) -> str:
        """A whole number."""
        return self.words.number(rounded(value))

    def for_script(self) -> dict[str, str]:
        """The texts that the script itself shows."""
        return {key: self._texts[key] for key in SAID_BY_THE_SCRIPT}


def rounded(value: float) -> int:
    """The number with halves rounded up, as the script rounds the number of its `score` event."""
    return math.floor(value + 0.5)


def style() -> str:
    """The style sheet of described pages, as built."""
    path = DIST / "described.css"
    return _read(path, path.stat().st_mtime_ns)


def _texts_of(variant: str) -> Mapping[str, str]:
    path = DIST / "locales" / f"{variant}.json"
    texts: Mapping[str, str] = _parsed(_read(path, path.stat().st_mtime_ns))
    return texts


@cache
def _read(path: Path, _changed_at: int) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _parsed(text: str) -> Any:
    return json.loads(text)
