"""Extractors for Babel, listed in babel.cfg, that find the texts in our files."""

import ast
import json
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

from pulse.i18n.sources import messages
from ui.formatters import plural_forms

Found = tuple[int, str, str | tuple[str, ...], list[str]]
"""Line, function, text arguments and translators' comments, in Babel's format."""


def extract_tree(
    file: IO[bytes], keywords: Mapping[str, Any], tags: Collection[str], options: Mapping[str, str]
) -> Iterator[Found]:
    """The texts of an English JSON file; the option `context` is the prefix of their contexts."""
    for path, text in messages(options["context"], json.load(file)):
        if isinstance(text, str):
            yield 1, "pgettext", (path, text), []
        else:
            yield 1, "npgettext", (path, text["one"], text["other"]), []


WORDS: Mapping[str, tuple[tuple[int, str], ...]] = {
    "gettext": ((0, "text"),),
    "Sentence": ((0, "text"),),
    "Declined": ((1, "why"),),
    "heard": ((0, "stage"),),
    "told": ((0, "stage"),),
    "progress": ((2, "stage"),),
    "marked": ((0, "texts"),),
    "plain_page": ((1, "heading"),),
    "leads_to": ((1, "words"),),
    "rule": ((1, "label"),),
    "view": ((0, "title"), (9, "section")),
    "Title": ((0, "heading"), (1, "subtitle")),
    "Panel": ((0, "heading"), (1, "note")),
    "panel": ((0, "heading"), (1, "note")),
    "empty": ((0, "headline"), (1, "advice"), (9, "action")),
    "note": ((0, "content"),),
    "Button": ((0, "label"), (9, "hint")),
    "Segments": ((0, "choices"), (9, "label")),
    "Tabs": ((0, "sheets"),),
    "toast": ((0, "message"), (9, "undo_label")),
    "Column": ((1, "label"),),
    "Figure": ((0, "label"), (2, "delta")),
    "Select": ((0, "label"), (1, "choices")),
    "select_field": ((0, "label"), (1, "choices")),
    "search_field": ((0, "label"),),
    "text_field": ((0, "label"), (9, "placeholder")),
    "number_field": ((0, "label"),),
    "text_area": ((0, "label"), (9, "placeholder")),
    "labelled": ((0, "label"),),
    "tick": ((0, "label"),),
    "dialog": ((0, "heading"),),
    "foot": ((1, "label"),),
    "confirm": ((0, "heading"), (1, "words"), (2, "label")),
    "ask_text": ((0, "heading"), (1, "field"), (2, "label")),
    "ask_sentence": ((0, "heading"), (1, "words"), (2, "field"), (3, "label")),
    "ask_choice": ((0, "heading"), (1, "field"), (2, "choices"), (3, "label")),
    "ask_reason": ((0, "heading"), (1, "choices"), (2, "label"), (9, "field"), (9, "reason")),
    "Chart": ((9, "label"),),
    "trend": ((9, "when_empty"),),
    "Progress": ((0, "label"),),
    "Picklist": ((9, "label"),),
    "Table": ((9, "label"),),
    "PagedTable": ((9, "label"), (9, "nothing")),
}
"""Function → its arguments (position, name) whose literal texts are translated when shown."""

_ERRORS = ("Conflict", "Invalid", "NotAllowed", "NotFound", "NotSignedIn", "TooMany", "Unavailable")
_PLURALS = ("plural", "ngettext", "plural_sentence")


def extract_words(
    file: IO[bytes], keywords: Mapping[str, Any], tags: Collection[str], options: Mapping[str, str]
) -> Iterator[Found]:
    """The texts of a Python file: literal arguments of `gettext`, of ui.kit and of our errors."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in WORDS:
            for text in _defaults(node):
                yield node.lineno, "gettext", text, []


def _of_call(node: ast.Call) -> Iterator[Found]:
    name = _called(node)
    if name in _PLURALS:
        yield from _plural(node, name)
    elif name == "pgettext":
        texts = tuple(text for argument in node.args for text in _literals(argument))
        if len(texts) == len(node.args):
            yield node.lineno, "pgettext", texts, []
    else:
        for argument in _shown(node, name):
            for text in _literals(argument):
                yield node.lineno, "gettext", text, []


def _defaults(node: ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    """The default texts of a kit element, used where the caller gives none."""
    shown = {name for _, name in WORDS[node.name]}
    for function in ast.walk(node):
        if isinstance(function, ast.FunctionDef) and function.name in ("__init__", node.name):
            given = function.args
            named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
            placed = zip(given.args[::-1], given.defaults[::-1], strict=False)
            for argument, default in [*named, *placed]:
                if default is not None and argument.arg in shown:
                    yield from _literals(default)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _shown(node: ast.Call, name: str) -> Iterator[ast.expr]:
    wanted = ((0, "message"),) if name in _ERRORS else WORDS.get(name, ())
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    for place, argument in wanted:
        if place < len(node.args):
            yield node.args[place]
        elif argument in named:
            yield named[argument]


def _literals(node: ast.expr) -> Iterator[str]:
    """The texts an expression may have: a literal, both sides of a condition, items of a
    collection.

    For tabs given as (key, title, …, draw) only the title; keys of a dictionary are not shown.
    """
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and any(letter.isalpha() for letter in node.value):
            yield node.value
        return
    for part in _parts(node):
        yield from _literals(part)


def _parts(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.IfExp):
        return [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, ast.Tuple) and len(node.elts) > 2 and isinstance(node.elts[-1], _DRAW):
        return [node.elts[1]]
    if isinstance(node, ast.Starred):
        return [node.value]
    return node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []


def _plural(node: ast.Call, name: str) -> Iterator[Found]:
    """Texts of `plural(n, "customer")` and `ngettext("{n} day", "{n} days", n)`."""
    given = node.args[1:] if name == "plural" else node.args[:2]
    texts = [one.value for one in given if isinstance(one, ast.Constant)]
    if len(texts) != len(given) or not texts:
        return
    yield node.lineno, "ngettext", plural_forms(*texts) if name == "plural" else tuple(texts), []


_DRAW = (ast.Attribute, ast.Name, ast.Lambda, ast.Call)
