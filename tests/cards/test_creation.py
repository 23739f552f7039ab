"""Creating cards in the real database: at once, once, and never empty."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import creation, queue_queries
from pulse.cards.refresh import refresh_cards
from pulse.cards.settings import CardRules
from pulse.cards.triggers import DeclaredContext, Milestone
from pulse.customers.timeline import timeline
from pulse.db.transaction import tenant
from pulse.live.hub import HUB
from pulse.testing.database import MakeCustomer
from tests.cards.fallen import cards, opened, picture, settings_of_cards

MAY = datetime(2025, 5, 12, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def nobody_held_out(shop: Scope) -> None:
    await settings_of_cards(shop)


async def test_an_erosion_makes_a_card_that_can_be_sent_at_once(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    rosa = await make_customer(shop, "c1", locale="de-AT")
    await opened(shop, picture(shop, rosa, locale="de-AT"))
    (card,) = await cards(shop)
    assert card["status"] == "pending"
    assert card["cause"] == "erosion"
    assert card["language"] == "de"
    assert card["ai_generated_opener"].startswith("Guten Tag Rosa Lind, ")
    assert card["writer"] == "template"
    assert card["writer_note"] == "The template wrote this: no model is configured."
    assert card["reasons"][:2] == [
        "Strength fell 20 from its 90-day high (75 → 55).",
        "Orders in 90 days: −8 points in 30 days (now 1).",
    ]
    assert sum(part["points"] for part in card["priority_reasons"]) == pytest.approx(
        card["priority"]
    )


async def test_the_evidence_is_constant_and_contains_no_names(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    await opened(shop, picture(shop, await make_customer(shop, "c1")))
    (card,) = await cards(shop)
    assert card["evidence"]["strength"] == 55.0
    assert card["evidence"]["drop"] == 20.0
    assert card["evidence"]["factors"][0]["feature"] == "orders_90d"
    assert "Rosa" not in str(card["evidence"])


async def test_opening_cards_is_idempotent(shop: Scope, make_customer: MakeCustomer) -> None:
    rosa = await make_customer(shop, "c1")
    assert len(await opened(shop, picture(shop, rosa))) == 1
    assert await opened(shop, picture(shop, rosa)) == []
    assert len(await cards(shop)) == 1


async def test_two_processes_at_the_same_time_open_one_card(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    rosa = await make_customer(shop, "c1")
    both = await asyncio.gather(*(opened(shop, picture(shop, rosa)) for _ in range(5)))
    assert sum(len(each) for each in both) == 1
    assert len(await cards(shop)) == 1


async def test_a_rolled_back_change_opens_no_card(shop: Scope, make_customer: MakeCustomer) -> None:
    rosa = await make_customer(shop, "c1")
    with pytest.raises(ZeroDivisionError):
        async with tenant(shop) as unit:
            await creation.open_cards(unit, [picture(shop, rosa)])
            raise ZeroDivisionError
    assert await cards(shop) == []


async def test_a_replayed_year_opens_thousands_at_their_dates(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    everybody = [await make_customer(shop, f"c{n}") for n in range(60)]
    await settings_of_cards(shop, cards_per_day=10)
    for week in range(3):
        with clock.at(MAY + timedelta(weeks=week)):
            await opened(shop, *[picture(shop, who, f"c{n}") for n, who in enumerate(everybody)])
    rows = await cards(shop)
    assert len(rows) == 30
    assert {row["created_at"] for row in rows} == {MAY + timedelta(weeks=n) for n in range(3)}


async def test_a_held_out_customer_gets_no_card_and_is_recorded(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    await settings_of_cards(shop, hold_out_share=1.0)
    rosa = await make_customer(shop, "c1")
    assert await opened(shop, picture(shop, rosa)) == []
    stuck = picture(shop, rosa, declared=DeclaredContext("stuck"), recent_high=55.0)
    assert [card.cause for card in await opened(shop, stuck)] == ["stuck"]
    async with tenant(shop) as unit:
        held = await unit.fetch("SELECT cause, context FROM card_hold_outs")
    assert [tuple(row) for row in held] == [("erosion", "none")]


async def test_each_card_is_a_trial_with_its_styles_probability(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    await opened(shop, picture(shop, await make_customer(shop, "c1")))
    (card,) = await cards(shop)
    async with tenant(shop) as unit:
        (trial,) = await unit.fetch("SELECT * FROM card_trials")
    assert (trial["card_id"], trial["style"]) == (card["id"], card["style"])
    assert (trial["cause"], trial["context"]) == ("erosion", "none")
    assert 0 < trial["chance"] <= 1


async def test_a_second_card_for_a_customer_reads_differently(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    rosa = await make_customer(shop, "c1")
    texts = set()
    for month in range(3):
        with clock.at(MAY + timedelta(days=40 * month)):
            await opened(shop, picture(shop, rosa))
            async with tenant(shop) as unit:
                await unit.execute("UPDATE conversation_cards SET status = 'completed'")
    for row in await cards(shop):
        texts.add(row["ai_generated_opener"])
    assert len(texts) == 3


async def test_busy_lowers_and_frustrated_raises_existing_cards(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    rosa = await make_customer(shop, "c1", identity_strength=55.0, recent_high=75.0)
    await opened(shop, picture(shop, rosa))

    async def declared(state: str | None) -> float:
        async with tenant(shop) as unit:
            await unit.execute(
                "UPDATE customers SET context_type = $1, context_expires_at = $2",
                state,
                clock.now() + timedelta(days=7) if state else None,
            )
            await creation.reprioritise(unit, [rosa])
        (card,) = await cards(shop)
        return float(card["priority"])

    calm = await declared(None)
    assert await declared("busy") < calm < await declared("frustrated")
    assert await declared(None) == calm


async def test_a_new_card_is_published_after_the_commit(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    rosa = await make_customer(shop, "c1")
    async with HUB.subscribe(shop.business_id) as heard:
        (card,) = await opened(shop, picture(shop, rosa))
        message = await anext(aiter(heard))
    assert message.kind == "card_created"
    assert message.customer_id == rosa
    assert message.payload["card_id"] == card.id


async def test_cards_of_another_business_are_invisible(
    shop: Scope, other_shop: Scope, make_customer: MakeCustomer
) -> None:
    await opened(shop, picture(shop, await make_customer(shop, "c1")))
    async with tenant(other_shop) as unit:
        for table in ("conversation_cards", "card_trials", "card_hold_outs", "card_budgets"):
            seen: Any = await unit.fetchval(f"SELECT count(*) FROM {table}")
            assert seen == 0


async def test_a_refreshed_card_changes_all_its_texts_together(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    customer_id = await make_customer(shop, "c1", name="Rosa Lind")
    reached = (Milestone("tenure_365", "One year with us"),)
    await opened(shop, picture(shop, customer_id, recent_high=55.0, milestones=reached))
    (before,) = await cards(shop)
    assert (before["cause"], before["channel"]) == ("milestone", "email")
    declared = DeclaredContext("frustrated", None, clock.now() + timedelta(days=7))
    frustrated = picture(shop, customer_id, recent_high=55.0, declared=declared)
    async with tenant(shop) as unit:
        await refresh_cards(unit, [frustrated], CardRules())
    (after,) = await cards(shop)
    assert (after["cause"], after["channel"]) == ("frustrated", "phone")
    assert after["reason"] == after["reasons"][0] == "They say they are frustrated."
    assert "Just reached: One year with us." in after["reasons"]
    assert "another channel" in after["follow_up"]
    assert "One year" not in after["ai_generated_opener"]


async def test_the_list_shows_the_same_numbers_as_the_card(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    customer_id = await make_customer(shop, "c1")
    await opened(shop, picture(shop, customer_id))
    async with tenant(shop) as unit:
        await refresh_cards(unit, [picture(shop, customer_id, strength=50.0)], CardRules())
    (card,) = await queue_queries.list_cards(shop)
    assert card.reason == card.reasons[0] == "Strength fell 25 from its 90-day high (75 → 50)."


@pytest.mark.parametrize(
    "former",
    [
        "Strength fell 25 from its 90-day high (75 → 50).",
        {
            "text": "Strength fell 25 from its 90-day high ({high} → {now}).",
            "places": {"high": 75, "now": 50},
        },
    ],
)
async def test_a_refresh_replaces_reasons_in_an_older_form(
    shop: Scope, make_customer: MakeCustomer, former: Any
) -> None:
    customer_id = await make_customer(shop, "c1")
    seen = picture(shop, customer_id, strength=50.0)
    await opened(shop, seen)
    new = await stored_reasons(shop)
    async with tenant(shop) as unit:
        await unit.execute(
            "UPDATE conversation_cards SET reasons = $2 WHERE business_id = $1",
            unit.business_id,
            [former, *new[1:]],
        )
        assert await refresh_cards(unit, [seen], CardRules()) == 1
        assert await refresh_cards(unit, [seen], CardRules()) == 0
    assert await stored_reasons(shop) == new


async def stored_reasons(scope: Scope) -> Any:
    """Return the reasons of the only card in the form that is stored."""
    async with tenant(scope) as unit:
        return await unit.fetchval("SELECT reasons FROM conversation_cards")


async def test_the_timeline_dates_a_reason_that_was_updated_after_the_card_opened(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    customer_id = await make_customer(shop, "c1")
    opened_at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with clock.at(opened_at):
        await opened(shop, picture(shop, customer_id))
    assert await told_on_timeline(shop) == [FELL]
    with clock.at(opened_at + timedelta(days=3)):
        seen = picture(shop, customer_id, strength=50.0)
        async with tenant(shop) as unit:
            await refresh_cards(unit, [seen], CardRules())
    said = "As of 5 March: Strength fell 25 from its 90-day high (75 → 50)."
    assert await told_on_timeline(shop) == [said]


@pytest.mark.parametrize(
    ("as_of", "dated"),
    [
        ("2026-03-05T09:00:00+00:00", "As of 5 March: "),
        ("2026-03-05T09:00:00", "As of 5 March: "),
        ("2026-03-03T01:00:00+05:00", ""),  # the evening of the day on which it was opened
        ("not a time", ""),
        (None, ""),
    ],
)
async def test_the_timeline_reads_the_time_of_reasons_in_utc(
    shop: Scope, make_customer: MakeCustomer, as_of: str | None, dated: str
) -> None:
    customer_id = await make_customer(shop, "c1")
    with clock.at(datetime(2026, 3, 2, 9, 0, tzinfo=UTC)):
        await opened(shop, picture(shop, customer_id))
    async with tenant(shop) as unit:
        await unit.execute(
            "UPDATE conversation_cards SET evidence = $2 WHERE business_id = $1",
            unit.business_id,
            {"as_of": as_of},
        )
    (card,) = [one for one in await timeline(shop, "c1") if one.kind == "card"]
    assert (str(card.text), card.who) == (f"{dated}{FELL}", "")


FELL = "Strength fell 20 from its 90-day high (75 → 55)."


async def told_on_timeline(scope: Scope) -> list[str]:
    """Return the reasons of cards on the timeline of c1."""
    return [str(one.text) for one in await timeline(scope, "c1") if one.kind == "card"]
