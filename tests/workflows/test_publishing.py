"""Publishing a scorecard: marked in every history, no erosion, exactly reversible."""

from datetime import timedelta

import msgspec
import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.cards.creation import wake_due
from pulse.cards.triggers import DeclaredContext
from pulse.db.transaction import tenant
from pulse.live.hub import HUB
from pulse.scoring import scorecard_store, versions
from pulse.scoring.calibration import Calibration, stay_probability
from pulse.scoring.history.score_history import chance_to_stay, full_picture, story, what_changed
from pulse.scoring.queries import Identity, identity_of
from pulse.scoring.scorecard import reweigh
from pulse.scoring.scorecard_store import Published
from tests.cards.fallen import cards, opened, picture, settings_of_cards
from tests.fixtures.jobs import queue_is_empty, working
from tests.fixtures.orders import NOW, order

CUSTOMERS = [f"c{number}" for number in range(10)]
UPSIDE_DOWN = {"days_known": 90.0, "orders_90": 1.0, "recency": 1.0, "spend_365": 8.0}
"""Weights under which active and new customers fall by far more than ten points."""


async def everybody(scope: Scope) -> dict[str, Identity]:
    """Return every customer's score: strength, band, base, coverage and factors."""
    return {who: await identity_of(scope, who) for who in CUSTOMERS}


async def rescored(scope: Scope) -> None:
    """Do the work of a publication's job at the test's time."""
    with clock.at(NOW):
        await workflows.rescore(scope)


async def draft(scope: Scope) -> Published:
    """Return another version with other weights and edges."""
    current = await versions.published_version(scope)
    card = msgspec.structs.replace(reweigh(current.card, UPSIDE_DOWN), band_edges=(30.0, 60.0))
    made = await versions.save_draft(scope, card, why="Tenure above all")
    return await versions.version(scope, made.id)


@pytest.fixture
async def scored_shop(ordering_shop: Scope) -> Scope:
    """The shop scored a week ago and today by version 1."""
    for days in (8, 0):
        with clock.at(NOW - timedelta(days=days)):
            await workflows.rescore(ordering_shop)
    return ordering_shop


async def test_a_roll_back_restores_every_score_bit_for_bit(scored_shop: Scope):
    with clock.at(NOW):
        before = await everybody(scored_shop)
        first = await versions.published_version(scored_shop)
        second = await draft(scored_shop)
        await workflows.publish(scored_shop, second.id, "Try it")
        await rescored(scored_shop)
        between = await everybody(scored_shop)
        await workflows.publish(scored_shop, first.id, "Back")
        await rescored(scored_shop)
        after = await everybody(scored_shop)
    assert all(between[who].scorecard_version == 2 for who in CUSTOMERS)
    moved = [who for who in CUSTOMERS if between[who].shap_factors != before[who].shap_factors]
    assert moved == CUSTOMERS
    assert after == before


async def test_a_publication_is_no_erosion_and_opens_no_card(scored_shop: Scope):
    with clock.at(NOW):
        before = await everybody(scored_shop)
        second = await draft(scored_shop)
        async with tenant(scored_shop) as unit:
            cards = await unit.fetchval("SELECT count(*) FROM conversation_cards")
        await workflows.publish(scored_shop, second.id, "Try it")
        await rescored(scored_shop)
        after = await everybody(scored_shop)
    fell = [
        who
        for who in CUSTOMERS
        if before[who].identity_strength - after[who].identity_strength > 10
    ]
    assert fell
    assert all(after[who].change is None for who in CUSTOMERS)
    async with tenant(scored_shop) as unit:
        assert await unit.fetchval("SELECT count(*) FROM conversation_cards") == cards


