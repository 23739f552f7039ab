"""From cards and hold-outs in the database to the queue, the customer's page and the rows."""

from datetime import timedelta

import pytest

from pulse import clock
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import settings_of
from pulse.cards.bandit.uplift import uplift
from pulse.cards.effects.effect_store import effect_report, learn_effects
from pulse.cards.effects.strata import SECTION
from pulse.cards.evidence.absence import why_no_card
from pulse.db.transaction import tenant
from pulse.testing.database import MakeCustomer
from pulse.testing.views import Render
from tests.cards.fallen import cards, opened, picture, settings_of_cards
from ui.pages.learning.effect_groups import EXPLAINED, group_rows, standing
from ui.pages.learning.page import show_counted

CUSTOMERS = """
INSERT INTO customers (business_id, external_id, name)
SELECT $1, 'p' || n, 'Past ' || n FROM generate_series(1, $2::int) n
"""
# One of three customers is held out; half the cards have another cause by now.
CARDS = """
WITH past AS (
  SELECT id, substr(external_id, 2)::int AS n FROM customers WHERE external_id LIKE 'p%'
), made AS (
  INSERT INTO conversation_cards (business_id, customer_id, cause, status, ai_generated_opener,
    writer, style, language, reason, created_at)
  SELECT $1, id, 'band_lost', 'completed', 'Hi', 'template', 'warm', 'en', 'fell', $2
  FROM past WHERE n % 3 <> 0 RETURNING id, customer_id
)
INSERT INTO card_trials (business_id, card_id, cause, context, style, chance, first_cause, strength,
  value, lapse_chance)
SELECT $1, made.id, 'band_lost', 'none', 'warm', 0.5,
  CASE WHEN n % 2 = 0 THEN 'erosion' ELSE 'overdue' END, 40, 100, 0.5
FROM made JOIN past ON past.id = made.customer_id
"""
HELD_OUT = """
INSERT INTO card_hold_outs (business_id, customer_id, cause, context, strength, value, lapse_chance,
  held_out_at)
SELECT $1, id, CASE WHEN n % 2 = 0 THEN 'erosion' ELSE 'overdue' END, 'none', 40, 100, 0.5, $2
FROM (SELECT id, substr(external_id, 2)::int AS n FROM customers WHERE external_id LIKE 'p%') past
WHERE n % 3 = 0
"""
# Conversations help overdue customers and harm falling ones: 4 in 5 against 1 in 5 return.
EVENTS = """
INSERT INTO events (business_id, customer_id, kind, occurred_at, amount, message_id)
SELECT $1, id, 'order', $2, 10, uuidv7()::text
FROM (SELECT id, substr(external_id, 2)::int AS n FROM customers WHERE external_id LIKE 'p%') past
WHERE n % 5 < CASE WHEN (n % 2 = 0) = (n % 3 = 0) THEN 4 ELSE 1 END
"""


async def year(shop: Scope, customers: int) -> None:
    """Cards and hold-outs of 60 days ago with their outcomes."""
    await settings_of_cards(shop)
    at = clock.now() - timedelta(days=60)
    async with tenant(shop) as unit:
        await unit.execute(CUSTOMERS, shop.business_id, customers)
        await unit.execute(CARDS, shop.business_id, at)
        await unit.execute(HELD_OUT, shop.business_id, at)
        await unit.execute(EVENTS, shop.business_id, at + timedelta(days=10))


async def test_too_little_data_is_measured_but_never_used(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    before = await make_customer(shop, "before")
    await settings_of_cards(shop)
    await opened(shop, picture(shop, before, value=100.0))
    await year(shop, 150)
    model = await learn_effects(shop)
    assert model.held_out == 50
    assert SECTION not in await settings_of(shop)
    after = await make_customer(shop, "after")
    await opened(shop, picture(shop, after, value=100.0))
    one, other = (
        {key: card[key] for key in ("priority", "priority_reasons", "reasons", "cause")}
        for card in await cards(shop)
        if card["customer_id"] in (before, after)
    )
    assert one == other
    said = standing(await effect_report(shop))
    assert "one a quarter for each customer: there are 100 and 50" in said
    assert "for whom a card was opened, delivered or not" in EXPLAINED
    assert "This takes 100 cases with an opened card and 100 held out at random" in said


@pytest.fixture
async def measured(shop: Scope) -> Scope:
    """A shop whose falling customers are better left alone."""
    await year(shop, 360)
    await learn_effects(shop)
    return shop


async def test_a_group_harmed_by_conversations_gets_no_automatic_card(
    measured: Scope, make_customer: MakeCustomer, render: Render
) -> None:
    falling = await make_customer(measured, "c1", identity_strength=55.0, recent_high=75.0)
    assert await opened(measured, picture(measured, falling, value=100.0)) == []
    assert await opened(measured, picture(measured, falling, value=100.0)) == []
    said = await why_no_card(measured, falling) or ""
    assert said.startswith("Leave alone: conversations seem to make it worse")
    assert "Strength is falling" in said
    async with tenant(measured) as unit:
        assert await unit.fetchval("SELECT count(*) FROM card_hold_outs WHERE advised") == 1
        assert (await uplift(unit)).held_out == 120  # only at random
    by_hand = picture(measured, falling, value=100.0, wanted="A colleague asks for a call.")
    (card,) = await opened(measured, by_hand)
    assert card.cause == "by_hand"
    assert await why_no_card(measured, falling) is None

    report = await effect_report(measured)
    rows = group_rows(report.model, "GBP")
    assert [row["advice"] for row in rows] == ["leave alone", "helps"]
    assert standing(report).startswith("The queue ranks by it.")
    for row, one in zip(rows, report.model.left_alone, strict=False):
        async with render(show_counted, path=row["held_out_href"]) as page:
            page.should_see(f"1–50 of {one.held_out}")
        async with render(show_counted, path=row["let_in_href"]) as page:
            page.should_see(f"1–50 of {row['let_in']}")
    assert (rows[0]["held_out"], rows[0]["let_in"]) == ("60", "120")


async def test_another_cause_opens_its_card_despite_the_advice(
    measured: Scope, make_customer: MakeCustomer
) -> None:
    falling = await make_customer(measured, "c1")
    picture_now = picture(measured, falling, value=100.0)
    assert await opened(measured, picture_now) == []
    soon = clock.today() + timedelta(days=9)
    (card,) = await opened(measured, picture(measured, falling, value=100.0, renewal_on=soon))
    assert card.cause == "renewal"
