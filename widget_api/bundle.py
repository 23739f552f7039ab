"""The widget's files as loaded by host sites: with ETag, hash, compression and cache time.

`/widget/v1/` is the current build; browsers cache it for an hour. `/widget/v1.4.0/` is one version.
A released version never changes and is cached for a year, so a page may pin its hash; the current
build under its own version is revalidated on every load until it is released.
"""

import gzip
import re
from base64 import b64encode
from functools import cache, lru_cache
from hashlib import sha256, sha384
from pathlib import Path

import msgspec

from pulse import widget_release
from pulse.errors import NotFound
from pulse.widget_release import DIST, FOLDER, RELEASES

SCRIPT = "pulse-widget.js"
TYPES = "pulse-widget.d.ts"
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".ts": "text/plain; charset=utf-8",
}
CURRENT = "public, max-age=3600, stale-while-revalidate=604800"
IMMUTABLE = "public, max-age=31536000, immutable"
UNRELEASED = "public, no-cache"
VERSION = re.compile(r"v\d+\.\d+\.\d+")
NAMES = {"pulse.js": SCRIPT, SCRIPT: SCRIPT, "pages.js": "pages.js", TYPES: TYPES}


class Asset(msgspec.Struct, frozen=True):
    """A file in memory. integrity: for the `integrity` attribute; etag: quoted, as sent."""

    content: bytes
    gzipped: bytes
    media_type: str
    etag: str
    integrity: str


def script() -> Asset:
    """The built script; raises NotFound when it has not been built."""
    return asset(SCRIPT)


def asset(name: str, folder: Path = DIST) -> Asset:
    """A file of a built folder by its name, e.g. `locales/de.json`; raises NotFound."""
    if "\x00" in name:
        raise NotFound("There is no such file.")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or path.suffix not in KINDS or not path.is_file():
        raise NotFound("There is no such file.")
    return _load(path, path.stat().st_mtime_ns)


def versioned_asset(version: str, name: str) -> tuple[Asset, str]:
    """A file of `v1` or of one version (`v1.4.0`), and its Cache-Control; raises NotFound."""
    built = NAMES.get(name)
    if built is None:
        raise NotFound("There is no such file.")
    if VERSION.fullmatch(version) and (RELEASES / version).is_dir():
        return asset(built, RELEASES / version), IMMUTABLE
    if version not in ("v1", f"v{widget_release.current().version}"):
        raise NotFound(f"The widget {version} is not on this server.")
    folder = FOLDER if built == TYPES else DIST
    return asset(built, folder), CURRENT if version == "v1" else UNRELEASED


@cache
def _load(path: Path, _changed_at: int) -> Asset:
    return make_asset(path.read_bytes(), path.suffix)


@lru_cache(64)
def make_asset(content: bytes, suffix: str) -> Asset:
    """Content of this file type as an asset."""
    return Asset(
        content=content,
        gzipped=gzip.compress(content, 9, mtime=0),
        media_type=KINDS[suffix],
        etag=f'"{sha256(content).hexdigest()[:32]}"',
        integrity=f"sha384-{b64encode(sha384(content).digest()).decode()}",
    )