async def test_a_publication_ends_no_card(scored_shop: Scope):
    await settings_of_cards(scored_shop, switched_off=["milestone"])
    first = await versions.published_version(scored_shop)
    async with tenant(scored_shop) as unit:
        who = await unit.fetchval("SELECT id FROM customers WHERE external_id = 'c3'")
    last = {"last_order_on": (NOW - timedelta(days=1)).date(), "days_silent": 46.0}
    habit = {"orders": 3, "active_days": 3, "usual_gap": 40.0}
    with clock.at(NOW + timedelta(days=45)):
        fallen = picture(scored_shop, who, "c3", scorecard=first.id, **last, **habit)
        await opened(scored_shop, fallen)
        assert await open_causes(scored_shop) == {"c3": ["erosion"]}
        second = await draft(scored_shop)
        await workflows.publish(scored_shop, second.id, "Try it")
        await workflows.rescore(scored_shop)
    for days in (45.5, 46, 47):
        with clock.at(NOW + timedelta(days=days)):
            await workflows.rescore(scored_shop)
            await wake_due(scored_shop)
        assert "c3" in await open_causes(scored_shop)
        (card,) = [row for row in await cards(scored_shop) if row["customer_id"] == who]
        day = (NOW + timedelta(days=45)).strftime("%-d %B")
        assert card["reasons"][0] == card["reason"]
        assert card["reason"].startswith(f"As of {day}, by an earlier scorecard: Strength")
    with clock.at(NOW + timedelta(days=48)):
        await workflows.record_events(scored_shop, [order("c3", -47.5, 30.0)])
    assert "c3" not in await open_causes(scored_shop)


async def open_causes(scope: Scope) -> dict[str, list[str]]:
    """Return the causes of the open cards by customer."""
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT c.external_id, k.causes FROM conversation_cards k JOIN customers c "
            "ON c.id = k.customer_id WHERE k.status = 'pending'"
        )
    return {row["external_id"]: row["causes"] for row in rows}


WITHOUT_CARD = (
    "SELECT id FROM customers WHERE external_id <> 'c1' AND id NOT IN "
    "(SELECT customer_id FROM conversation_cards) LIMIT 1"
)


async def counted(scope: Scope) -> tuple[int, int]:
    """Return the number of milestones and of open cards."""
    async with tenant(scope) as unit:
        return (
            await unit.fetchval("SELECT count(*) FROM customer_milestones"),
            await unit.fetchval(
                "SELECT count(*) FROM conversation_cards WHERE status IN ('pending', 'snoozed')"
            ),
        )


async def easy_draft(scope: Scope) -> Published:
    """Return a version by which nearly everybody is strong."""
    card = msgspec.structs.replace(
        (await versions.published_version(scope)).card, band_edges=(2.0, 5.0)
    )
    made = await versions.save_draft(scope, card, why="Everybody is strong")
    return await versions.version(scope, made.id)


async def test_the_history_has_the_given_reason_or_none(scored_shop: Scope):
    first = await versions.published_version(scored_shop)
    made = await versions.save_draft(scored_shop, reweigh(first.card, UPSIDE_DOWN))
    silent = await workflows.publish(scored_shop, made.id)
    assert (silent.version, silent.note) == (made.version, "")
    await workflows.publish(scored_shop, first.id, "The old weights held better")
    await workflows.publish(scored_shop, made.id, "Tenure tells who stays")
    notes = {one.id: one.note for one in await versions.versions(scored_shop)}
    assert notes[first.id] == "The old weights held better"
    assert notes[made.id] == "Tenure tells who stays"


async def test_a_publication_reaches_no_milestone_on_two_days(scored_shop: Scope):
    before = await counted(scored_shop)
    with clock.at(NOW):
        easy = await easy_draft(scored_shop)
        await workflows.publish(scored_shop, easy.id, "Try it")
        await rescored(scored_shop)
        after = await everybody(scored_shop)
    newly_strong = [who for who in CUSTOMERS if after[who].band == "strong"]
    assert "c7" in newly_strong
    assert await counted(scored_shop) == before
    with clock.at(NOW + timedelta(hours=20)):
        await workflows.record_events(scored_shop, [order("c7", -0.8, 500.0)])
        risen = await identity_of(scored_shop, "c7")
    assert risen.identity_strength > after["c7"].identity_strength
    async with tenant(scored_shop) as unit:
        keys = await unit.fetch(
            "SELECT key FROM customer_milestones WHERE created_at > $1", NOW + timedelta(hours=1)
        )
    assert not [row["key"] for row in keys if row["key"].startswith(("band", "rose"))]


async def test_a_first_scoring_reaches_no_milestone(ordering_shop: Scope):
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
    assert await counted(ordering_shop) == (0, 0)


async def test_a_level_is_reached_by_crossing_it(scored_shop: Scope):
    with clock.at(NOW + timedelta(days=1)):
        happened = [order("c4", -1 + share / 50, 90.0) for share in range(1, 20)]
        await workflows.record_events(scored_shop, happened)
        now = await identity_of(scored_shop, "c4")
    assert now.band == "strong"
    async with tenant(scored_shop) as unit:
        keys = {row["key"] for row in await unit.fetch("SELECT key FROM customer_milestones")}
    assert "band_strong" in keys


