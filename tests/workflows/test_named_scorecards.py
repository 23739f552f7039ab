"""Several scorecards: who is scored by which, moving between them, and what that does not do."""

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.customers import customers_sql
from pulse.customers.conditions import custom_field
from pulse.db.transaction import Unit, tenant
from pulse.errors import NotFound
from pulse.scoring import scorecard_store, versions
from pulse.scoring.history.score_history import story, what_changed
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.named import service as named_scorecards
from pulse.scoring.named.assignment import card_names, recalculate_each, subset
from pulse.scoring.queries import identity_of
from pulse.scoring.recalculation import recalculate
from pulse.scoring.scorecard import reweigh
from tests.fixtures.orders import NOW, order
from tests.workflows.several_scorecards import (
    B2B,
    EVERYBODY,
    IS_B2B,
    RECENCY,
    SINKING,
    SPEND,
    counted,
    publish_another,
    scored_by,
)
from ui.pages.queue.card_customer import about, facts_of


async def test_the_first_that_fits_scores_and_the_default_takes_the_rest(scored_shop: Scope):
    with clock.at(NOW):
        await publish_another(scored_shop, "Business", IS_B2B)
        plan = f"any:{custom_field('Plan. A')}.is.3;{custom_field('Plan. A')}.is.4"
        three = await publish_another(scored_shop, "Plan 3", plan, SPEND)
        await workflows.rescore(scored_shop)
        names = await scored_by(scored_shop)
        assert names == {
            who: "Business" if who in B2B else "Plan 3" if who == "c4" else "Default"
            for who in EVERYBODY
        }
        await named_scorecards.move(scored_shop, three, up=True)
        await workflows.rescore(scored_shop)
        assert (await scored_by(scored_shop))["c3"] == "Plan 3"
        for who in EVERYBODY:
            seen = await identity_of(scored_shop, who)
            total = seen.base + sum(factor.contribution for factor in seen.shap_factors)
            assert abs(total - seen.identity_strength) < 1e-9
        together = {who: (await identity_of(scored_shop, who)).shap_factors for who in EVERYBODY}
        for who in ("c0", "c3", "c7"):
            await workflows.record_events(scored_shop, [order(who, 1)])  # known already
            async with tenant(scored_shop) as unit:
                one = await unit.fetchval("SELECT id FROM customers WHERE external_id = $1", who)
            await workflows.recalculate(scored_shop, [one])
            assert (await identity_of(scored_shop, who)).shap_factors == together[who]


async def test_one_scorecard_scores_as_without_any_other(scored_shop: Scope):
    with clock.at(NOW):
        async with tenant(scored_shop) as unit:
            ids = (await gather(unit)).ids
            (each,) = await recalculate_each(unit, ids)
            alone = await recalculate(unit, ids)
            part = subset(each.gathered, [1, 4, 9])
            (few,) = [await recalculate(unit, part.ids, gathered=part)]
    assert [one.strength for one in each.changes] == [one.strength for one in alone.changes]
    assert [one.strength for one in few.changes] == [
        alone.changes[row].strength for row in (1, 4, 9)
    ]
    assert set((await scored_by(scored_shop)).values()) == {None}
    assert await card_names(scored_shop, ids) == {}


async def test_several_scorecards_write_a_value_a_year_only_where_it_changed(
    scored_shop: Scope, monkeypatch
):
    written: list[int] = []
    real = customers_sql.write_yearly_values

    async def counting(unit: Unit, customers: Sequence[UUID], values: Sequence[float | None]):
        written.append(len(customers))
        await real(unit, customers, values)

    monkeypatch.setattr(customers_sql, "write_yearly_values", counting)
    with clock.at(NOW):
        await publish_another(scored_shop, "B2B", IS_B2B)
        await workflows.rescore(scored_shop)
        assert written == []
        await workflows.record_events(scored_shop, [order("c3", 2, 75.0)])
    assert written == [1]


async def test_where_there_is_one_scorecard_no_statement_is_added(scored_shop: Scope, monkeypatch):
    asked: list[str] = []
    for name in ("fetch", "fetchrow", "fetchval", "execute", "executemany"):
        real = getattr(Unit, name)

        async def counting(unit: Unit, sql: str, *args: Any, real: Any = real, **options: Any):
            asked.append(sql)
            return await real(unit, sql, *args, **options)

        monkeypatch.setattr(Unit, name, counting)
    with clock.at(NOW):
        async with tenant(scored_shop) as unit:
            ids = [row["id"] for row in await unit.fetch("SELECT id FROM customers ORDER BY id")]
            asked.clear()
            await recalculate(unit, ids, current=await scorecard_store.published(unit))
            before = len(asked)
            asked.clear()
            await recalculate_each(unit, ids)
    assert len(asked) == before


async def test_a_customer_is_not_told_the_name_of_their_scorecard(scored_shop: Scope):
    with clock.at(NOW):
        await publish_another(scored_shop, "Business", IS_B2B)
        await workflows.rescore(scored_shop)
        async with tenant(scored_shop) as unit:
            one = await unit.fetchval("SELECT id FROM customers WHERE external_id = 'c0'")
        theirs = Scope.for_customer(scored_shop.business_id, one)
        assert (await identity_of(scored_shop, "c0")).scorecard == "Business"
        assert (await identity_of(theirs, "c0")).scorecard is None


