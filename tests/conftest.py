"""Fixtures for all tests; the pieces live in tests/fixtures, one file a concern."""

pytest_plugins = [
    "tests.fixtures.folders",
    "tests.fixtures.database",
    "tests.fixtures.browser",
    "tests.fixtures.orders",
    "tests.fixtures.leavers",
    "tests.fixtures.demo_server",
    "tests.fixtures.pulse_process",
    "tests.fixtures.embed",
]
