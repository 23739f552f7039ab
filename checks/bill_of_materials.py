"""`python -m checks.bill_of_materials FILE`: write the CycloneDX bill of materials, and check it.

It describes this environment, without using a network. The container's packages are listed in
deploy/requirements.lock: an installed package with another version, or with a licence that is not
allowed, is a breach. `make audit` looks up known vulnerabilities, which needs a network.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parent.parent
ALLOWED = re.compile(
    r"0BSD|Apache|BSD|CC0-1\.0|ISC|MIT|MPL-2\.0|MPL 2\.0|Mozilla Public License 2\.0|PSF-2\.0"
    r"|Python Software Foundation|Unlicense|Zlib|LLVM-exception"
)
IN_A_FILE_ONLY = {"rich-click": "MIT"}
"""Packages whose metadata name no licence, and the licence in their LICENSE file."""
SINGLE = re.compile(r"\s+(?:AND|WITH)\s+|[()]")


class Component(msgspec.Struct, frozen=True):
    """A package and the licences it declares."""

    name: str
    version: str
    licences: list[str]


def describe() -> str:
    """The bill of materials of this environment as JSON, including development packages."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    named = ["--pyproject", str(ROOT / "pyproject.toml"), sys.executable]
    done = subprocess.run([*command, *named], capture_output=True, text=True, check=True)
    return done.stdout


def components(bill: Mapping[str, Any]) -> list[Component]:
    """The packages of a bill of materials, by name."""
    return sorted(map(_component, bill["components"]), key=lambda part: part.name)


def breaches(parts: list[Component], locked: Mapping[str, str]) -> Iterator[str]:
    """Locked packages that are installed with another version or have a licence not allowed."""
    for part in parts:
        if part.name not in locked:
            continue  # for development only
        if locked[part.name] != part.version:
            yield f"{part.name} {part.version}: requirements.lock has {locked[part.name]}"
        if not is_allowed(part.licences):
            yield f"{part.name}: licence {', '.join(part.licences) or 'unknown'} is not allowed"


def is_allowed(licences: list[str]) -> bool:
    """Whether one licence, or one side of an OR, consists of allowed licences only."""
    choices = [choice for one in licences for choice in re.split(r"\s+OR\s+", one)]
    return any(
        all(ALLOWED.search(part) for part in SINGLE.split(choice) if part.strip())
        for choice in choices
    )


def locked_versions() -> dict[str, str]:
    """The versions of the container's packages, by name."""
    text = (ROOT / "deploy" / "requirements.lock").read_text("utf-8")
    pairs = re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)
    return {canonical(name): version for name, version in pairs}


def canonical(name: str) -> str:
    """The normalised package name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _component(part: Mapping[str, Any]) -> Component:
    said = []
    for entry in part.get("licenses", ()):
        licence = entry.get("license", {})
        said.append(entry.get("expression") or licence.get("id") or licence.get("name", ""))
    name = canonical(part["name"])
    said = said or [IN_A_FILE_ONLY[name]] if name in IN_A_FILE_ONLY else said
    return Component(name, part["version"], [_first_line(one) for one in said])


def _first_line(licence: str) -> str:
    """The first line; some packages declare the whole licence text."""
    return licence.strip().partition("\n")[0]


def main() -> int:
    """Write the file and print breaches; the exit code is 1 when there is one."""
    text = describe()
    Path(sys.argv[1]).write_text(text, encoding="utf-8")
    locked = locked_versions()
    found = list(breaches(components(json.loads(text)), locked))
    for line in found:
        print(line)  # noqa: T201 - a command's output
    print(f"{len(locked)} packages at run time, {len(found)} breaches; {sys.argv[1]}")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
