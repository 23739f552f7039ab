"""The days after a publication: cards open because customers changed, not because limits did."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.cards.evidence.absence import why_no_card
from pulse.cards.evidence.new_limits import HELD
from pulse.customers import events, repository
from pulse.customers.events import NewEvent
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store, versions
from pulse.scoring.lifecycle import rhythm_store
from pulse.scoring.lifecycle.lapse_chance import LapseChance
from pulse.scoring.scorecard import reweigh
from tests.cards.fallen import settings_of_cards
from tests.fixtures.orders import CATALOGUE, NOW, order
from tests.workflows.several_scorecards import publish_another

STABLE = {"days_known": 1.0, "orders_90": 1.0, "recency": 1.0, "spend_365": 97.0}
"""Who spends much stays strong in silence, so that nobody is likely to lapse."""
SINKING = {"days_known": 1.0, "orders_90": 1.0, "recency": 60.0, "spend_365": 38.0}
"""Who is silent is weak, and likely to lapse."""
LOST = {"days_known": 1.0, "orders_90": 1.0, "recency": 70.0, "spend_365": 28.0}

LATE = [f"r{number}" for number in range(14, 20)]
"""They are late the day after the publication, on day 0.1."""
NEWLY_LATE = {"r14", "r15"}
"""They reach 1.5 of their usual gaps, 15 days, on the day of the publication and the day after."""


@pytest.fixture
async def regulars(shop: Scope) -> Scope:
    """r00 … r19 order every 10 days and are silent for 0 … 19 days; scored by STABLE for 8 days."""
    async with tenant(shop) as unit:
        await scorecard_store.save_catalogue(unit, CATALOGUE)
        await events.append(unit, [*_orders()])
    await settings_of_cards(
        shop, cards_per_day=1000, switched_off=["milestone", "erosion", "band_lost"]
    )
    with clock.at(NOW - timedelta(days=9)):
        await workflows.rescore(shop)
    await published(shop, STABLE, -8)
    for days in range(-7, 1):
        await day(shop, days)
    assert await with_card(shop) == set()
    return shop


def _orders() -> Iterable[NewEvent]:
    for quiet in range(20):
        yield from (order(f"r{quiet:02d}", days, 200.0) for days in range(quiet, 140, 10))
    for number in range(40):
        gap, quiet = 10 + number % 3, number % 14
        yield from (order(f"x{number:02d}", days, 5.0) for days in range(quiet, 140, gap))
    yield cancellation("x00", 3.0, 5.0)


def cancellation(who: str, days: float, amount: float) -> NewEvent:
    """Return the cancellation of an order of so many days before NOW."""
    made = order(who, days - 0.01, -amount)
    return msgspec.structs.replace(made, kind="cancellation")


async def published(scope: Scope, weights: dict[str, float], days: float) -> None:
    """Publish a version with these weights and rescore, some days after NOW."""
    current = await versions.published_version(scope)
    made = await versions.save_draft(scope, reweigh(current.card, weights))
    with clock.at(NOW + timedelta(days=days)):
        await workflows.publish(scope, made.id, "Try it")
        await workflows.rescore(scope)


async def day(scope: Scope, days: float, *happened: NewEvent) -> None:
    """Live through a day: x01 orders, so that the feed goes on, and everybody is scored."""
    with clock.at(NOW + timedelta(days=days)):
        await workflows.record_events(scope, [order("x01", -days, 5.0), *happened])
        await workflows.rescore(scope)


async def with_card(scope: Scope) -> set[str]:
    """Return who among the regulars has an open card."""
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT c.external_id FROM conversation_cards k JOIN customers c "
            "ON c.id = k.customer_id WHERE k.status = 'pending' AND c.external_id LIKE 'r%'"
        )
    return {row["external_id"] for row in rows}


async def test_only_who_became_late_has_a_card_the_day_after(regulars: Scope):
    await published(regulars, SINKING, 0.1)
    assert await with_card(regulars) == set()
    await day(regulars, 1)
    assert await with_card(regulars) == NEWLY_LATE
    with clock.at(NOW + timedelta(days=1)):
        why = {who: await why_no_card(regulars, await id_of(regulars, who)) for who in LATE}
    assert {who for who, said in why.items() if said is None} == NEWLY_LATE
    assert {said for said in why.values() if said} == {HELD}


async def id_of(scope: Scope, external_id: str) -> UUID:
    """Return a customer's id."""
    async with tenant(scope) as unit:
        return await repository.id_of(unit, external_id, scope)


async def test_the_next_day_and_another_publication_open_no_more(regulars: Scope):
    await published(regulars, SINKING, 0.1)
    await day(regulars, 1)
    await published(regulars, LOST, 1.1)
    for days in (2, 3):
        await day(regulars, days)
        late = {f"r{number}" for number in range(15 - days, 16)}
        assert await with_card(regulars) == late


