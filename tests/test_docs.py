"""Links in documents work, and the README begins with the two commands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_file_links_point_to_existing_files(page: Path):
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


MOST_FILES = {"An upload": 12, "A tap": 10, "An outcome": 8}
STEP = re.compile(r"^\d+\. \[([^\]]+\.py)\]", re.M)


@pytest.mark.parametrize(("story", "most"), MOST_FILES.items())
def test_a_story_of_the_tour_is_short_and_follows_the_imports(story: str, most: int):
    """Every file of a story is imported by one named before it, or imports one."""
    tour = (ROOT / "docs/tour.md").read_text()
    section = tour.split(f"## {story}")[1].split("\n## ")[0]
    files = STEP.findall(section)
    assert 5 < len(files) <= most
    assert section.startswith(f": {len(files)} main files\n")
    for place, file in enumerate(files[1:], 1):
        earlier = files[:place]
        assert any(_imports(one, file) or _imports(file, one) for one in earlier), file


def _imports(file: str, other: str) -> bool:
    package, _, module = other.removesuffix(".py").replace("/", ".").rpartition(".")
    text = (ROOT / file).read_text()
    one = re.search(rf"from {re.escape(package)} import [^\n]*\b{module}\b", text)
    many = re.search(rf"from {re.escape(package)} import \([^)]*\b{module}\b", text)
    return bool(one or many or re.search(rf"from {re.escape(package)}\.{module} import", text))
