"""No rate limits, since the walk makes very many requests."""

import pytest

from tests.widget_api.conftest import address as address
from tests.widget_api.conftest import api as api
from tests.widget_api.conftest import scored as scored
from widget_api import limits


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that are never reached, however fast the machine is."""
    for named in vars(limits).values():
        limiter = getattr(named, "local", named)  # of a SharedLimiter
        if isinstance(limiter, limits.Limiter):
            monkeypatch.setattr(limiter, "burst", 1e9)
            limiter._buckets.clear()
    monkeypatch.setattr(limits, "SOCKETS_OF_ONE_CUSTOMER", 10_000)
