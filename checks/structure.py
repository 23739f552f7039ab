"""Structure: packages of at most 16 modules, no import cycles, no retired module names."""

import ast
import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from checks.limits import File, Tree

PACKAGE_MODULES = 16
WIDGET = "widget_bundle/src/"
JAVASCRIPT_IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?["'](\.[^"']+)["']""", re.M)
OURS = ("pulse/", "ui/", "widget_api/")
RETIRED = {
    "pulse": "by_hand intake outward handover housekeeping subjects together garbage terminal loop",
    "pulse/auth": "expiring founding keys limits new_passwords open_sessions people sealing tokens",
    "pulse/cards": "breaker calling desk reading drafting edits examples fencing history languages "
    "last_touches learned learning life steps news opening outreach phrases proposals queue "
    "recording ranking rules trials upkeep worth card_evaluation_report writer",
    "pulse/learning": "asking crosscheck forward labelled opinions shown study trials against "
    "candidates clustering clusters collapse growing guards label_choices lessons pairs ranking "
    "scaling studies unknowns",
    "pulse/contexts": "portrait",
    "pulse/cli": "data developing serving",
    "pulse/customers": "arrival bounds care cautions chunks columns concerned counting due edges "
    "event_rows former grouping guesses imports labels listed metric_rows planning preparing "
    "receiving searching seen sniffing sources survey telling touches undo upload values "
    "vocabulary wording writing",
    "pulse/db": "binary cursors dumping guardian ids opening settling together",
    "pulse/demo": "catalogue_words deskwork shopkeeping packing loading",
    "pulse/scoring": "achievements against averages candidates facts first_card gathering history "
    "last_figures lookback reading scorecards story strengthening wording",
    "pulse/jobs": "apart handlers",
    "pulse/live": "hints",
    "pulse/webhooks": "addresses outgoing",
    "ui": "advice as_customer bell door finder frame kept new_view page reads shell thrift",
    "ui/kit": "figures",
    "widget_api": "asked edge gzipped illustrated narrowing problems reference updates wire",
    "widget_api/controllers": "own personal",
    "widget_api/sockets": "line serving",
    "checks": "doors tree",
}
"""Retired module names by package, which must not return."""


def find_structure_breaches(tree: Tree) -> Iterator[str]:
    """Every package that is too large, import cycle and retired module name."""
    yield from _large_packages(tree)
    yield from _retired_names(tree)
    for cycle in find_cycles(_python_imports(tree)):
        yield f"import cycle: {' → '.join(cycle)}"
    for cycle in find_cycles(_widget_imports(tree)):
        yield f"import cycle: {' → '.join(cycle)}"


def _large_packages(tree: Tree) -> Iterator[str]:
    modules = [file.path for file in tree.python if file.is_in(*OURS)]
    counted = Counter(
        posixpath.dirname(path) for path in modules if not path.endswith("__init__.py")
    )
    for package, count in sorted(counted.items()):
        if count > PACKAGE_MODULES:
            yield f"{package}: {count} modules, at most {PACKAGE_MODULES}"


def _retired_names(tree: Tree) -> Iterator[str]:
    retired_js = {f"{WIDGET}text.js", f"{WIDGET}view/parts.js", f"{WIDGET}view/story.js"}
    yield from (f"{file.path}: a retired name" for file in tree.files if file.path in retired_js)
    for package, names in RETIRED.items():
        retired = {f"{package}/{name}.py" for name in names.split()}
        yield from (f"{file.path}: a retired name" for file in tree.python if file.path in retired)


def _python_imports(tree: Tree) -> dict[str, set[str]]:
    files = [file for file in tree.python if file.is_in(*OURS)]
    modules = {_module(file.path) for file in files}
    return {_module(file.path): set(_imported(file, modules)) for file in files}


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(file: File, modules: set[str]) -> Iterator[str]:
    """Our modules that this file imports when it is itself imported."""
    for node in file.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                full = f"{node.module}.{name.name}"
                yield full if full in modules else node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def _widget_imports(tree: Tree) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for file in tree.files:
        if file.is_in(WIDGET) and file.path.endswith(".js"):
            for name in JAVASCRIPT_IMPORT.findall(file.text):
                folder = posixpath.dirname(file.path)
                found[file.path].add(posixpath.normpath(posixpath.join(folder, name)))
    return found


def find_cycles(imports: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Groups of modules that import one another, by depth-first search (each group once)."""
    state: dict[str, int] = {}
    path: list[str] = []
    cycles: list[list[str]] = []

    def visit(module: str) -> None:
        state[module] = 1
        path.append(module)
        for other in sorted(imports.get(module, ())):
            if other == module:
                continue
            if state.get(other) == 1:
                cycles.append([*path[path.index(other) :], other])
            elif other in imports and other not in state:
                visit(other)
        path.pop()
        state[module] = 2

    for module in sorted(imports):
        if module not in state:
            visit(module)
    return cycles
