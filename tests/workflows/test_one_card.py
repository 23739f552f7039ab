"""One card per customer: causes merge, stale reasons are replaced, words join a state."""

from datetime import timedelta

import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.cards import lifecycle
from pulse.db.transaction import tenant
from pulse.testing.database import MakeCustomer
from tests.cards.fallen import cards, opened, picture, settings_of_cards
from tests.fixtures.orders import NOW, order


@pytest.fixture
async def scored_shop(ordering_shop: Scope) -> Scope:
    """The shop scored a week ago and today; c0 orders every 10 days, c9 every 100."""
    await settings_of_cards(ordering_shop)
    for days in (8, 0):
        with clock.at(NOW - timedelta(days=days)):
            await workflows.rescore(ordering_shop)
    return ordering_shop


async def open_cards(scope: Scope, who: str) -> list[dict]:
    rows = await cards(scope)
    async with tenant(scope) as unit:
        customer = await unit.fetchval("SELECT id FROM customers WHERE external_id = $1", who)
    return [
        row
        for row in rows
        if row["customer_id"] == customer and row["status"] in ("pending", "snoozed")
    ]


async def test_an_overdue_card_includes_a_tap_and_closes_itself(
    scored_shop: Scope,
):
    with clock.at(NOW + timedelta(days=40)):
        await workflows.rescore(scored_shop)
    (card,) = await open_cards(scored_shop, "c0")
    assert (card["cause"], card["causes"]) == ("overdue", ["overdue"])
    assert card["reasons"][0].startswith("Last order ")
    assert "your last order was on" in card["ai_generated_opener"]
    with clock.at(NOW + timedelta(days=41)):
        await workflows.share_context(scored_shop, "c0", "stuck")
        await workflows.share_context(scored_shop, "c0", "own_words", "Where is order 5512?")
    (card,) = await open_cards(scored_shop, "c0")
    assert (card["cause"], card["causes"]) == ("stuck", ["stuck", "overdue"])
    assert card["reasons"][:2] == [
        "They say they are stuck.",
        "In their own words: “Where is order 5512?”",
    ]
    assert "“Where is order 5512?”" in card["ai_generated_opener"]
    assert card["priority"] > 90
    assert sum(part["points"] for part in card["priority_reasons"]) == pytest.approx(
        card["priority"]
    )


async def test_an_order_closes_the_overdue_card_with_a_note(scored_shop: Scope):
    with clock.at(NOW + timedelta(days=40)):
        await workflows.rescore(scored_shop)
        assert len(await open_cards(scored_shop, "c0")) == 1
    with clock.at(NOW + timedelta(days=42)):
        await workflows.record_events(scored_shop, [order("c0", -41.5, 30.0)])
    assert await open_cards(scored_shop, "c0") == []
    said = "No longer due: ordered on "
    (closed,) = [row for row in await cards(scored_shop) if row["reasons"][0].startswith(said)]
    assert closed["dismissed_reason"] == "no_longer_due"


async def test_reasons_are_updated(scored_shop: Scope):
    for days in (40, 43):
        with clock.at(NOW + timedelta(days=days)):
            await workflows.rescore(scored_shop)
    (card,) = await open_cards(scored_shop, "c0")
    silent = card["evidence"]["days_silent"]
    assert f"{silent:.0f} days ago" in card["reasons"][0]


async def test_two_causes_of_one_customer_make_one_card(shop: Scope, make_customer: MakeCustomer):
    await settings_of_cards(shop)
    who = await make_customer(shop, "c1")
    soon = (clock.now() + timedelta(days=9)).date()
    await opened(shop, picture(shop, who, renewal_on=soon))
    (card,) = await cards(shop)
    assert card["causes"] == ["erosion", "renewal"]
    assert any("Renewal is due" in reason for reason in card["reasons"])


async def test_a_withdrawn_state_closes_its_untouched_card(scored_shop: Scope):
    with clock.at(NOW + timedelta(hours=1)):
        shared = await workflows.share_context(scored_shop, "c9", "stuck")
        (card,) = await open_cards(scored_shop, "c9")
        assert card["causes"] == ["stuck"]
        await workflows.withdraw_context(scored_shop, "c9", shared.id)
    assert await open_cards(scored_shop, "c9") == []
    (closed,) = [row for row in await cards(scored_shop) if row["id"] == card["id"]]
    assert closed["reasons"][0] == "The customer took back what they said."


async def test_a_withdrawn_state_is_told_on_a_card_that_somebody_works_on(scored_shop: Scope):
    with clock.at(NOW + timedelta(hours=1)):
        shared = await workflows.share_context(scored_shop, "c9", "stuck")
        (card,) = await open_cards(scored_shop, "c9")
        await lifecycle.save_draft(scored_shop, card["id"], "I looked into it.")
        await workflows.withdraw_context(scored_shop, "c9", shared.id)
    (card,) = await open_cards(scored_shop, "c9")
    assert card["reasons"][0] == "The customer took back what they said."
    with clock.at(NOW + timedelta(days=1)):
        await workflows.rescore(scored_shop)
    (card,) = await open_cards(scored_shop, "c9")
    assert card["reasons"][0] == "The customer took back what they said."


async def test_a_card_with_another_cause_goes_on_without_the_withdrawn_state(scored_shop: Scope):
    with clock.at(NOW + timedelta(days=40)):
        await workflows.rescore(scored_shop)
    with clock.at(NOW + timedelta(days=41)):
        shared = await workflows.share_context(scored_shop, "c0", "stuck")
        (card,) = await open_cards(scored_shop, "c0")
        assert card["causes"] == ["stuck", "overdue"]
        await workflows.withdraw_context(scored_shop, "c0", shared.id)
    (card,) = await open_cards(scored_shop, "c0")
    assert (card["cause"], card["causes"]) == ("overdue", ["overdue"])
    assert card["reasons"][0].startswith("Last order ")
    assert "They say they are stuck." not in card["reasons"]
    assert "stuck" not in card["ai_generated_opener"]


async def test_a_state_that_was_shared_twice_stays_a_cause_when_one_is_withdrawn(
    scored_shop: Scope,
):
    with clock.at(NOW + timedelta(hours=1)):
        first = await workflows.share_context(scored_shop, "c9", "stuck")
    with clock.at(NOW + timedelta(days=2)):
        await workflows.share_context(scored_shop, "c9", "stuck")
        await workflows.withdraw_context(scored_shop, "c9", first.id)
    (card,) = await open_cards(scored_shop, "c9")
    assert card["causes"] == ["stuck"]
