"""Limit raw SQL: queries use Piccolo, except in modules named *_sql.py."""

import ast
import re
from collections.abc import Iterator

from checks.limits import File, Tree

CALL = re.compile(r"\.(?:fetch|fetchrow|fetchval|execute|executemany)\(")
INFRASTRUCTURE = {
    "pulse/db/prepared.py": (5, "runs compiled Piccolo queries"),
    "pulse/db/transaction.py": (6, "methods of a unit of work; its role and settings"),
    "pulse/db/dataloader.py": (1, "runs the statement it was made with, for many keys at once"),
    "pulse/db/copy.py": (6, "COPY by way of temporary tables, for the table it is handed"),
    "pulse/db/vacuum.py": (1, "calls the database's own function for statistics"),
    "pulse/db/migrate.py": (7, "roles and locks, before there is a schema; the doctor's facts"),
    "pulse/db/replica/__init__.py": (1, "asks a replica how far it is behind"),
    "pulse/testing/": (6, "makes, fills and empties databases for tests"),
}
"""Infrastructure modules: the maximum number of calls in each, and why. Not included in CALLS."""
CALLS, FILES = 90, 20
"""Limits for bulk writes, keyset lists, aggregates over all customers, full text: never raise
them."""


def find_excess(tree: Tree) -> Iterator[str]:
    """Raw SQL in other modules, more than the limits allow, and modules without a reason for it."""
    files = [file for file in tree.python if file.is_in("pulse/", "ui/", "widget_api/")]
    yield from _infrastructure(files)
    files = [file for file in files if not file.is_in(*INFRASTRUCTURE)]
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


def _infrastructure(files: list[File]) -> Iterator[str]:
    for path, (most, _) in INFRASTRUCTURE.items():
        calls = sum(_count(file) for file in files if file.is_in(path))
        if calls > most:
            yield f"{path}: {calls} raw SQL calls, at most {most}"


def _count(file: File) -> int:
    return len(CALL.findall(file.text))
