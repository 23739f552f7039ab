"""The widget's script as host sites load it: cached long, with an ETag, a hash and compression."""

import gzip
from base64 import b64encode
from functools import cache
from hashlib import sha256, sha384
from pathlib import Path

import msgspec

from pulse.errors import NotFound

FOLDER = Path(__file__).resolve().parent.parent / "widget_bundle"
DIST = FOLDER / "dist"
SCRIPT = "pulse-widget.js"
KINDS = {".js": "text/javascript; charset=utf-8", ".json": "application/json; charset=utf-8"}
CACHE_CONTROL = "public, max-age=3600, stale-while-revalidate=604800"


class Asset(msgspec.Struct, frozen=True):
    """A file in memory. integrity: for the `integrity` attribute; etag: quoted, as sent."""

    content: bytes
    gzipped: bytes
    media_type: str
    etag: str
    integrity: str


def script() -> Asset:
    """The built bundle; raises NotFound when it was not built."""
    return asset(SCRIPT)


def asset(name: str) -> Asset:
    """A file of the built folder by its name, e.g. `locales/de.json`; raises NotFound."""
    if "\x00" in name:
        raise NotFound("There is no such file.")
    path = (DIST / name).resolve()
    if not path.is_relative_to(DIST.resolve()) or path.suffix not in KINDS or not path.is_file():
        raise NotFound("There is no such file.")
    return _load(path, path.stat().st_mtime_ns)


@cache
def _load(path: Path, _changed_at: int) -> Asset:
    content = path.read_bytes()
    return Asset(
        content=content,
        gzipped=gzip.compress(content, 9, mtime=0),
        media_type=KINDS[path.suffix],
        etag=f'"{sha256(content).hexdigest()[:32]}"',
        integrity=f"sha384-{b64encode(sha384(content).digest()).decode()}",
    )
