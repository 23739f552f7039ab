"""How much raw SQL there is: queries are Piccolo's, apart from a few modules named *_sql.py."""

import ast
import re
from collections.abc import Iterator

from checks.limits import File, Tree

CALL = re.compile(r"\.(?:fetch|fetchrow|fetchval|execute|executemany)\(")
RUNS_OTHERS = ("pulse/db/", "pulse/testing/")
"""Not counted: runs the statements that are handed to it, prepared queries and migrations; and
the fixtures for tests, which make, fill and empty databases."""
CALLS, FILES = 90, 20
"""Bulk writes, keyset lists, aggregates over everybody, full text: never raise these."""


def find_excess(tree: Tree) -> Iterator[str]:
    """Raw SQL in other modules, more of it than the limits, and modules without a reason for it."""
    files = [file for file in tree.python if file.is_in("pulse/", "ui/", "widget_api/")]
    files = [file for file in files if not file.is_in(*RUNS_OTHERS)]
    named = [file for file in files if file.path.endswith("_sql.py")]
    for file in files:
        if file not in named and _count(file):
            yield f"{file.path}: raw SQL outside *_sql.py: use Piccolo"
    total = sum(_count(file) for file in named)
    if total > CALLS or len(named) > FILES:
        yield f"{total} raw SQL calls in {len(named)} files, at most {CALLS} in {FILES}"
    for file in named:
        if "Raw SQL" not in (ast.get_docstring(file.tree) or ""):
            yield f"{file.path}: its docstring gives no reason for raw SQL (“Raw SQL: …”)"


def _count(file: File) -> int:
    return len(CALL.findall(file.text))
