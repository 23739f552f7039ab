"""A small lantern shop with a few customers, so that tests need not load the full year."""

from datetime import timedelta

import pytest

from pulse import clock, workflows
from pulse.auth.business_lifecycle import create_business
from pulse.auth.scope import Scope
from pulse.customers.events import NewEvent
from pulse.db.transaction import tenant
from pulse.demo.catalogue import CATALOGUE
from pulse.scoring import scorecard_store


def orders(external_id: str, days_ago: list[int]) -> list[NewEvent]:
    return [
        NewEvent(
            external_id=external_id,
            kind="order",
            occurred_at=clock.now() - timedelta(days=days),
            message_id=f"{external_id}-{days}",
            amount=100.0,
            properties={"invoice": f"{external_id}-{days}"},
        )
        for days in days_ago
    ]


@pytest.fixture
async def lantern(database) -> Scope:
    business, _ = await create_business("lantern", "Lantern & Co", currency="GBP", is_demo=True)
    scope = Scope.for_pulse(business.id)
    async with tenant(scope) as unit:
        await scorecard_store.save_catalogue(unit, CATALOGUE)
    await workflows.record_events(
        scope,
        [
            *orders("17850", [300, 280, 250]),
            *orders("strong", list(range(1, 300, 9))),
            *orders("steady", [20, 60, 100, 150]),
            *orders("fresh", [2]),
        ],
    )
    await workflows.rescore(scope)
    return scope
