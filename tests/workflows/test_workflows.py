"""The workflows on the real database: scores, cards and messages, each once."""

import asyncio
from datetime import timedelta

import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import set_section
from pulse.contexts import sharing
from pulse.customers import events, pending_scores, repository
from pulse.db.transaction import tenant
from pulse.errors import Invalid, NotFound
from pulse.imports import jobs
from pulse.live.hub import HUB
from pulse.scoring.queries import identity_of
from tests.fixtures.orders import NOW, order

pytestmark = pytest.mark.slow


async def told(scope: Scope, doing, most: int = 10) -> list[str]:
    """Return the kinds of messages the business's listeners receive during `doing`."""
    async with HUB.subscribe(scope.business_id) as heard:
        await doing
        heard.end()
        return [message.kind async for message in heard][:most]


async def test_an_order_changes_the_score_and_is_published(ordering_shop: Scope):
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        before = await identity_of(ordering_shop, "c9")
    with clock.at(NOW + timedelta(minutes=5)):
        kinds = await told(ordering_shop, workflows.record_events(ordering_shop, [order("c9", 0)]))
        after = await identity_of(ordering_shop, "c9")
    assert after.identity_strength > before.identity_strength
    assert kinds[0] == "event_recorded"
    assert "identity_update" in kinds


async def test_a_share_before_the_recalculation_of_new_data_publishes_the_score(
    ordering_shop: Scope,
):
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
    with clock.at(NOW + timedelta(minutes=5)):
        async with tenant(ordering_shop) as unit:
            [customer] = (await events.append(unit, [order("c9", 0)])).customers
        sharing_now = workflows.share_context(ordering_shop, "c9", "busy")
        kinds = await told(ordering_shop, sharing_now)
        recalculated = await told(ordering_shop, workflows.recalculate(ordering_shop, [customer]))
    assert kinds.count("identity_update") == 1
    assert "identity_update" not in recalculated


async def test_the_same_event_twice_counts_once(ordering_shop: Scope):
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        await workflows.record_events(ordering_shop, [order("c3", 0)])
        first = await identity_of(ordering_shop, "c3")
        kinds = await told(ordering_shop, workflows.record_events(ordering_shop, [order("c3", 0)]))
        second = await identity_of(ordering_shop, "c3")
    assert kinds == []
    assert first.identity_strength == second.identity_strength


async def test_a_business_without_a_scorecard_stores_events_and_scores_later(shop: Scope):
    with clock.at(NOW):
        assert await workflows.record_events(shop, [order("new", 1)]) == []
        identity = await identity_of(shop, "new")
    assert identity.identity_strength is None


async def test_stuck_is_declared_at_once_and_makes_one_card(ordering_shop: Scope):
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        kinds = await told(
            ordering_shop, workflows.share_context(ordering_shop, "c2", "stuck", "help", "key-1")
        )
        again = await told(
            ordering_shop, workflows.share_context(ordering_shop, "c2", "stuck", "help", "key-1")
        )
        row = await repository.customer(ordering_shop, "c2")
    assert {"context_shared", "card_created"} <= set(kinds)
    assert again == []
    assert row["context_type"] == "stuck"
    async with tenant(ordering_shop) as unit:
        cards = await unit.fetch("SELECT status FROM conversation_cards WHERE cause = 'stuck'")
    assert [card["status"] for card in cards] == ["pending"]


async def test_a_crash_after_the_tap_loses_no_card(ordering_shop: Scope, monkeypatch):
    """The tap is stored and published at once; its card follows in the next minute's run."""

    async def crash(*_: object) -> None:
        raise ConnectionResetError

    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        with monkeypatch.context() as broken, pytest.raises(ConnectionResetError):
            broken.setattr(workflows, "_update_cards", crash)
            await workflows.share_context(ordering_shop, "c2", "stuck")
        assert (await repository.customer(ordering_shop, "c2"))["context_type"] == "stuck"
        async with tenant(ordering_shop) as unit:
            left = await pending_scores.overdue(unit, 0.0, 10)
        await jobs.score_now(ordering_shop, left)
    async with tenant(ordering_shop) as unit:
        cards = "SELECT count(*) FROM conversation_cards WHERE cause = 'stuck'"
        assert await unit.fetchval(cards) == 1
        assert await pending_scores.overdue(unit, 0.0, 10) == []


