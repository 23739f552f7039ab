"""A tiny lantern: the shop with a handful of customers, so that tests need not load the year."""

from datetime import timedelta

import pytest

from pulse import clock, loop
from pulse.access.founding import found_business
from pulse.access.scope import Scope
from pulse.customers.events import NewEvent
from pulse.database.tenancy import tenant
from pulse.demo.catalogue import CATALOGUE
from pulse.identity import scorecards


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
    business, _ = await found_business("lantern", "Lantern & Co", currency="GBP", is_demo=True)
    scope = Scope.for_pulse(business.id)
    async with tenant(scope) as unit:
        await scorecards.save_catalogue(unit, CATALOGUE)
    await loop.record_events(
        scope,
        [
            *orders("17850", [300, 280, 250]),
            *orders("strong", list(range(1, 300, 9))),
            *orders("steady", [20, 60, 100, 150]),
            *orders("fresh", [2]),
        ],
    )
    await loop.rescore(scope)
    return scope
