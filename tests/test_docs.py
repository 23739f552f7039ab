"""Documents point at files that exist, and the README begins with the two commands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_file_links_lead_somewhere(page: Path):
    targets = LINK.findall(CODE.sub("", page.read_text()))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


def test_the_tour_links_every_package():
    packages = {path.parent.name for path in (ROOT / "pulse").glob("*/__init__.py")}
    linked = set(re.findall(r"\.\./pulse/(\w+)", (ROOT / "docs/tour.md").read_text()))
    assert packages - linked == set()


def test_the_readme_begins_with_the_two_commands():
    beginning = (ROOT / "README.md").read_text()[:200]
    assert "make demo" in beginning
    assert "make test" in beginning


def test_every_setting_of_the_environment_is_in_the_example():
    from pulse import settings

    listed = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.M))
    assert listed == set(settings._NAMES.values())
