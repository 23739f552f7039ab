"""The lifecycle of a card: steps, undo, concurrent edits, permissions."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import AsyncMock, patch
from uuid import UUID

import pytest

from pulse import clock
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.cards import lifecycle
from pulse.cards.creation import wake_due
from pulse.cards.queries import card, listing
from pulse.db.transaction import tenant
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound
from pulse.live.hub import HUB
from tests.cards.fallen import colleague, opened, picture, trial
from ui.pages.queue.card_actions import CardActions

NOW = datetime(2025, 5, 12, 9, 0, tzinfo=UTC)


async def test_a_card_is_edited_delivered_and_its_outcome_learned(
    shop: Scope, open_card: UUID
) -> None:
    first = await card(shop, open_card)
    edited = await lifecycle.save_draft(
        shop, open_card, "Hello Rosa, how are you getting on?", first.revision
    )
    assert edited.opener == "Hello Rosa, how are you getting on?"
    assert edited.draft == first.opener
    done = await lifecycle.action(shop, open_card, channel="phone", revision=edited.revision)
    assert (done.status, done.channel, done.actioned_by) == ("actioned", "phone", "Ada Admin")
    closed = await lifecycle.record_outcome(shop, open_card, "converted", "Ordered right away")
    assert (closed.status, closed.outcome) == ("completed", "converted")
    learned = await trial(shop)
    assert learned["outcome"] == "converted"
    assert 0.5 < learned["edit_share"] <= 1.0


async def test_sending_the_draft_as_it_is_counts_as_no_edit(shop: Scope, open_card: UUID) -> None:
    await lifecycle.action(shop, open_card)
    assert (await trial(shop))["edit_share"] == 0.0


async def test_the_second_of_two_people_gets_a_conflict_with_name_and_time(
    shop: Scope, open_card: UUID
) -> None:
    seen_by_both = (await card(shop, open_card)).revision
    with clock.at(NOW):
        await lifecycle.save_draft(
            colleague(shop), open_card, "Mara's words for Rosa", seen_by_both
        )
    with pytest.raises(Conflict) as refused:
        await lifecycle.save_draft(shop, open_card, "Ada's words for Rosa", seen_by_both)
    assert refused.value.code == "CARD_CHANGED"
    assert refused.value.details["changed_by"] == "Mara"
    assert refused.value.details["changed_at"] == NOW
    assert (await card(shop, open_card)).opener == "Mara's words for Rosa"


async def test_a_card_delivered_by_one_cannot_be_dismissed_by_another(
    shop: Scope, open_card: UUID
) -> None:
    await lifecycle.action(colleague(shop), open_card)
    with pytest.raises(Conflict) as refused:
        await lifecycle.dismiss(shop, open_card, "not needed")
    assert refused.value.code == "CARD_STATE"
    assert refused.value.details["status"] == "actioned"


async def test_a_snoozed_card_has_a_reason_and_returns(shop: Scope, open_card: UUID) -> None:
    with clock.at(NOW):
        asleep = await lifecycle.snooze(shop, open_card, NOW + timedelta(days=3), "On holiday")
        assert (asleep.status, asleep.snooze_reason) == ("snoozed", "On holiday")
        await wake_due(shop)
        assert (await card(shop, open_card)).status == "snoozed"
    with clock.at(NOW + timedelta(days=3)):
        await wake_due(shop)
        assert (await card(shop, open_card)).status == "pending"


async def test_a_snoozed_card_needs_no_reason(shop: Scope, open_card: UUID) -> None:
    asleep = await lifecycle.snooze(shop, open_card, clock.now() + timedelta(days=3), " ")
    assert (asleep.status, asleep.snooze_reason) == ("snoozed", "")


@pytest.mark.parametrize("days", [-1, 0, 91])
async def test_a_card_cannot_be_snoozed_into_the_past_or_too_long(
    shop: Scope, open_card: UUID, days: int
) -> None:
    with pytest.raises(Invalid):
        await lifecycle.snooze(shop, open_card, clock.now() + timedelta(days=days), "Later")


async def test_a_dismissal_needs_a_reason_and_counts_as_a_false_alarm(
    shop: Scope, open_card: UUID
) -> None:
    with pytest.raises(Invalid):
        await lifecycle.dismiss(shop, open_card, "  ")
    gone = await lifecycle.dismiss(shop, open_card, "They only changed their address")
    assert (gone.status, gone.dismissed_reason) == ("dismissed", "They only changed their address")


async def test_every_step_can_be_undone(shop: Scope, open_card: UUID) -> None:
    before = await card(shop, open_card)
    await lifecycle.dismiss(shop, open_card, "False alarm")
    back = await lifecycle.undo(shop, open_card)
    assert (back.status, back.dismissed_reason) == ("pending", "")
    await lifecycle.action(shop, open_card, "Other words for Rosa", "phone")
    back = await lifecycle.undo(shop, open_card)
    assert (back.status, back.opener, back.channel) == ("pending", before.opener, before.channel)
    assert back.actioned_at is None
    assert (await trial(shop))["edit_share"] is None
    with pytest.raises(Conflict):
        await lifecycle.undo(shop, open_card)


async def test_undoing_an_outcome_removes_it_from_learning(shop: Scope, open_card: UUID) -> None:
    await lifecycle.action(shop, open_card)
    await lifecycle.record_outcome(shop, open_card, "ignored")
    assert (await lifecycle.undo(shop, open_card)).status == "actioned"
    assert (await trial(shop))["outcome"] is None
    assert (await trial(shop))["edit_share"] == 0.0


async def test_a_card_replaced_by_another_cannot_be_restored(
    shop: Scope, rosa: UUID, open_card: UUID
) -> None:
    await lifecycle.dismiss(shop, open_card, "False alarm")
    with clock.at(clock.now() + timedelta(days=31)):
        assert len(await opened(shop, picture(shop, rosa))) == 1
    with pytest.raises(Conflict) as refused:
        await lifecycle.undo(shop, open_card)
    assert refused.value.code == "CARD_REPLACED"


async def test_an_outcome_requires_a_delivered_card_and_a_known_value(
    shop: Scope, open_card: UUID
) -> None:
    with pytest.raises(Conflict):
        await lifecycle.record_outcome(shop, open_card, "responded")
    with pytest.raises(Invalid):
        await lifecycle.record_outcome(shop, open_card, "delighted")


async def test_an_outcome_of_a_changed_card_is_refused(shop: Scope, open_card: UUID) -> None:
    seen = await lifecycle.action(shop, open_card)
    await lifecycle.record_outcome(shop, open_card, "converted")
    sheet = SimpleNamespace(card=seen, may=True)

    async def acting() -> Scope:
        return shop

    page = SimpleNamespace(acting=acting, place=nullcontext(), scope=shop)
    acts = CardActions(page, sheet, AsyncMock())
    answer = patch("ui.pages.queue.card_actions.ask_text", AsyncMock(return_value=""))
    with answer, pytest.raises(Conflict) as refused:
        await acts.by_key("3")
    assert refused.value.code == "CARD_CHANGED"
    assert (await card(shop, open_card)).outcome == "converted"


async def test_a_card_is_assigned_within_the_business_only(
    shop: Scope, other_shop: Scope, open_card: UUID
) -> None:
    mine = await lifecycle.assign(shop, open_card, shop.actor.id)
    assert mine.assignee == "Ada Admin"
    with pytest.raises(Invalid):
        await lifecycle.assign(shop, open_card, other_shop.actor.id)
    assert (await lifecycle.assign(shop, open_card, None)).assigned_to is None


async def test_viewers_only_read_and_customers_see_no_cards(shop: Scope, open_card: UUID) -> None:
    viewer = colleague(shop, role=Role.viewer)
    assert (await card(viewer, open_card)).status == "pending"
    for refused in (
        lifecycle.save_draft(viewer, open_card, "words"),
        lifecycle.action(viewer, open_card),
        lifecycle.record_outcome(viewer, open_card, "ignored"),
        lifecycle.snooze(viewer, open_card, clock.now() + timedelta(days=1), "why"),
        lifecycle.dismiss(viewer, open_card, "why"),
        lifecycle.assign(viewer, open_card, None),
        lifecycle.undo(viewer, open_card),
        listing(Scope.for_customer(shop.business_id, UUID(int=1))),
    ):
        with pytest.raises(NotAllowed):
            await refused


async def test_a_card_of_another_business_is_not_found(other_shop: Scope, open_card: UUID) -> None:
    with pytest.raises(NotFound):
        await card(other_shop, open_card)
    with pytest.raises(NotFound):
        await lifecycle.dismiss(other_shop, open_card, "mine now")


async def test_each_step_is_audited_without_the_text(shop: Scope, open_card: UUID) -> None:
    await lifecycle.save_draft(shop, open_card, "Dear Rosa, about your divorce")
    await lifecycle.dismiss(shop, open_card, "False alarm")
    async with tenant(shop) as unit:
        rows = await unit.fetch("SELECT * FROM audit_entries ORDER BY id")
    assert [row["action"] for row in rows] == ["card.dismissed"]
    assert rows[0]["before"]["status"] == "pending"
    assert rows[0]["after"]["status"] == "dismissed"
    assert "divorce" not in str([dict(row) for row in rows])


async def test_each_step_is_published(shop: Scope, open_card: UUID) -> None:
    async with HUB.subscribe(shop.business_id) as heard:
        await lifecycle.action(shop, open_card)
        message = await anext(aiter(heard))
    assert message.kind == "card_changed"
    assert message.payload == {"card_id": open_card, "status": "actioned", "outcome": None}
