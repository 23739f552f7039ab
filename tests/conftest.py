"""Fixtures for all tests, from tests/fixtures, and the markers that follow from them."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
BROWSER_TESTS = TESTS / "browser"
SLOW_TESTS = tuple(TESTS / name for name in ("bench", "cli", "demo", "isolation", "learning/churn"))
"""Folders of tests that kill processes, train models, generate many cases or run other programs.

Single modules are marked by `pytestmark`.
"""

pytest_plugins = [
    "pulse.testing",
    "tests.fixtures.database",
    "tests.fixtures.browser",
    "tests.fixtures.orders",
    "tests.fixtures.leavers",
    "tests.fixtures.demo_server",
    "tests.fixtures.pulse_process",
    "tests.fixtures.embed",
    "tests.fixtures.held_reads",
]

COUNTS = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--long`: the long form of walks, generated cases and fuzzing (`make prove`)."""
    parser.addoption("--long", action="store_true", help="thousands of cases instead of hundreds")


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the counts printed at the end and the settings of generated test cases.

    Generated cases are the same in every run, and none fails for being slow. The long form draws
    new ones.
    """
    config.stash[COUNTS] = Counter()
    settings.register_profile(
        "pulse",
        deadline=None,
        derandomize=not config.getoption("--long"),
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("pulse")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the counts, one line each."""
    for what, number in sorted(config.stash[COUNTS].items()):
        terminalreporter.write_line(f"{what}: {number:,}")


@pytest.fixture
def long(request: pytest.FixtureRequest) -> bool:
    """Whether the long form was requested."""
    return bool(request.config.getoption("--long"))


@pytest.fixture
def counts(request: pytest.FixtureRequest) -> Counter[str]:
    """Number of cases by kind, printed at the end of the run."""
    return request.config.stash[COUNTS]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their fixtures (`browser`, `demo`) and by SLOW_TESTS (`slow`)."""
    for item in items:
        fixtures = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009 - private of pytest
        if "browser" in fixtures or item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker("browser")
        if any(item.path.is_relative_to(path) for path in SLOW_TESTS):
            item.add_marker("slow")
        loaded = fixtures.get("demo", ())
        if any(one.func.__module__ == "tests.fixtures.demo_server" for one in loaded):
            item.add_marker("demo")
