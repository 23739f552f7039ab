"""Scheduled work on the queue: paging, stale cards, proposed outcomes, edits."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import lifecycle, maintenance
from pulse.cards.bandit.uplift import units
from pulse.cards.creation import wake_due
from pulse.cards.drafting.diff import diff, edit_share
from pulse.cards.outcomes import suggested_outcomes
from pulse.cards.outcomes.interventions import interventions
from pulse.cards.outcomes.outcome_stats import outreach
from pulse.cards.queries import card, listing
from pulse.cards.triggers import DeclaredContext, Milestone
from pulse.db.transaction import tenant
from pulse.errors import Invalid
from pulse.testing.database import MakeCustomer
from tests.cards.fallen import cards, event, opened, picture

NOW = datetime(2025, 5, 12, 9, 0, tzinfo=UTC)


async def test_a_congratulation_is_withdrawn_after_two_weeks(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    reached = (Milestone("orders_25", "25 orders"),)
    praised, fallen = await make_customer(shop, "c1"), await make_customer(shop, "c2")
    with clock.at(NOW):
        await opened(shop, picture(shop, praised, recent_high=55.0, milestones=reached))
        await opened(shop, picture(shop, fallen, "c2"))
    for days, waiting in ((13, ["milestone", "erosion"]), (15, ["erosion"])):
        with clock.at(NOW + timedelta(days=days)):
            await wake_due(shop)
        assert [one["cause"] for one in await cards(shop) if one["status"] == "pending"] == waiting
    (closed,) = [one for one in await cards(shop) if one["status"] == "dismissed"]
    assert (closed["cause"], closed["dismissed_reason"]) == ("milestone", "went_stale")


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


async def test_a_card_somebody_works_on_is_never_closed(shop: Scope, open_card: UUID) -> None:
    await lifecycle.save_draft(shop, open_card, "My own words for Rosa")
    async with tenant(shop) as unit:
        await unit.execute("UPDATE customer_scores SET identity_strength = 74")
    with clock.at(clock.now() + timedelta(days=60)):
        await wake_due(shop)
    assert (await card(shop, open_card)).status == "pending"


async def test_untouched_cards_gain_rank_and_close_after_four_weeks(
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
    assert (gone.status, gone.dismissed_reason) == ("dismissed", maintenance.WENT_STALE)


async def test_a_long_silence_counts_alike_on_a_new_and_on_a_waiting_card(
    shop: Scope, make_customer: MakeCustomer
) -> None:
    ordered, renewal = NOW - timedelta(days=120), (NOW + timedelta(days=9)).date()
    who = await make_customer(
        shop, "c1", identity_strength=55.0, renewal_on=renewal, orders=1, last_order_at=ordered
    )
    silent = {"last_order_on": ordered.date(), "days_silent": 120.0, "orders": 1, "active_days": 1}
    with clock.at(NOW):
        await opened(shop, picture(shop, who, recent_high=55.0, renewal_on=renewal, **silent))
        (new,) = await cards(shop)
    with clock.at(NOW + timedelta(days=1, minutes=1)):
        await wake_due(shop)
        (waiting,) = await cards(shop)
    told = [{part["code"] for part in one["priority_reasons"]} for one in (new, waiting)]
    assert "late" in told[0]
    assert told[1] == {*told[0], "age"}


async def test_a_stale_card_is_no_contact_and_the_next_lives_four_weeks_too(
    shop: Scope, rosa: UUID
) -> None:
    begin = datetime(2025, 4, 1, 9, 0, tzinfo=UTC)
    opened_on = []
    for day in range(60):
        with clock.at(begin + timedelta(days=day)):
            await wake_due(shop)
            opened_on += [day for _ in await opened(shop, picture(shop, rosa))]
    assert opened_on == [0, 30], "a fall waits for 30 days after the last card, worked on or not"
    assert [one["status"] for one in await cards(shop)] == ["dismissed", "dismissed"]
    async with tenant(shop) as unit:
        counted = await units(unit, begin - timedelta(days=1), begin + timedelta(days=59), 30)
        variants = await unit.fetch("SELECT variant FROM card_trials ORDER BY created_at")
        learned = await unit.fetchval("SELECT count(*) FROM card_trials WHERE outcome IS NOT NULL")
    assert len(counted) == 1, "one unit a customer and quarter"
    assert [row["variant"] for row in variants] == [0, 1], "the text is another each time"
    assert learned == 0, "no outcome is learned from a card that nobody worked on"


async def test_cards_that_nobody_worked_on_are_counted_and_listed(
    shop: Scope, rosa: UUID, make_customer: MakeCustomer
) -> None:
    other = await make_customer(shop, "c2")
    with clock.at(NOW):
        await opened(shop, picture(shop, rosa))
        (dismissed,) = await opened(shop, picture(shop, other, "c2"))
        await lifecycle.dismiss(shop, dismissed.id, "A false alarm")
    with clock.at(NOW + timedelta(days=29)):
        await wake_due(shop)
        counted = await outreach(shop, days=7)
        listed = await interventions(shop, "unworked", days=7)
    assert (counted.unworked, counted.dismissed, listed.total) == (1, 0, 1)
    (row,) = listed.rows
    assert (row.external_id, row.unworked, row.at) == ("c1", True, NOW + timedelta(days=29))


async def test_an_overdue_order_waits_four_weeks_after_a_stale_card(
    shop: Scope, rosa: UUID
) -> None:
    begin, facts = (
        datetime(2025, 4, 1, 9, 0, tzinfo=UTC),
        {
            "active_days": 9,
            "usual_gap": 25.0,
            "days_silent": 80.0,
            "last_order_on": date(2025, 1, 11),
            "recent_high": 56.0,
        },
    )
    opened_on = []
    for day in range(61):
        with clock.at(begin + timedelta(days=day)):
            await wake_due(shop)
            opened_on += [day for _ in await opened(shop, picture(shop, rosa, **facts))]
    assert opened_on == [0, 58]


async def test_a_card_dismissed_by_a_person_pauses_its_cause(shop: Scope, rosa: UUID) -> None:
    with clock.at(NOW):
        (made,) = await opened(shop, picture(shop, rosa))
        await lifecycle.dismiss(shop, made.id, maintenance.WENT_STALE)
    with clock.at(NOW + timedelta(days=29)):
        assert await opened(shop, picture(shop, rosa)) == []


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
        await lifecycle.action(shop, open_card)
    await event(shop, rosa, NOW + timedelta(days=days), kind, amount)
    with clock.at(NOW + timedelta(days=6)):
        await suggested_outcomes.propose_outcomes(shop)
        assert (await card(shop, open_card)).proposal == expected


async def test_silence_for_the_whole_window_proposes_ignored(shop: Scope, open_card: UUID) -> None:
    with clock.at(NOW):
        await lifecycle.action(shop, open_card)
        assert not (await card(shop, open_card)).outcome_due
    with clock.at(NOW + timedelta(days=14)):
        assert await suggested_outcomes.propose_outcomes(shop) == 1
        assert await suggested_outcomes.propose_outcomes(shop) == 0
        waiting = await card(shop, open_card)
        assert waiting.outcome_due
        assert waiting.proposal == "ignored"
        assert waiting.proposal_because == "Nothing for 14 days after delivery."
        closed = await suggested_outcomes.accept_proposal(shop, open_card)
    assert (closed.status, closed.outcome) == ("completed", "ignored")


async def test_a_declined_proposal_is_not_repeated(
    shop: Scope, rosa: UUID, open_card: UUID
) -> None:
    with clock.at(NOW):
        await lifecycle.action(shop, open_card)
    await event(shop, rosa, NOW + timedelta(days=1))
    with clock.at(NOW + timedelta(days=2)):
        await suggested_outcomes.propose_outcomes(shop)
        assert (await suggested_outcomes.decline_proposal(shop, open_card)).proposal is None
        await suggested_outcomes.propose_outcomes(shop)
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


async def test_a_requested_card_is_not_closed_when_the_score_recovers(
    shop: Scope, rosa: UUID
) -> None:
    stuck = picture(shop, rosa, recent_high=55.0, declared=DeclaredContext("stuck"))
    (made,) = await opened(shop, stuck)
    async with tenant(shop) as unit:
        await unit.execute("UPDATE customer_scores SET identity_strength = 99")
    await wake_due(shop)
    assert (await card(shop, made.id)).status == "pending"
    assert len(await cards(shop)) == 1
