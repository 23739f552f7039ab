"""The widget version that this installation serves: its hash, and the folders of its files."""

from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).resolve().parent.parent / "widget_bundle"
DIST = FOLDER / "dist"
"""The current build, served under /widget/v1/ and under its own version."""
RELEASES = FOLDER / "releases"
"""One folder per released version, e.g. `v1.4.0`; its files never change."""


class Release(msgspec.Struct, frozen=True):
    """The current build. integrity: for the `integrity` attribute of the script tag."""

    version: str
    integrity: str


def current() -> Release:
    """The version and the hash of the served build."""
    path = DIST / "manifest.json"
    return _read(path, path.stat().st_mtime_ns)


@cache
def _read(path: Path, _changed_at: int) -> Release:
    return msgspec.json.decode(path.read_bytes(), type=Release)
