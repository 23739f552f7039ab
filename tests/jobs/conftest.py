"""A registry of handlers for one test alone."""

from collections.abc import Iterator

import pytest

from pulse.jobs import handlers


@pytest.fixture
def no_handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty registry for the test, so that it runs its own handlers only."""
    monkeypatch.setattr(handlers, "HANDLERS", {})
    monkeypatch.setattr(handlers, "SCHEDULES", {})
    monkeypatch.setattr("pulse.jobs.worker.HANDLERS", handlers.HANDLERS)
    monkeypatch.setattr("pulse.jobs.worker.SCHEDULES", handlers.SCHEDULES)
    return iter([None])
