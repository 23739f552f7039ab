"""The life of a card: worked, closed, undone; two people at one card; who may."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from pulse import clock
from pulse.access.roles import Role
from pulse.access.scope import Actor, Scope
from pulse.cards import life, proposals, upkeep
from pulse.cards.edits import diff, edit_share
from pulse.cards.queue import wake_due
from pulse.cards.reading import card, listing
from pulse.cards.triggers import DeclaredContext
from pulse.database.tenancy import tenant
from pulse.errors import Conflict, Invalid, NotAllowed, NotFound
from pulse.live.hub import HUB
from tests.cards.fallen import cards, event, opened, picture, settings_of_cards
from tests.fixtures.database import MakeCustomer

NOW = datetime(2025, 5, 12, 9, 0, tzinfo=UTC)


@pytest.fixture
async def rosa(shop: Scope, make_customer: MakeCustomer) -> UUID:
    await settings_of_cards(shop)
    return await make_customer(shop, "c1", identity_strength=55.0, recent_high=75.0)


@pytest.fixture
async def open_card(shop: Scope, rosa: UUID) -> UUID:
    (made,) = await opened(shop, picture(shop, rosa))
    return made.id


def colleague(scope: Scope, name: str = "Mara", role: Role = Role.csm) -> Scope:
    return msgspec.structs.replace(scope, actor=Actor("staff", UUID(int=7), name), role=role)


async def trial(scope: Scope) -> dict[str, Any]:
    async with tenant(scope) as unit:
        return dict(await unit.fetchrow("SELECT * FROM card_trials"))


async def test_a_card_is_edited_delivered_and_its_outcome_teaches(
    shop: Scope, open_card: UUID
) -> None:
    first = await card(shop, open_card)
    edited = await life.edit(shop, open_card, "Hello Rosa, how are you getting on?", first.revision)
    assert edited.opener == "Hello Rosa, how are you getting on?"
    assert edited.draft == first.opener
    done = await life.action(shop, open_card, channel="phone", revision=edited.revision)
    assert (done.status, done.channel, done.actioned_by) == ("actioned", "phone", "Ada Admin")
    closed = await life.record_outcome(shop, open_card, "converted", "Ordered right away")
    assert (closed.status, closed.outcome) == ("completed", "converted")
    learned = await trial(shop)
    assert learned["outcome"] == "converted"
    assert 0.5 < learned["edit_share"] <= 1.0


async def test_sending_the_draft_as_it_is_counts_as_no_edit(shop: Scope, open_card: UUID) -> None:
    await life.action(shop, open_card)
    assert (await trial(shop))["edit_share"] == 0.0


async def test_the_second_of_two_people_cannot_overwrite_and_hears_who_and_when(
    shop: Scope, open_card: UUID
) -> None:
    seen_by_both = (await card(shop, open_card)).revision
    with clock.at(NOW):
        await life.edit(colleague(shop), open_card, "Mara's words for Rosa", seen_by_both)
    with pytest.raises(Conflict) as refused:
        await life.edit(shop, open_card, "Ada's words for Rosa", seen_by_both)
    assert refused.value.code == "CARD_CHANGED"
    assert refused.value.details["changed_by"] == "Mara"
    assert refused.value.details["changed_at"] == NOW
    assert (await card(shop, open_card)).opener == "Mara's words for Rosa"


async def test_a_card_delivered_by_one_cannot_be_dismissed_by_another(
    shop: Scope, open_card: UUID
) -> None:
    await life.action(colleague(shop), open_card)
    with pytest.raises(Conflict) as refused:
        await life.dismiss(shop, open_card, "not needed")
    assert refused.value.code == "CARD_STATE"
    assert refused.value.details["status"] == "actioned"


async def test_a_snoozed_card_says_why_and_comes_back(shop: Scope, open_card: UUID) -> None:
    with clock.at(NOW):
        asleep = await life.snooze(shop, open_card, NOW + timedelta(days=3), "On holiday")
        assert (asleep.status, asleep.snooze_reason) == ("snoozed", "On holiday")
        await wake_due(shop)
        assert (await card(shop, open_card)).status == "snoozed"
    with clock.at(NOW + timedelta(days=3)):
        await wake_due(shop)
        assert (await card(shop, open_card)).status == "pending"


@pytest.mark.parametrize("days", [-1, 0, 91])
async def test_a_card_cannot_sleep_into_the_past_or_for_ever(
    shop: Scope, open_card: UUID, days: int
) -> None:
    with pytest.raises(Invalid):
        await life.snooze(shop, open_card, clock.now() + timedelta(days=days), "Later")


async def test_a_dismissal_needs_a_reason_and_is_kept_as_a_false_alarm(
    shop: Scope, open_card: UUID
) -> None:
    with pytest.raises(Invalid):
        await life.dismiss(shop, open_card, "  ")
    gone = await life.dismiss(shop, open_card, "They only changed their address")
    assert (gone.status, gone.dismissed_reason) == ("dismissed", "They only changed their address")


async def test_every_step_can_be_undone(shop: Scope, open_card: UUID) -> None:
    before = await card(shop, open_card)
    await life.dismiss(shop, open_card, "False alarm")
    back = await life.undo(shop, open_card)
    assert (back.status, back.dismissed_reason) == ("pending", "")
    await life.action(shop, open_card, "Other words for Rosa", "phone")
    back = await life.undo(shop, open_card)
    assert (back.status, back.opener, back.channel) == ("pending", before.opener, before.channel)
    assert back.actioned_at is None
    assert (await trial(shop))["edit_share"] is None
    with pytest.raises(Conflict):
        await life.undo(shop, open_card)


async def test_undoing_an_outcome_unlearns_it(shop: Scope, open_card: UUID) -> None:
    await life.action(shop, open_card)
    await life.record_outcome(shop, open_card, "ignored")
    assert (await life.undo(shop, open_card)).status == "actioned"
    assert (await trial(shop))["outcome"] is None
    assert (await trial(shop))["edit_share"] == 0.0


async def test_a_card_whose_place_is_taken_cannot_come_back(
    shop: Scope, rosa: UUID, open_card: UUID
) -> None:
    await life.dismiss(shop, open_card, "False alarm")
    with clock.at(clock.now() + timedelta(days=31)):
        assert len(await opened(shop, picture(shop, rosa))) == 1
    with pytest.raises(Conflict) as refused:
        await life.undo(shop, open_card)
    assert refused.value.code == "CARD_REPLACED"


async def test_an_outcome_wants_a_delivered_card_and_a_known_word(
    shop: Scope, open_card: UUID
) -> None:
    with pytest.raises(Conflict):
        await life.record_outcome(shop, open_card, "responded")
    with pytest.raises(Invalid):
        await life.record_outcome(shop, open_card, "delighted")


async def test_a_card_is_given_to_somebody_of_this_business_only(
    shop: Scope, other_shop: Scope, open_card: UUID
) -> None:
    mine = await life.assign(shop, open_card, shop.actor.id)
    assert mine.assignee == "Ada Admin"
    with pytest.raises(Invalid):
        await life.assign(shop, open_card, other_shop.actor.id)
    assert (await life.assign(shop, open_card, None)).assigned_to is None


async def test_viewers_read_and_customers_see_nothing(shop: Scope, open_card: UUID) -> None:
    viewer = colleague(shop, role=Role.viewer)
    assert (await card(viewer, open_card)).status == "pending"
    for refused in (
        life.edit(viewer, open_card, "words"),
        life.action(viewer, open_card),
        life.record_outcome(viewer, open_card, "ignored"),
        life.snooze(viewer, open_card, clock.now() + timedelta(days=1), "why"),
        life.dismiss(viewer, open_card, "why"),
        life.assign(viewer, open_card, None),
        life.undo(viewer, open_card),
        listing(Scope.for_customer(shop.business_id, UUID(int=1))),
    ):
        with pytest.raises(NotAllowed):
            await refused


async def test_another_businesss_card_does_not_exist(other_shop: Scope, open_card: UUID) -> None:
    with pytest.raises(NotFound):
        await card(other_shop, open_card)
    with pytest.raises(NotFound):
        await life.dismiss(other_shop, open_card, "mine now")


async def test_each_step_stands_in_the_audit_log_without_the_words(
    shop: Scope, open_card: UUID
) -> None:
    await life.edit(shop, open_card, "Dear Rosa, about your divorce")
    await life.dismiss(shop, open_card, "False alarm")
    async with tenant(shop) as unit:
        rows = await unit.fetch("SELECT * FROM audit_entries ORDER BY id")
    assert [row["action"] for row in rows] == ["card.edited", "card.dismissed"]
    assert rows[1]["before"]["status"] == "pending"
    assert rows[1]["after"]["status"] == "dismissed"
    assert "divorce" not in str([dict(row) for row in rows])


async def test_everybody_hears_of_a_step(shop: Scope, open_card: UUID) -> None:
    async with HUB.subscribe(shop.business_id) as heard:
        await life.action(shop, open_card)
        message = await anext(aiter(heard))
    assert message.kind == "card_changed"
    assert message.payload == {"card_id": open_card, "status": "actioned", "outcome": None}


async def test_pages_follow_one_another_by_priority(
    shop: Scope, rosa: UUID, make_customer: MakeCustomer
) -> None:
    for n in range(2, 9):
        who = await make_customer(shop, f"c{n}")
        await opened(shop, picture(shop, who, f"c{n}", strength=60.0 - 5 * (n % 4)))
    seen, after = [], None
    while True:
        page = await listing(shop, after=after, limit=3)
        seen += page.cards
        after = page.next
        if after is None:
            break
    assert len({found.id for found in seen}) == len(seen) == 7
    assert [found.priority for found in seen] == sorted((f.priority for f in seen), reverse=True)
    with pytest.raises(Invalid):
        await listing(shop, status="lost")
    with pytest.raises(Invalid):
        await listing(shop, after="zz")


async def test_an_untouched_card_that_no_longer_fits_is_taken_away(
    shop: Scope, open_card: UUID
) -> None:
    async with tenant(shop) as unit:
        await unit.execute("UPDATE customers SET identity_strength = 74")
    await wake_due(shop)
    gone = await card(shop, open_card)
    assert (gone.status, gone.dismissed_reason) == ("dismissed", upkeep.RECOVERED)


async def test_a_card_somebody_works_on_is_never_taken_away(shop: Scope, open_card: UUID) -> None:
    await life.edit(shop, open_card, "My own words for Rosa")
    async with tenant(shop) as unit:
        await unit.execute("UPDATE customers SET identity_strength = 74")
    with clock.at(clock.now() + timedelta(days=60)):
        await wake_due(shop)
    assert (await card(shop, open_card)).status == "pending"


async def test_what_nobody_touched_for_four_weeks_goes_and_waiting_raises_until_then(
    shop: Scope, open_card: UUID
) -> None:
    first = (await card(shop, open_card)).priority
    with clock.at(clock.now() + timedelta(days=5, minutes=1)):
        await wake_due(shop)
        aged = await card(shop, open_card)
        assert aged.priority == pytest.approx(first + 5)
        assert {"code": "age", "text": "Waiting for 5 days", "points": 5.0} in aged.priority_reasons
    with clock.at(clock.now() + timedelta(days=29)):
        await wake_due(shop)
        gone = await card(shop, open_card)
    assert (gone.status, gone.dismissed_reason) == ("dismissed", upkeep.WENT_STALE)


@pytest.mark.parametrize(
    ("kind", "amount", "days", "expected"),
    [
        ("order", 20.0, 3, "converted"),
        ("login", None, 3, "responded"),
        ("cancellation", 20.0, 3, None),
        ("order", 20.0, 15, None),
    ],
)
async def test_later_events_propose_an_outcome(
    shop: Scope,
    rosa: UUID,
    open_card: UUID,
    kind: str,
    amount: float | None,
    days: int,
    expected: str | None,
) -> None:
    with clock.at(NOW):
        await life.action(shop, open_card)
    await event(shop, rosa, NOW + timedelta(days=days), kind, amount)
    with clock.at(NOW + timedelta(days=6)):
        await proposals.propose_outcomes(shop)
        assert (await card(shop, open_card)).proposal == expected


async def test_silence_for_the_whole_window_proposes_ignored_and_a_reminder(
    shop: Scope, open_card: UUID
) -> None:
    with clock.at(NOW):
        await life.action(shop, open_card)
        assert not (await card(shop, open_card)).outcome_due
    with clock.at(NOW + timedelta(days=14)):
        assert await proposals.propose_outcomes(shop) == 1
        assert await proposals.propose_outcomes(shop) == 0
        waiting = await card(shop, open_card)
        assert waiting.outcome_due
        assert waiting.proposal == "ignored"
        assert waiting.proposal_because == "Nothing for 14 days after delivery."
        closed = await proposals.accept_proposal(shop, open_card)
    assert (closed.status, closed.outcome) == ("completed", "ignored")


async def test_a_declined_proposal_stays_away(shop: Scope, rosa: UUID, open_card: UUID) -> None:
    with clock.at(NOW):
        await life.action(shop, open_card)
    await event(shop, rosa, NOW + timedelta(days=1))
    with clock.at(NOW + timedelta(days=2)):
        await proposals.propose_outcomes(shop)
        assert (await proposals.decline_proposal(shop, open_card)).proposal is None
        await proposals.propose_outcomes(shop)
        assert (await card(shop, open_card)).proposal is None


async def test_what_a_person_changed_is_shown_word_by_word() -> None:
    draft, sent = "Hello Rosa, how are you today?", "Hello Rosa, are you well today?"
    assert [(piece.kind, piece.text) for piece in diff(draft, sent)] == [
        ("same", "Hello Rosa,"),
        ("gone", "how"),
        ("same", "are you"),
        ("new", "well"),
        ("same", "today?"),
    ]
    assert edit_share(draft, draft) == 0.0
    assert 0.0 < edit_share(draft, sent) < 0.3
    assert edit_share(draft, "Nothing alike whatsoever") == 1.0


async def test_a_help_card_is_not_taken_away_when_the_score_recovers(
    shop: Scope, rosa: UUID
) -> None:
    stuck = picture(shop, rosa, recent_high=55.0, declared=DeclaredContext("stuck"))
    (made,) = await opened(shop, stuck)
    async with tenant(shop) as unit:
        await unit.execute("UPDATE customers SET identity_strength = 99")
    await wake_due(shop)
    assert (await card(shop, made.id)).status == "pending"
    assert len(await cards(shop)) == 1
