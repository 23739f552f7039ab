"""Find Piccolo queries outside `tenant(scope)`, or without a condition on the business."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from checks.limits import File

BUILDS_QUERY = {"select", "objects", "insert", "update", "delete", "count", "exists"}
LEAVES_TRANSACTION = {"batch", "run_sync", "freeze"}
PAST_PICCOLO = {"raw", "alter", "create_table", "create_index", "drop_index"}
UNITS = {"tenant", "system"}
NO_BUSINESS_ID = {"Business"}  # the table's key is the id
WITHOUT_TABLES = ("pulse.tables.columns", "pulse.tables.choices")


@dataclass(frozen=True)
class _Source:
    """A module, the parent of each node, and the tables it imports."""

    file: File
    parents: dict[ast.AST, ast.AST]
    tables: dict[str, str]  # name used in the module → table class

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        while parent := self.parents.get(node):
            yield parent
            node = parent


def find_unsafe_queries(file: File) -> Iterator[str]:
    """Each unsafe query of a table class, as `path:line: what`."""
    tables = _imported_tables(file)
    if not tables:
        return
    parents = {child: node for node in ast.walk(file.tree) for child in ast.iter_child_nodes(node)}
    source = _Source(file, parents, tables)
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and _method_of_table(source, node):
            for complaint in _complaints(source, node):
                yield f"{file.path}:{node.lineno}: {complaint}"


def _imported_tables(file: File) -> dict[str, str]:
    return {
        name.asname or name.name: name.name
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("pulse.tables")
        and node.module not in WITHOUT_TABLES
        for name in node.names
    }


def _method_of_table(source: _Source, call: ast.Call) -> str:
    """`select` for `Customer.select(…)`; empty for any other call."""
    made = call.func
    if (
        isinstance(made, ast.Attribute)
        and isinstance(made.value, ast.Name)
        and made.value.id in source.tables
    ):
        return made.attr
    return ""


def _complaints(source: _Source, call: ast.Call) -> Iterator[str]:
    method = _method_of_table(source, call)
    if method in PAST_PICCOLO:
        yield f"Piccolo's {method} belongs into a migration"
    if method not in BUILDS_QUERY:
        return
    whole = _whole_chain(source, call)
    left = sorted(
        LEAVES_TRANSACTION
        & {node.attr for node in ast.walk(whole) if isinstance(node, ast.Attribute)}
    )
    if left:
        yield f"Piccolo's {left[0]} leaves the transaction of tenant()"
    table = source.tables[ast.unparse(call.func).partition(".")[0]]
    across = _unit_around(source, whole) == "system"
    needs_business = method != "insert" and table not in NO_BUSINESS_ID and not across
    if needs_business and "business_id" not in ast.unparse(whole):
        yield f"the query of {table} does not filter by business_id"
    if isinstance(source.parents.get(whole), ast.Await) and not _unit_around(source, whole):
        yield f"the query of {table} runs outside tenant()"


def _whole_chain(source: _Source, call: ast.AST) -> ast.AST:
    """The whole of `Customer.select(…).where(…).first()`, given its first call."""
    for parent in source.ancestors(call):
        is_next_call = isinstance(parent, ast.Call) and parent.func is call
        if not (is_next_call or isinstance(parent, ast.Attribute)):
            return call
        call = parent
    return call


def _unit_around(source: _Source, query: ast.AST) -> str:
    """`tenant`, `system`, or `unit` when it is a parameter of the function; empty when none is."""
    for parent in source.ancestors(query):
        if isinstance(parent, ast.AsyncWith):
            opened = [item.context_expr for item in parent.items]
            for one in opened:
                if isinstance(one, ast.Call) and _name(one.func) in UNITS:
                    return _name(one.func)
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = [*parent.args.posonlyargs, *parent.args.args, *parent.args.kwonlyargs]
            return "unit" if any(one.arg.lstrip("_") == "unit" for one in arguments) else ""
    return ""


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
