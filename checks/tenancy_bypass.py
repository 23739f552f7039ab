"""Find code that reaches the database without `tenant(scope)`."""

import ast
from collections.abc import Iterator

from checks.limits import File, Tree
from checks.piccolo_queries import find_unsafe_queries

KEEPERS = ("pulse/db/", "pulse/tables/", "pulse/testing/")
OF_THE_ENGINE = {"DB", "pool", "prepare", "owner_connection", "app_connection", "Engine"}
CONNECTING = {"connect", "create_pool"}
# Modules that may open a connection of their own, and why; none reads tenant tables with it.
ALLOWED = {
    "pulse/live/transports/postgres.py": "one LISTEN connection, ids only",
    "pulse/jobs/": "PgQueuer's own tables",
    "pulse/server.py": "hands the engine's address to the hub and the jobs",
    "widget_api/errors.py": "names the driver's errors, to answer 503 for them",
}


def find_bypasses(tree: Tree) -> Iterator[str]:
    """Every import or call that reaches the database other than by a unit of work."""
    for file in tree.python:
        if not file.is_in("pulse/", "ui/", "widget_api/") or file.is_in(*KEEPERS, *ALLOWED):
            continue
        for node in ast.walk(file.tree):
            yield from _imports(file, node)
            yield from _calls(file, node)
        yield from find_unsafe_queries(file)


def _imports(file: File, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        names = [name.name for name in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module == "pulse.db.engine":
        names = [name.name for name in node.names if name.name in OF_THE_ENGINE]
        yield from (f"{file.path}:{node.lineno}: takes {name} past tenant()" for name in names)
        return
    elif isinstance(node, ast.ImportFrom):
        names = [node.module or ""]
    else:
        return
    for name in names:
        if name.split(".")[0] in ("asyncpg", "psycopg", "sqlalchemy", "sqlite3"):
            yield f"{file.path}:{node.lineno}: imports {name} past tenant()"


def _calls(file: File, node: ast.AST) -> Iterator[str]:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return
    if node.func.attr in CONNECTING and _name(node.func.value) in ("asyncpg", "DB"):
        yield f"{file.path}:{node.lineno}: connects past tenant()"


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""
