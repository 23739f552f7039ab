"""Sizes, docstrings, languages and leftover markers in the files tracked by git."""

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

MODULE_LINES = 300
BODY_LINES = 40
JAVASCRIPT = (".js", ".mjs", ".cjs", ".ts", ".jsx", ".tsx")
JAVASCRIPT_FOLDERS = ("widget_bundle/", "examples/")
NO_CAPS = ("piccolo_migrations/",)  # migrations are records, not modules
# folders in which functions need no docstrings
TALKATIVE = ("tests/", "piccolo_migrations/", "examples/")
VAGUE = re.compile(r"(^|/|_)(utils?|helpers?|manager|common)(\.py|/|_)")
LEFTOVERS = re.compile(r"\b(?:TODO|FIXME|XXX)\b|raise NotImplementedError")
SKIPS = re.compile(r"pytest\.(?:skip|mark\.skip|mark\.xfail|importorskip)")
ADDRESSES = re.compile(r'"resolved":\s*"http|--(?:extra-)?index-url|^registry\s*=\s*.?http', re.M)


@dataclass(frozen=True)
class File:
    """One file: its path from the root, and its text."""

    path: str
    text: str

    @property
    def lines(self) -> int:
        """The number of lines."""
        return self.text.count("\n") + 1

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree (Python files only)."""
        return ast.parse(self.text, self.path)

    def is_in(self, *folders: str) -> bool:
        """Whether it is in one of these folders."""
        return self.path.startswith(folders)


@dataclass(frozen=True)
class Tree:
    """The text files of a working copy."""

    root: Path
    files: tuple[File, ...]

    @classmethod
    def tracked(cls, root: Path) -> "Tree":
        """The files tracked by git under `root`; empty without git (an unpacked archive)."""
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files"], capture_output=True, text=True, check=False
        ).stdout.splitlines()
        return cls(root, tuple(_read(root, listed)))

    @property
    def python(self) -> list[File]:
        """The Python files."""
        return [file for file in self.files if file.path.endswith(".py")]

    @property
    def modules(self) -> list[File]:
        """The Python files to which size limits apply."""
        return [file for file in self.python if not file.is_in(*NO_CAPS)]


def breaches(tree: Tree) -> Iterator[str]:
    """Every breach, as `path: what`."""
    for file in tree.modules:
        yield from _sizes(file)
        yield from _docstring(file)
    for file in tree.files:
        yield from _words(tree, file)


def _sizes(file: File) -> Iterator[str]:
    if file.lines > MODULE_LINES:
        yield f"{file.path}: {file.lines} lines, at most {MODULE_LINES}"
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = _body_lines(node)
            if length > BODY_LINES:
                yield f"{file.path}:{node.lineno}: {node.name} has {length} lines"


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _docstring(file: File) -> Iterator[str]:
    if not file.is_in(*TALKATIVE) and file.text.strip() and not ast.get_docstring(file.tree):
        yield f"{file.path}: opens without a docstring"


def _words(tree: Tree, file: File) -> Iterator[str]:
    if VAGUE.search(file.path):
        yield f"{file.path}: named vaguely"
    if file.path.endswith(JAVASCRIPT) and not file.is_in(*JAVASCRIPT_FOLDERS):
        yield f"{file.path}: JavaScript outside {' and '.join(JAVASCRIPT_FOLDERS)}"
    if str(tree.root) in file.text:
        yield f"{file.path}: names a folder of this machine"
    if ADDRESSES.search(file.text) and not file.is_in("checks/"):
        yield f"{file.path}: names a package registry"
    if file.path.endswith(".py") and not file.is_in("checks/"):
        for number, line in enumerate(file.text.splitlines(), 1):
            if LEFTOVERS.search(line) or SKIPS.search(line):
                yield f"{file.path}:{number}: unfinished or skipped"


def _read(root: Path, listed: list[str]) -> Iterator[File]:
    for name in listed:
        path = root / name
        try:
            yield File(name, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            continue  # deleted but not yet committed, or not text
