"""A stopped feed raises one alarm and no card; so does a fall of everybody at once."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.customers.events import NewEvent
from pulse.db.transaction import tenant
from pulse.live.hub import HUB
from pulse.scoring.lifecycle.feed import moved_together, stopped
from pulse.scoring.lifecycle.feed_check import check_feed
from pulse.scoring.reports.overview import overview
from tests.cards.fallen import cards, settings_of_cards


@pytest.mark.parametrize(
    ("days", "later", "expected"),
    [
        (range(100), 1.5, False),
        (range(100), 4.0, True),
        ([day for day in range(100) if day % 7 < 5], 3.0, False),  # weekends are usual pauses here
        ([day for day in range(100) if day % 7 < 5], 6.0, True),
        (range(0, 300, 7), 8.0, False),  # one batch a week
        (range(0, 300, 7), 12.0, True),
        (range(10), 50.0, False),  # too short to decide
    ],
)
def test_an_unusual_pause_is_detected(days, later, expected):
    assert stopped(list(days), max(days) + later) is expected


def test_everybody_falling_at_once_opens_no_cards():
    assert moved_together(np.full(300, -15.0), 10.0)
    assert not moved_together(np.full(100, -15.0), 10.0)
    assert not moved_together(np.where(np.arange(300) < 30, -15.0, 1.0), 10.0)


@pytest.fixture
async def daily_shop(shop: Scope) -> Scope:
    now = clock.now()
    orders = [
        NewEvent(
            external_id=f"c{(day * 7 + one) % 40}",
            kind="order",
            occurred_at=now - timedelta(days=day, hours=1 + one),
            message_id=f"{day}-{one}",
            amount=20.0,
        )
        for day in range(120)
        for one in range(7)
    ]
    await workflows.record_events(shop, orders)
    await workflows.rescore(shop)
    return shop


@pytest.mark.parametrize("other", ["", "email_opened"])
async def test_a_stopped_feed_gives_one_alarm_and_no_card(daily_shop: Scope, other: str):
    """Also while another feed still runs."""
    assert (await overview(daily_shop)).feed_stopped_since is None
    now, alarms = clock.now(), []
    for later in (5, 12, 20, 21):
        with clock.at(now + timedelta(days=later)):
            if other:
                await workflows.record_events(daily_shop, [_event_of_today(other)])
            async with tenant(daily_shop) as unit:
                alarms.append(await check_feed(unit))
            await workflows.rescore(daily_shop)
    assert alarms == [True, False, False, False]
    since = (await overview(daily_shop)).feed_stopped_since
    assert since is not None
    assert abs((clock.now() - since).total_seconds()) < 2 * 86_400
    async with tenant(daily_shop) as unit:
        assert await unit.fetchval("SELECT count(*) FROM conversation_cards") == 0
        fallen = await unit.fetchval(
            "SELECT count(*) FROM customer_scores WHERE recent_high - identity_strength > 10"
        )
    assert fallen > 0, "they did fall: it is the feed that is silent"


async def test_three_days_without_orders_give_one_alarm_no_card_and_no_celebration(
    daily_shop: Scope,
):
    now, alarms = clock.now(), 0
    async with HUB.subscribe(daily_shop.business_id) as heard:
        for day in (1, 2, 3, 4):
            with clock.at(now + timedelta(days=day)):
                async with tenant(daily_shop) as unit:
                    alarms += await check_feed(unit)
                await workflows.rescore(daily_shop)
        heard.end()
        kinds = {one.kind async for one in heard}
    assert alarms == 1
    assert kinds, "the rescoring is heard"
    assert not kinds & {"celebration", "card_created"}
    async with tenant(daily_shop) as unit:
        assert await unit.fetchval("SELECT count(*) FROM conversation_cards") == 0
        assert await unit.fetchval("SELECT count(*) FROM customer_milestones") == 0


async def test_a_stopped_feed_ends_no_card(daily_shop: Scope):
    now = clock.now()
    quiet = [
        NewEvent(
            external_id="quiet",
            kind="order",
            occurred_at=now - timedelta(days=30 + 10 * one),
            message_id=f"quiet-{one}",
            amount=50.0,
        )
        for one in range(9)
    ]
    await settings_of_cards(daily_shop)
    await workflows.record_events(daily_shop, quiet)
    with clock.at(now + timedelta(days=1)):
        await workflows.record_events(daily_shop, [_order_of_another(now)])
        await workflows.rescore(daily_shop)
    (opened,) = await cards(daily_shop)
    assert (opened["cause"], opened["status"]) == ("overdue", "pending")
    for later in (6, 9):
        with clock.at(now + timedelta(days=later)):
            async with tenant(daily_shop) as unit:
                await check_feed(unit)
            await workflows.rescore(daily_shop)
    assert (await overview(daily_shop)).feed_stopped_since is not None
    (card,) = await cards(daily_shop)
    assert (card["status"], card["dismissed_reason"]) == ("pending", "")


def _event_of_today(kind: str) -> NewEvent:
    moment = clock.now() - timedelta(hours=1)
    return NewEvent(
        external_id="c1", kind=kind, occurred_at=moment, message_id=f"{kind} {moment:%F}"
    )


def _order_of_another(now: datetime) -> NewEvent:
    """An order after those of the shop, so that the feed still runs."""
    moment = now + timedelta(hours=20)
    return NewEvent(
        external_id="c1", kind="order", occurred_at=moment, message_id="late", amount=20.0
    )