async def test_a_roll_back_undoes_what_its_version_caused(scored_shop: Scope):
    await settings_of_cards(scored_shop)  # nobody is held out by chance
    before = await counted(scored_shop)
    with clock.at(NOW + timedelta(minutes=30)):
        first = await versions.published_version(scored_shop)
        second = await draft(scored_shop)
        await workflows.publish(scored_shop, second.id, "Try it")
        await workflows.rescore(scored_shop)
        async with tenant(scored_shop) as unit:
            customer = await unit.fetchval("SELECT id FROM customers WHERE external_id = 'c1'")
            for key in ("band_strong", "rose_strong_2026_05", "signal_loyalty", "count_9"):
                await unit.execute(
                    "INSERT INTO customer_milestones (business_id, created_at, customer_id, key, "
                    "title, text, reached_on) VALUES ($1, $2, $3, $4, '', '', current_date)",
                    unit.business_id,
                    NOW + timedelta(hours=1),
                    customer,
                    key,
                )
    with clock.at(NOW + timedelta(hours=1)):
        async with tenant(scored_shop) as unit:
            other = await unit.fetchval(WITHOUT_CARD)
        await opened(scored_shop, picture(scored_shop, other))
        stuck = DeclaredContext("stuck", None, NOW + timedelta(days=7))
        await opened(scored_shop, picture(scored_shop, customer, recent_high=None, declared=stuck))
    with clock.at(NOW + timedelta(hours=2)):
        await workflows.publish(scored_shop, first.id, "Back")
        await rescored(scored_shop)
    async with tenant(scored_shop) as unit:
        kept = await unit.fetch("SELECT key FROM customer_milestones WHERE title = ''")
        told = await unit.fetch(
            "SELECT cause, status, dismissed_reason FROM conversation_cards WHERE created_at > $1",
            NOW,
        )
    assert [row["key"] for row in kept] == ["count_9"]
    assert await counted(scored_shop) == (before[0] + 1, before[1] + 1)
    assert {row["cause"]: (row["status"], row["dismissed_reason"]) for row in told} == {
        "erosion": ("dismissed", "scorecard_rolled_back"),
        "stuck": ("pending", ""),
    }


async def test_every_history_is_marked_and_the_change_explained(scored_shop: Scope):
    first = await versions.published_version(scored_shop)
    second = await draft(scored_shop)
    await workflows.publish(scored_shop, second.id, "Try it")
    with clock.at(NOW):
        await workflows.rescore(scored_shop)
        changed = await what_changed(scored_shop, "c4", 7)
    assert changed is not None
    parts = [part.points for part in changed.explanation.parts]
    assert sum(parts) == pytest.approx(changed.explanation.change, abs=1e-9)
    assert abs(changed.explanation.of_kind("scorecard")) > 1
    await workflows.publish(scored_shop, first.id, "Back")
    told = await story(scored_shop, "c4")
    assert [mark.what for mark in told.marks if mark.kind == "scorecard"] == ["scorecard v2, v1"]
    assert told.edges == (40, 70)


async def test_a_job_rescores_everybody_with_progress(scored_shop: Scope):
    with clock.at(NOW):
        second = await draft(scored_shop)
        async with HUB.subscribe(scored_shop.business_id) as heard:
            await workflows.publish(scored_shop, second.id, "Try it")
            async with working():
                await queue_is_empty()
            heard.end()
            told = [one async for one in heard]
    progress = [one.payload for one in told if one.kind == "rescoring_progress"]
    assert progress[-1] == {"done": 10, "total": 10}
    assert "scorecard_published" in [one.payload.get("text") for one in told]


async def test_a_calibrated_scorecard_gives_the_share_who_stay(scored_shop: Scope):
    with clock.at(NOW):
        current = await versions.published_version(scored_shop)
        seen = await full_picture(scored_shop, "c0")
        assert await chance_to_stay(scored_shop, seen) is None
        calibration = Calibration(-2.0, 0.05, 500, 300)
        card = msgspec.structs.replace(current.card, calibration=calibration)
        async with tenant(scored_shop) as unit:
            await scorecard_store.publish(unit, card, by="test")
        await workflows.rescore(scored_shop)
        seen = await full_picture(scored_shop, "c0")
        chance = await chance_to_stay(scored_shop, seen)
    assert chance == stay_probability(calibration, seen.identity.identity_strength)