async def test_withdrawing_a_context_clears_the_declared_state(ordering_shop: Scope):
    with clock.at(NOW):
        shared = await workflows.share_context(ordering_shop, "c2", "busy")
        kinds = await told(
            ordering_shop, workflows.withdraw_context(ordering_shop, "c2", shared.id)
        )
        row = await repository.customer(ordering_shop, "c2")
        with pytest.raises(NotFound):
            await workflows.withdraw_context(ordering_shop, "c2", shared.id)
    assert "context_withdrawn" in kinds
    assert row["context_type"] is None


async def test_a_declared_state_expires_after_seven_days(ordering_shop: Scope):
    with clock.at(NOW):
        await workflows.share_context(ordering_shop, "c2", "busy")
    with clock.at(NOW + sharing.LIFETIME + timedelta(seconds=1)):
        kinds = await told(ordering_shop, workflows.expire_contexts(ordering_shop))
        row = await repository.customer(ordering_shop, "c2")
    assert "context_withdrawn" in kinds
    assert row["context_type"] is None


@pytest.mark.parametrize(
    ("kind", "note", "code"),
    [
        ("bored", None, "CONTEXT_UNKNOWN"),
        ("busy", "x" * 281, "CONTEXT_NOTE_TOO_LONG"),
        ("own_words", "  ", "CONTEXT_NOTE_MISSING"),
    ],
)
async def test_an_invalid_context_is_refused_without_effect(
    ordering_shop: Scope, kind: str, note: str | None, code: str
):
    with pytest.raises(Invalid) as refused:
        await workflows.share_context(ordering_shop, "c2", kind, note)
    assert refused.value.code == code
    assert (await repository.customer(ordering_shop, "c2"))["context_type"] is None


async def test_the_replay_keeps_weekly_snapshots_and_finds_falls(ordering_shop: Scope):
    weeks = [NOW - timedelta(days=7 * back) for back in range(40, -1, -1)]
    weekly = [order("gone", days, at=NOW) for days in range(60, 200, 7)]
    await set_section(ordering_shop, "cards", {"hold_out_share": 0.0})  # by which chance decides
    async with tenant(ordering_shop) as unit:
        await events.append(unit, weekly)
    async for _ in workflows.replay(ordering_shop, weeks):
        pass
    async with tenant(ordering_shop) as unit:
        snapshots = await unit.fetchval(
            "SELECT count(*) FROM identity_snapshots s JOIN customers c ON c.id = s.customer_id "
            "WHERE c.external_id = 'c0'"
        )
        fallen = await unit.fetch(
            "SELECT DISTINCT c.external_id FROM conversation_cards k "
            "JOIN customers c ON c.id = k.customer_id "
            "WHERE k.cause = 'overdue'"
        )
    assert snapshots == len(weeks)
    assert {row["external_id"] for row in fallen} == {"gone"}


async def test_orders_at_the_same_moment_all_count(ordering_shop: Scope):
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        at_once = [order("c5", number / 100) for number in range(12)]
        await asyncio.gather(*(workflows.record_events(ordering_shop, [one]) for one in at_once))
        identity = await identity_of(ordering_shop, "c5")
    counted = next(f for f in identity.shap_factors if f.feature == "orders_90")
    assert counted.value == 12 + len([d for d in range(1, 360, 60) if d < 90])


async def test_simultaneous_taps_each_get_a_card(
    ordering_shop: Scope,
):
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        who = [f"c{number}" for number in range(10)]
        await asyncio.gather(*(workflows.share_context(ordering_shop, one, "stuck") for one in who))
    async with tenant(ordering_shop) as unit:
        rows = await unit.fetch(
            "SELECT c.external_id FROM conversation_cards k "
            "JOIN customers c ON c.id = k.customer_id "
            "WHERE k.cause = 'stuck' AND k.status = 'pending' ORDER BY 1"
        )
        assert [row["external_id"] for row in rows] == who
        assert await pending_scores.overdue(unit, -60, 100) == []
