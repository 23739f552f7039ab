"""A registry of handlers for one test alone."""

from collections.abc import Iterator

import pytest

from pulse.jobs import registry


@pytest.fixture
def no_handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty registry for the test, so that it runs its own handlers only."""
    monkeypatch.setattr(registry, "HANDLERS", {})
    monkeypatch.setattr(registry, "SCHEDULES", {})
    monkeypatch.setattr("pulse.jobs.worker.HANDLERS", registry.HANDLERS)
    monkeypatch.setattr("pulse.jobs.worker.SCHEDULES", registry.SCHEDULES)
    return iter([None])
