"""Hints for the developer of a failed view: error, place, and a suggestion.

Shown in the demo only, since an exception's text may contain personal data.
"""

import traceback
from typing import NamedTuple

OURS = (
    "/ui/kit/",
    "/ui/layout/router.py",
    "/ui/runtime/registry.py",
    "/ui/runtime/live.py",
    "/nicegui/",
    "<frozen",
)
"""Modules in which an error of a calling view may be raised."""

HINTS = {
    "'coroutine' object": "An `await` is missing before the call that gives this value.",
    "coroutine object": "An `await` is missing before the call that gives this value.",
    "can't be used in 'await'": "What is awaited is no coroutine: take `await` away, or write "
    "`async def` where it is defined.",
    "No module named": "Install the package it comes from beside Pulse, or mend the import.",
    "cannot import name": "The module is there, the name is not: look for it in the module.",
    "is not defined": "An import is missing, or a name is misspelt.",
    "positional argument": "A view takes the page, and then each {name} of its route.",
    "unexpected keyword argument": "A view takes the page, and then each {name} of its route.",
}


class Advice(NamedTuple):
    """The error, its file and line, and a hint; "" for what is unknown."""

    what: str
    where: str
    code: str
    hint: str


def explain(error: BaseException) -> Advice:
    """Return an exception's details for the author of a view."""
    what = f"{type(error).__name__}: {error}".removesuffix(": ")
    hint = next((words for part, words in HINTS.items() if part in what), "")
    if isinstance(error, SyntaxError):
        where = f"{_short(error.filename or '')}, line {error.lineno}"
        return Advice(f"{type(error).__name__}: {error.msg}", where, (error.text or "").strip(), "")
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if not any(part in one.filename for part in OURS)]
    if not own:
        return Advice(what, "", "", hint)
    last = next((one for one in reversed(own) if _is_view(one.filename)), own[-1])
    return Advice(what, f"{_short(last.filename)}, line {last.lineno}", last.line or "", hint)


def _is_view(file: str) -> bool:
    return "/ui/pages/" in file or not any(
        part in file for part in ("/ui/", "/pulse/", "/site-packages/", "/lib/python")
    )


def _short(file: str) -> str:
    """Return the path from its top package on: `ui/pages/orders.py`."""
    for part in ("/site-packages/", "/ui/", "/pulse/"):
        if part in file:
            return (part.strip("/") + "/" if "site" not in part else "") + file.split(part)[-1]
    return file
