"""The bundle: within its size limit, and exactly what the sources produce."""

import base64
import gzip
import hashlib
import json
import re
import subprocess

import pytest

from tests.fixtures.widget_pages import BUNDLE

DIST = BUNDLE / "dist"
LIMIT = 10_000


def test_all_of_the_widget_s_code_stays_within_its_limit() -> None:
    bundle = (DIST / "pulse-widget.js").read_bytes()
    assert len(gzip.compress(bundle, 9)) <= LIMIT
    for locale in (DIST / "locales").iterdir():
        assert len(gzip.compress(locale.read_bytes(), 9)) < 1_700


def test_the_published_hash_is_that_of_the_file() -> None:
    manifest = json.loads((DIST / "manifest.json").read_text())
    bundle = (DIST / "pulse-widget.js").read_bytes()
    digest = base64.b64encode(hashlib.sha384(bundle).digest()).decode()
    assert manifest["integrity"] == f"sha384-{digest}"
    assert manifest["version"] == json.loads((BUNDLE / "package.json").read_text())["version"]
    sources = hashlib.sha256()
    for path in sorted((BUNDLE / "src").rglob("*"), key=lambda one: one.as_posix()):
        if path.is_file():
            sources.update(path.read_bytes())
    assert manifest["sources"] == sources.hexdigest(), "rebuild: make widget"


def test_the_bundle_contains_nothing_forbidden_by_strict_policies() -> None:
    bundle = (DIST / "pulse-widget.js").read_text()
    for word in ("eval(", "new Function", "innerHTML", "insertAdjacent", "document.write"):
        assert word not in bundle
    assert not re.search(r"document\.cookie|localStorage|postMessage", bundle)
    addresses = set(re.findall(r"https?://[\w./]+", bundle))
    assert addresses == {"http://www.w3.org/2000/svg"}


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((BUNDLE / "package-lock.json").read_text())
    for name, package in lock["packages"].items():
        assert "resolved" not in package, name
        assert name == "" or package.get("link") or package["integrity"].startswith("sha512-")
    exact = json.loads((BUNDLE / "package.json").read_text())["devDependencies"].values()
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in exact)


if (BUNDLE / "node_modules").exists():
    # `make widget` (and with it `make test`) installs these; without Node the hash above is
    # checked.

    @pytest.mark.parametrize("script", ["check", "types"])  # the build byte by byte; the types
    def test_the_build_is_the_committed_one_and_its_types_hold(script: str) -> None:
        done = subprocess.run(
            ["npm", "--silent", "--prefix", str(BUNDLE), "run", script],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
