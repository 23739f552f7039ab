"""Every call of the OpenAPI document answers any input as documented: never a 500."""

import asyncio
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from pulse import workflows
from pulse.auth.scope import Scope
from tests.widget_api.conftest import bearer
from widget_api import limits
from widget_api.app import document

pytestmark = pytest.mark.slow

EXAMPLES = 12  # per call; enough to find careless handlers
LONG_EXAMPLES = 240  # with --long: more than 10,000 cases in all
SCHEMA: Any = schemathesis.openapi.from_dict(document())
OPERATIONS: list[Any] = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.fixture
async def open_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove rate limits for many calls."""
    for named in vars(limits).values():
        limiter = getattr(named, "local", named)  # of a SharedLimiter
        if isinstance(limiter, limits.Limiter):
            monkeypatch.setattr(limiter, "burst", 1e9)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
async def test_no_input_gives_a_server_error(
    operation: Any,
    address: str,
    ordering_shop: Scope,
    key: str,
    open_limits: None,
    long: bool,
    counts: Counter[str],
):
    await workflows.rescore(ordering_shop)

    @settings(
        max_examples=LONG_EXAMPLES if long else EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def call(case: Any) -> None:
        if "customer_id" in (case.path_parameters or {}):
            case.path_parameters["customer_id"] = "c1"  # an existing customer
        counts["generated API cases"] += 1
        answer = case.call(base_url=f"http://{address}", headers=bearer(key), timeout=30)
        assert answer.status_code < 500, answer.content[:500]
        if answer.status_code >= 400:
            assert set(answer.json()) == {"error_code", "message", "details"}

    await asyncio.to_thread(call)
