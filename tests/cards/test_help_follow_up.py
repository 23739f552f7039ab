"""A call for help without an answer stays alive: a follow-up for tomorrow in the same step."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import lifecycle
from pulse.cards.evidence.absence import why_no_card
from pulse.cards.triggers import DeclaredContext
from pulse.customers import follow_ups, repository
from pulse.db.transaction import tenant
from tests.cards.fallen import opened, picture

NOW = datetime(2025, 4, 1, 9, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
PURPOSE = "No answer to their call for help: try another channel"


@pytest.fixture
async def called(shop: Scope, rosa: UUID) -> UUID:
    """A delivered card for a customer who said today that they are stuck."""
    with clock.at(NOW):
        async with tenant(shop) as unit:
            await unit.execute(
                "INSERT INTO customer_contexts (business_id, customer_id, context_type, shared_at, "
                "expires_at) VALUES ($1, $2, 'stuck', $3, $4)",
                shop.business_id,
                rosa,
                NOW - timedelta(hours=1),
                NOW + timedelta(days=7),
            )
        (card,) = await opened(shop, picture(shop, rosa, declared=DeclaredContext("stuck")))
        await lifecycle.action(shop, card.id)
    return card.id


async def follow_up(scope: Scope) -> tuple[object, object]:
    """Return day and purpose of Rosa's next follow-up."""
    known = await repository.customer(scope, "c1")
    return known["touch_on"], known["touch_purpose"]


async def test_no_answer_plans_a_follow_up_that_today_counts(
    shop: Scope, rosa: UUID, called: UUID
) -> None:
    with clock.at(NOW):
        await lifecycle.record_outcome(shop, called, "ignored")
        assert await follow_up(shop) == (TOMORROW.date(), PURPOSE)
        said = await why_no_card(shop, rosa)
    assert said
    assert said.startswith("Their call for help is still open, and our message had no answer.")
    with clock.at(TOMORROW):
        assert await follow_ups.due(shop) == 1
    with clock.at(NOW + timedelta(days=8)):
        later = await why_no_card(shop, rosa)
    assert not (later or "").startswith("Their call"), "the declared state has expired"


async def test_undo_and_a_corrected_outcome_remove_it(shop: Scope, called: UUID) -> None:
    with clock.at(NOW):
        await lifecycle.record_outcome(shop, called, "ignored")
        await lifecycle.undo(shop, called)
        assert await follow_up(shop) == (None, None)
        await lifecycle.record_outcome(shop, called, "ignored")
        await lifecycle.record_outcome(shop, called, "responded")
        assert await follow_up(shop) == (None, None)
        await lifecycle.undo(shop, called)
        assert await follow_up(shop) == (TOMORROW.date(), PURPOSE), "there was no answer after all"


async def test_a_planned_follow_up_is_kept_or_told(shop: Scope, rosa: UUID, called: UUID) -> None:
    with clock.at(NOW):
        await follow_ups.plan_follow_up(shop, rosa, NOW.date(), "call today")
        await lifecycle.record_outcome(shop, called, "ignored")
        assert await follow_up(shop) == (NOW.date(), "call today")
        await lifecycle.undo(shop, called)
        await follow_ups.plan_follow_up(shop, rosa, NOW.date() + timedelta(days=9), "renewal")
        await lifecycle.record_outcome(shop, called, "ignored")
        assert await follow_up(shop) == (TOMORROW.date(), f"{PURPOSE} · 2025-04-10 renewal")
        await lifecycle.undo(shop, called)
        assert await follow_up(shop) == (NOW.date() + timedelta(days=9), "renewal")
        await lifecycle.record_outcome(shop, called, "ignored")
        await follow_ups.plan_follow_up(shop, rosa, TOMORROW.date(), f"{PURPOSE} · ask Ben")
        await lifecycle.undo(shop, called)
        assert await follow_up(shop) == (TOMORROW.date(), f"{PURPOSE} · ask Ben")


@pytest.mark.parametrize(("outcome", "days"), [("responded", 0), ("ignored", 8)])
async def test_an_answer_or_an_expired_state_needs_none(
    shop: Scope, called: UUID, outcome: str, days: int
) -> None:
    with clock.at(NOW + timedelta(days=days)):
        await lifecycle.record_outcome(shop, called, outcome)
        assert await follow_up(shop) == (None, None)
