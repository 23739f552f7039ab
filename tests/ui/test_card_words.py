"""The value a year on a card is of the same day as the value in the reasons of its rank."""

from datetime import UTC, datetime

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import lifecycle, queries, queue_queries
from pulse.db.transaction import tenant
from pulse.events.types import OpenedCard
from pulse.testing.database import MakeCustomer
from tests.cards.fallen import opened, picture, settings_of_cards
from ui.components.card_words import yearly_value
from ui.pages.queue.card_facts import card_history

NOW = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)


async def open_card(shop: Scope, make_customer: MakeCustomer, **worth: float) -> OpenedCard:
    """Open the card of a customer whose strength fell."""
    await settings_of_cards(shop)
    rosa = await make_customer(shop, "c1", identity_strength=55.0, recent_high=75.0)
    with clock.at(NOW):
        (made,) = await opened(shop, picture(shop, rosa, **worth))
    return made


async def test_a_delivered_card_keeps_the_value_of_its_rank(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    made = await open_card(shop, make_customer, value=595.0, chance=0.62, value_at_risk=369.0)
    with clock.at(NOW):
        async with tenant(shop) as unit:
            await unit.execute("UPDATE customers SET yearly_value = 368")
        waiting = await queries.card(shop, made.id)
        assert yearly_value(waiting, "EUR") == "€368 a year"
        delivered = await lifecycle.action(shop, made.id)
        listed = await queue_queries.card(shop, made.id)
    (stake,) = [one for one in delivered.priority_reasons if one["code"] == "stake"]
    assert "€595 a year x 62%" in stake["text"]
    for card in (delivered, listed):
        assert yearly_value(card, "EUR") == "€595 a year at that time"


async def test_a_value_of_today_on_an_old_card_says_so(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    made = await open_card(shop, make_customer)
    with clock.at(NOW):
        async with tenant(shop) as unit:
            await unit.execute("UPDATE customers SET yearly_value = 368")
        assert yearly_value(await lifecycle.action(shop, made.id), "EUR") == "€368 a year today"


async def test_an_end_without_a_moment_names_no_days(
    render, shop: Scope, make_customer: MakeCustomer
) -> None:
    made = await open_card(shop, make_customer)
    async with tenant(shop) as unit:
        await unit.execute(
            "UPDATE conversation_cards SET status = 'dismissed', changed_by = 'Pulse', "
            "dismissed_reason = 'went_stale'"
        )
    card = await queries.card(shop, made.id)

    async def show(page):
        card_history(card, page)

    async with render(show) as page:
        page.should_see("Card ended: went stale")
