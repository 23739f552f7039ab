"""A separate registry of handlers for each test."""

from collections.abc import Iterator

import pytest

from pulse.jobs import registry


@pytest.fixture
def no_handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty registry, so that the test runs only its own handlers."""
    monkeypatch.setattr(registry, "HANDLERS", {})
    monkeypatch.setattr(registry, "SCHEDULES", {})
    monkeypatch.setattr("pulse.jobs.worker.HANDLERS", registry.HANDLERS)
    monkeypatch.setattr("pulse.jobs.worker.SCHEDULES", registry.SCHEDULES)
    return iter([None])
