"""Webhook events after a rescoring: customers who fell, not everybody's small changes."""

from datetime import timedelta

import pytest

from pulse import clock, webhook_events, workflows
from pulse.auth.scope import Scope
from pulse.customers import events
from pulse.db.transaction import tenant
from pulse.scoring import versions
from pulse.scoring.scorecard import reweigh
from pulse.webhooks import endpoints
from tests.fixtures.orders import NOW, order


async def told(scope: Scope) -> dict[str, list[str]]:
    """Return the customers in the receiver's queued events, by kind."""
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT event_kind, payload->'data'->>'customer_id' FROM webhook_deliveries ORDER BY 2"
        )
    found: dict[str, list[str]] = {}
    for kind, customer in rows:
        found.setdefault(kind, []).append(customer)
    return found


async def all_but_the_best_go_on_ordering(scope: Scope) -> None:
    async with tenant(scope) as unit:
        later = [
            order(f"c{n}", -30 * month + n / 10) for month in range(1, 6) for n in range(1, 10)
        ]
        await events.append(unit, later)


async def test_customers_who_fell_are_reported_although_everybody_moved(
    ordering_shop: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_events, "MOST_TOLD", 5)
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
    await endpoints.create(
        ordering_shop,
        "https://1.1.1.1/hook",
        ("identity.changed", "identity.eroded", "band.changed"),
    )
    await all_but_the_best_go_on_ordering(ordering_shop)
    with clock.at(NOW + timedelta(days=75)):
        await workflows.rescore(ordering_shop)
    heard = await told(ordering_shop)
    assert set(heard) == {"identity.eroded"}  # all ten changed: not news about each of them
    assert "c0" in heard["identity.eroded"]
    assert len(heard["identity.eroded"]) < 5


async def test_a_roll_back_reports_no_fall_again(ordering_shop: Scope) -> None:
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        first = await versions.published_version(ordering_shop)
        spend = {"days_known": 1.0, "orders_90": 1.0, "recency": 1.0, "spend_365": 97.0}
        other = await versions.save_draft(ordering_shop, reweigh(first.card, spend))
    await endpoints.create(ordering_shop, "https://1.1.1.1/hook", ("identity.eroded",))
    await all_but_the_best_go_on_ordering(ordering_shop)
    with clock.at(NOW + timedelta(days=75)):
        await workflows.rescore(ordering_shop)
    heard = await told(ordering_shop)
    assert "c0" in heard["identity.eroded"]
    for days, version in ((76, other.id), (77, first.id)):
        with clock.at(NOW + timedelta(days=days)):
            await workflows.publish(ordering_shop, version)
            await workflows.rescore(ordering_shop)
    with clock.at(NOW + timedelta(days=78)):
        await workflows.rescore(ordering_shop)
    assert await told(ordering_shop) == heard
