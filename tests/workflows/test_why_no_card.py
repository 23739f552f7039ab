"""The explanation of a missing card names the rule that stops it."""

from datetime import timedelta

import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import set_section
from pulse.cards.creation import wake_due
from pulse.cards.evidence.absence import why_no_card
from pulse.customers import events, repository
from pulse.db.transaction import tenant
from tests.cards.fallen import cards
from tests.fixtures.orders import NOW, order

FEW_DAYS = [order("few", ago) for ago in (141, 141.01, 150, 159)]
LATE = [order("late", ago) for ago in range(35, 300, 10)]


@pytest.fixture
async def silent_shop(ordering_shop: Scope) -> Scope:
    """A shop with two silent customers, whose team takes no cards."""
    await rules(ordering_shop, cards_per_day=0)
    async with tenant(ordering_shop) as unit:
        await events.append(unit, [*FEW_DAYS, *LATE])
    with clock.at(NOW - timedelta(days=1)):
        await workflows.rescore(ordering_shop)
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
    return ordering_shop


async def rules(scope: Scope, **chosen: object) -> None:
    """Set the card rules, without a hold-out."""
    await set_section(scope, "cards", {"hold_out_share": 0.0, **chosen})


async def said_of(scope: Scope, who: str, after_days: float = 0) -> str:
    """Return the explanation for this customer."""
    with clock.at(NOW + timedelta(days=after_days)):
        return await why_no_card(scope, (await repository.customer(scope, who))["id"]) or ""


async def test_four_orders_on_three_days_are_too_few_for_a_card_after_90_days(silent_shop: Scope):
    assert (await repository.customer(silent_shop, "few"))["orders"] == 4
    assert (
        "silent for 141 days; with orders on fewer than 4 days, cards end at 90"
        in await said_of(silent_shop, "few")
    )


async def test_a_full_day_is_named_only_where_nothing_else_stops_the_card(silent_shop: Scope):
    assert "the team's day is full. Cards open by rank" in await said_of(silent_shop, "late")
    await rules(silent_shop)
    assert "cards open by rank with the next calculation" in await said_of(silent_shop, "late")
    await rules(silent_shop, switched_off=["overdue", "erosion", "band_lost"])
    assert "switched off in Settings" in await said_of(silent_shop, "late")


async def test_a_stopped_feed_is_named_until_orders_arrive_again(silent_shop: Scope):
    for days, stopped in ((34, True), (40, False)):  # the last order is 35 days ago
        since = (NOW - timedelta(days=days)).isoformat()
        await set_section(silent_shop, "feed", {"stopped_since": since})
        said = await said_of(silent_shop, "late")
        assert ("no orders arrive at present" in said) == stopped


async def test_a_card_that_nobody_worked_on_is_told(silent_shop: Scope):
    await rules(silent_shop)
    with clock.at(NOW):
        await workflows.rescore(silent_shop)
    (card,) = [one for one in await cards(silent_shop) if one["status"] == "pending"]
    with clock.at(NOW + timedelta(days=29)):
        await wake_due(silent_shop)
    said = await said_of(silent_shop, "late", after_days=29)
    day = f"{card['created_at']:%-d %B}"
    assert said.startswith("No card yet: the next one waits for up to four weeks")
    assert said.endswith(f"The card of {day} ended after 29 days, and nobody had called.")


async def test_a_hold_out_of_an_earlier_quarter_is_named_while_the_cause_waits(silent_shop: Scope):
    late = (await repository.customer(silent_shop, "late"))["id"]
    async with tenant(silent_shop) as unit:
        await unit.execute(
            "INSERT INTO card_hold_outs (business_id, customer_id, cause, context, held_out_at) "
            "SELECT $1, $2, cause, 'none', $3 FROM unnest(ARRAY['overdue', 'erosion']) cause",
            silent_shop.business_id,
            late,
            NOW - timedelta(days=100),
        )
    await rules(silent_shop, cooldown_days={"overdue": 365, "erosion": 365})
    assert "left alone before, and the next card has to wait" in await said_of(silent_shop, "late")