async def test_a_move_opens_no_card_reaches_no_milestone_and_is_told(scored_shop: Scope):
    before = await counted(scored_shop)
    with clock.at(NOW):
        await publish_another(scored_shop, "Business", IS_B2B)
        was = {who: await identity_of(scored_shop, who) for who in B2B}
        await workflows.rescore(scored_shop)
        now = {who: await identity_of(scored_shop, who) for who in B2B}
        assert any(abs(now[one].identity_strength - was[one].identity_strength) > 10 for one in B2B)
        assert [now[who].change for who in B2B] == [None] * 4
        assert await counted(scored_shop) == before
        told = await story(scored_shop, "c0")
        assert told.moved is not None
        assert (told.moved.day, told.moved.before, told.moved.after) == (
            NOW.date(),
            "Default",
            "Business",
        )
        marks = " ".join(mark.what for mark in told.marks if mark.kind == "scorecard")
        assert "“Business” instead of “Default”" in marks
        assert "v3" in marks
        others = (await story(scored_shop, "c8")).marks
        assert not [mark for mark in others if mark.kind == "scorecard"]
        changed = await what_changed(scored_shop, "c0", 7)
    assert changed is not None
    parts = [part.points for part in changed.explanation.parts]
    assert sum(parts) == pytest.approx(changed.explanation.change, abs=1e-9)
    with clock.at(NOW + timedelta(hours=20)):
        await workflows.rescore(scored_shop)
    assert await counted(scored_shop) == before


async def test_who_is_silent_never_rises_but_begins_anew_when_time_moves_them(scored_shop: Scope):
    """A condition on time: by mere silence c5 and c8 grow out of “New”, into the default one."""
    with clock.at(NOW):
        await publish_another(scored_shop, "New", "all:since.within.310", SINKING)
        current = await versions.published_version(scored_shop)
        draft = await versions.save_draft(scored_shop, reweigh(current.card, RECENCY))
        await workflows.publish(scored_shop, draft.id, "Only what sinks")
    last: dict[str, tuple[str | None, float]] = {}
    moved = set()
    for days in range(0, 24, 3):
        with clock.at(NOW + timedelta(days=days)):
            await workflows.rescore(scored_shop)
            for who in EVERYBODY:
                seen = await identity_of(scored_shop, who)
                name, strength = last.get(who, (seen.scorecard, 100.0))
                if seen.scorecard == name:
                    assert seen.identity_strength <= strength + 1e-9, (who, days)
                else:
                    moved.add(who)
                    assert seen.change is None
                last[who] = (seen.scorecard, seen.identity_strength)
    assert moved == {"c5", "c8"}
    async with tenant(scored_shop) as unit:
        causes = await unit.fetch(
            "SELECT k.cause FROM conversation_cards k JOIN customers c ON c.id = k.customer_id "
            "WHERE c.external_id = ANY($1) AND k.created_at > $2 "
            "AND k.cause IN ('erosion', 'band_lost', 'milestone')",
            ["c5", "c8"],
            NOW,
        )
        reached = await unit.fetch(
            "SELECT key FROM customer_milestones WHERE created_at > $1 "
            "AND split_part(key, '_', 1) IN ('band', 'rose')",
            NOW,
        )
    assert (list(causes), list(reached)) == ([], [])


async def test_removing_one_hands_its_customers_on_and_keeps_its_versions(scored_shop: Scope):
    with clock.at(NOW):
        named_id = await publish_another(scored_shop, "Business", IS_B2B)
        await workflows.rescore(scored_shop)
        first = {who: await identity_of(scored_shop, who) for who in EVERYBODY}
        assert await named_scorecards.customers_of(scored_shop, named_id) == 4
        await named_scorecards.remove(scored_shop, named_id, "Not worth it")
        await workflows.rescore(scored_shop)
        assert set((await scored_by(scored_shop)).values()) == {None}
        assert (await identity_of(scored_shop, "c8")).shap_factors == first["c8"].shap_factors
        (old,) = [
            one
            for one in await versions.versions(scored_shop)
            if one.named_scorecard_id == named_id and one.status == "retired"
        ]
        with pytest.raises(NotFound, match="no such scorecard"):
            await workflows.publish(scored_shop, old.id, "Back")
        assert await named_scorecards.scorecards(scored_shop) == []
        moved = (await story(scored_shop, "c0")).moved
    assert moved is None  # there and back within a day: the day keeps its last score
    async with tenant(scored_shop) as unit:
        told = await unit.fetch(
            "SELECT action, subject, reason FROM audit_entries WHERE action LIKE 'scorecard.%' "
            "AND subject = 'Business' ORDER BY id"
        )
    assert [tuple(row) for row in told] == [
        ("scorecard.added", "Business", ""),
        ("scorecard.removed", "Business", "Not worth it"),
    ]


async def test_a_new_name_is_told_at_once(scored_shop: Scope):
    with clock.at(NOW):
        named_id = await publish_another(scored_shop, "Business", IS_B2B)
        await workflows.rescore(scored_shop)
        assert (await identity_of(scored_shop, "c0")).scorecard == "Business"
        await named_scorecards.change(scored_shop, named_id, "Companies", IS_B2B)
        assert (await identity_of(scored_shop, "c0")).scorecard == "Companies"
        async with tenant(scored_shop) as unit:
            assert [one.name for one in await scorecard_store.each_published(unit)] == [
                "Default",
                "Companies",
            ]


async def test_where_there_are_several_the_card_names_the_customers_scorecard(scored_shop: Scope):
    with clock.at(NOW):
        async with tenant(scored_shop) as unit:
            one = await unit.fetchval("SELECT id FROM customers WHERE external_id = 'c0'")
        card: Any = SimpleNamespace(external_id="c0", customer_id=one, evidence=None)
        assert "Scorecard" not in facts_of(await about(scored_shop, card), "GBP")
        await publish_another(scored_shop, "Business", IS_B2B)
        await workflows.rescore(scored_shop)
        assert facts_of(await about(scored_shop, card), "GBP")["Scorecard"] == "Business"
