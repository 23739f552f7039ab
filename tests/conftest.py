"""Fixtures for all tests, from tests/fixtures, and the markers that follow from them."""

from pathlib import Path

import pytest

BROWSER_TESTS = Path(__file__).parent / "browser"

pytest_plugins = [
    "tests.fixtures.folders",
    "tests.fixtures.database",
    "tests.fixtures.browser",
    "tests.fixtures.orders",
    "tests.fixtures.leavers",
    "tests.fixtures.demo_server",
    "tests.fixtures.views",
    "tests.fixtures.pulse_process",
    "tests.fixtures.embed",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the fixtures they take: `browser`, `demo`; `slow` is written by hand."""
    for item in items:
        fixtures = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 - private of pytest
        if "browser" in fixtures or item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker("browser")
        loaded = fixtures.get("demo", ())
        if any(one.func.__module__ == "tests.fixtures.demo_server" for one in loaded):
            item.add_marker("demo")
