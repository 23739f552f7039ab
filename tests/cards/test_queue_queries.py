from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from pulse import clock
from pulse.auth.settings.business_settings import write_section
from pulse.cards import queue_queries
from pulse.cards.bandit.bandit_report import learned
from pulse.cards.outcomes.interventions import interventions
from pulse.cards.outcomes.outcome_stats import by_staff, outreach
from pulse.db.transaction import tenant
from pulse.errors import NotFound


async def card(scope, customer_id, cause="erosion", **columns) -> UUID:
    columns = {"writer": "template", "ai_generated_opener": "Hello", **columns}
    names = ", ".join(["business_id", "customer_id", "cause", *columns])
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 4))
    async with tenant(scope) as unit:
        return await unit.fetchval(
            f"INSERT INTO conversation_cards ({names}) VALUES ({places}) RETURNING id",
            scope.business_id,
            customer_id,
            cause,
            *columns.values(),
        )


async def test_tabs_list_their_cards_most_urgent_first(shop, make_customer):
    one = await make_customer(shop, "c1", owner_id=shop.actor.id)
    two = await make_customer(shop, "c2")
    low = await card(shop, one, priority=5.0)
    high = await card(shop, two, priority=50.0)
    three = await make_customer(shop, "c3")
    snoozed = await card(shop, three, "stuck", status="snoozed")
    assert [found.id for found in await queue_queries.list_cards(shop)] == [high, low]
    assert [found.id for found in await queue_queries.list_cards(shop, "snoozed")] == [snoozed]
    assert await queue_queries.counts(shop) == queue_queries.Counts(
        open=2, snoozed=1, outcomes=0, asked=0, unassigned=1
    )
    mine = str(shop.actor.id)
    assert [found.id for found in await queue_queries.list_cards(shop, owner=mine)] == [low]
    assert [found.id for found in await queue_queries.list_cards(shop, owner="nobody")] == [high]
    assert len(await queue_queries.cards_of(shop, one)) == 1
    with pytest.raises(NotFound):
        await queue_queries.card(shop, uuid4())


async def test_a_delivered_card_needs_an_outcome_after_the_set_days(shop, make_customer):
    now = clock.now()
    found = [
        await card(
            shop,
            await make_customer(shop, f"c{days}"),
            status="actioned",
            actioned_at=now - timedelta(days=days),
        )
        for days in (3, 9, 20)
    ]
    asked = await queue_queries.list_cards(shop, "asked")
    assert [one.id for one in asked] == [found[2], found[1]], "the oldest first, after 7 days"
    counts = await queue_queries.counts(shop)
    assert (counts.outcomes, counts.asked) == (3, 2)
    async with tenant(shop) as unit:
        await write_section(unit, "cards", {"outcome_reminder_days": 2})
    assert len(await queue_queries.list_cards(shop, "asked")) == 3
    assert (await queue_queries.counts(shop)).asked == 3


async def test_outcomes_are_counted_by_period_and_by_person(shop, make_customer, database):
    one = await make_customer(shop, "c1", owner_id=shop.actor.id)
    await make_customer(shop, "c2", owner_id=shop.actor.id, lifecycle="lapsed", band=None)
    async with tenant(shop) as unit:
        now = await unit.fetchval("SELECT now()")
    done = {"status": "completed", "actioned_at": now, "outcome_at": now}
    await card(shop, one, outcome="responded", actioned_by=shop.actor.id, **done)
    await card(shop, one, "stuck", outcome="ignored", actioned_by=shop.actor.id, **done)
    found = await outreach(shop)
    assert (found.actioned, found.outcomes, found.rate) == (2, 2, 0.5)
    assert (await outreach(shop, "nobody")).outcomes == 0
    early = {**done, "actioned_at": now - timedelta(days=40)}  # delivered before, answered now
    await card(shop, one, "silence", outcome="converted", actioned_by=shop.actor.id, **early)
    whole = await outreach(shop)
    mine = (await by_staff(shop))[0]
    assert (mine.actioned, mine.outcomes, mine.good) == (whole.actioned, whole.outcomes, 1)
    assert (mine.actioned, mine.outcomes) == (2, 2)
    assert mine.customers == 1
    history = await interventions(shop, days=30, limit=1)
    assert (history.total, len(history.rows)) == (2, 1)
    rest = await interventions(shop, days=30, limit=1, after=history.next)
    done_cards = {c.id for c in await queue_queries.list_cards(shop, "done")}
    assert {history.rows[0].id, rest.rows[0].id} < done_cards


async def test_no_uplift_is_reported_with_too_few_held_out(shop, make_customer):
    found = await learned(shop)
    assert (found.outcomes, found.situations, found.uplift.difference) == (0, [], None)