async def test_who_gets_worse_after_the_publication_has_a_card(regulars: Scope):
    await published(regulars, SINKING, 0.1)
    taken_back = [cancellation("r18", 18.0 + days, 200.0) for days in range(0, 80, 10)]
    await day(regulars, 1, *taken_back)
    assert await with_card(regulars) == {*NEWLY_LATE, "r18"}
    for days in range(2, 12):
        await day(regulars, days)
    assert "r19" in await with_card(regulars), "at 3 usual gaps, by both versions"


async def test_an_open_card_gets_no_cause_by_new_limits(regulars: Scope):
    with clock.at(NOW):
        for who in ("r14", "r19"):
            await workflows.share_context(regulars, who, "stuck")
    await published(regulars, SINKING, 0.1)
    await day(regulars, 1)
    async with tenant(regulars) as unit:
        rows = await unit.fetch(
            "SELECT c.external_id, k.causes FROM conversation_cards k JOIN customers c "
            "ON c.id = k.customer_id WHERE c.external_id = ANY($1)",
            ["r14", "r19"],
        )
    causes = {row["external_id"]: row["causes"] for row in rows}
    assert causes == {"r14": ["stuck", "overdue"], "r19": ["stuck"]}


async def test_a_new_silence_after_an_order_counts_anew(regulars: Scope):
    await published(regulars, SINKING, 0.1)
    await day(regulars, 1, order("r19", -1.0, 200.0))
    for days in range(2, 21):  # they came back after 20 days
        await day(regulars, days)
        assert "r19" not in await with_card(regulars)
    for days in range(21, 35):
        await day(regulars, days)
    assert "r19" in await with_card(regulars)


async def test_who_was_due_before_still_has_a_card_the_day_after(regulars: Scope):
    """SINKING counts when the limit of a day is full; the cards open after the next version."""
    await published(regulars, SINKING, 0.1)
    await settings_of_cards(regulars, cards_per_day=0)
    await day(regulars, 1)
    assert await with_card(regulars) == set()
    await published(regulars, LOST, 1.1)
    await settings_of_cards(regulars, switched_off=["erosion", "band_lost"])
    await day(regulars, 2)
    assert await with_card(regulars) == {*NEWLY_LATE, "r13"}


async def test_a_roll_back_opens_what_would_have_opened_without_it(regulars: Scope):
    first = await versions.published_version(regulars)
    await published(regulars, SINKING, 0.1)
    with clock.at(NOW + timedelta(days=0.2)):
        await workflows.publish(regulars, first.id, "Back")
        await workflows.rescore(regulars)
    for days in range(1, 11):
        await day(regulars, days)
        assert await with_card(regulars) == set()
    await day(regulars, 11)
    assert await with_card(regulars) == {"r19"}


async def test_a_roll_back_to_the_stricter_version_opens_no_card_by_its_limits(regulars: Scope):
    """SINKING, STABLE for a day, and SINKING again: as if it had stayed."""
    await published(regulars, SINKING, 0.1)
    sinking = await versions.published_version(regulars)
    await day(regulars, 1)
    await published(regulars, STABLE, 1.1)
    await day(regulars, 2)
    assert await with_card(regulars) == NEWLY_LATE
    with clock.at(NOW + timedelta(days=2.1)):
        await workflows.publish(regulars, sinking.id, "Back")
        await workflows.rescore(regulars)
    await day(regulars, 3)
    assert await with_card(regulars) == {*NEWLY_LATE, "r13", "r12"}


async def test_a_move_to_another_scorecard_opens_no_card_the_day_after(regulars: Scope):
    async with tenant(regulars) as unit:
        await unit.execute("UPDATE customers SET segment = 'B2B' WHERE external_id > 'r'")
    with clock.at(NOW + timedelta(days=0.1)):
        await publish_another(regulars, "Business", "all:segment.is.B2B", SINKING)
        await workflows.rescore(regulars)
    await day(regulars, 1)
    assert await with_card(regulars) == NEWLY_LATE


async def test_a_newly_learned_chance_opens_no_card(regulars: Scope):
    """The chance is learned again each month, and with each version of the default scorecard."""
    await published(regulars, SINKING, 0.1)
    low = LapseChance(-4.0, 1.0, 0.05, 500, 10)
    async with tenant(regulars) as unit:
        rhythm = await rhythm_store.rhythm_of(unit)
        await rhythm_store.keep(unit, msgspec.structs.replace(rhythm, chance=low))
    await day(regulars, 1)
    assert await with_card(regulars) == set()
    async with tenant(regulars) as unit:
        rhythm = await rhythm_store.rhythm_of(unit)
        await rhythm_store.keep(unit, msgspec.structs.replace(rhythm, chance_by=""))
    await day(regulars, 2)
    assert await with_card(regulars) == {"r13"}, "who became late on this day"
    async with tenant(regulars) as unit:
        rhythm = await rhythm_store.rhythm_of(unit)
    assert [one.chance for one in rhythm.replaced] == [low]
    assert rhythm.chance != low
