"""Cards that a colleague asks for: one each, counted, audited, and not without end."""

import msgspec
import pytest

from pulse import by_hand, clock, loop
from pulse.access.audit import entries
from pulse.access.business_settings import set_section
from pulse.access.roles import Role
from pulse.access.scope import Scope
from pulse.customers.filters import CustomerFilter
from pulse.database.tenancy import tenant
from pulse.errors import Conflict, Invalid, NotAllowed
from pulse.identity import studies
from pulse.jobs.handlers import HANDLERS, Job
from tests.cards.fallen import cards
from tests.fixtures.jobs import until, working
from tests.fixtures.orders import NOW

QUIET = {"switched_off": ["erosion", "band_lost", "renewal", "silence", "milestone"]}


@pytest.fixture
async def scored(ordering_shop: Scope) -> Scope:
    """The shop with its scores, and no card that Pulse makes by itself."""
    await set_section(ordering_shop, "cards", QUIET)
    with clock.at(NOW):
        await loop.rescore(ordering_shop)
    return ordering_shop


async def carried_out(scope: Scope) -> studies.Study:
    """The last job asked for, once it has ended."""

    async def over() -> bool:
        found = await by_hand.last_asked(scope)
        return found is not None and not found.is_open

    async with working():
        await until(over, 60)
    found = await by_hand.last_asked(scope)
    assert found is not None
    return found


async def ids(scope: Scope, *external: str) -> list:
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT id FROM customers WHERE external_id = ANY($1)", list(external)
        )
    return [row["id"] for row in rows]


async def test_the_ticked_customers_get_a_card_that_says_who_asked_and_why(scored: Scope):
    made = await by_hand.make_cards(scored, await ids(scored, "c0", "c1"), " prices go up in May. ")
    assert made == by_hand.Made(made=2, had_one=0, not_known=0)
    found = await cards(scored)
    assert {card["cause"] for card in found} == {"by_hand"}
    assert {card["status"] for card in found} == {"pending"}
    wanted = "Ada Admin asked for this conversation: prices go up in May."
    assert {card["reasons"][0] for card in found} == {wanted}
    assert all(card["ai_generated_opener"] for card in found)
    assert all("Ada" not in str(card["evidence"]) for card in found)
    (entry,) = [one for one in await entries(scored) if one.action == "cards.made_by_hand"]
    assert (entry.subject, entry.reason) == ("2 customers", "prices go up in May.")


async def test_who_has_an_open_card_keeps_that_one(scored: Scope):
    await by_hand.make_cards(scored, await ids(scored, "c0"))
    made = await by_hand.make_cards(scored, CustomerFilter())
    assert (made.made, made.had_one) == (9, 1)
    assert len(await cards(scored)) == 10
    again = await by_hand.make_cards(scored, CustomerFilter())
    assert again == by_hand.Made(0, 10, 0)


async def test_it_is_neither_held_out_nor_limited_and_may_be_asked_for_again(scored: Scope):
    await set_section(scored, "cards", {**QUIET, "cards_per_day": 0, "hold_out_share": 1.0})
    chosen = await ids(scored, "c0", "c1", "c2")
    assert (await by_hand.make_cards(scored, chosen)).made == 3
    async with tenant(scored) as unit:
        await unit.execute("UPDATE conversation_cards SET status = 'dismissed'")
    assert (await by_hand.make_cards(scored, chosen)).made == 3


async def test_too_many_at_once_are_refused_politely(scored: Scope, monkeypatch):
    monkeypatch.setattr(by_hand, "AT_ONCE", 9)
    monkeypatch.setattr(by_hand, "MOST", 9)
    with pytest.raises(Invalid, match="more than 9 customers: choose fewer"):
        await by_hand.make_cards(scored, CustomerFilter())
    with pytest.raises(Invalid, match="more than 9 customers: choose fewer"):
        await by_hand.ask(scored, CustomerFilter())
    assert await cards(scored) == []
    assert (await by_hand.make_cards(scored, CustomerFilter(search="c1"))).made == 1


async def test_many_are_made_by_a_job_and_counted(scored: Scope, monkeypatch):
    monkeypatch.setattr(by_hand, "CHUNK", 4)
    await by_hand.make_cards(scored, await ids(scored, "c0"))
    await by_hand.ask(scored, CustomerFilter(), "prices go up in May")
    with pytest.raises(Conflict, match="running already"):
        await by_hand.ask(scored, CustomerFilter())
    study = await carried_out(scored)
    assert (study.status, study.done, study.total) == ("done", 8, 9)
    assert by_hand.made_by(study) == by_hand.Made(made=9, had_one=1, not_known=0)
    assert len(await cards(scored)) == 10
    (entry, _) = [one for one in await entries(scored) if one.action == "cards.made_by_hand"]
    assert (entry.subject, entry.reason) == ("9 customers", "prices go up in May")


async def test_a_job_that_was_cut_off_goes_on_and_counts_everything_once(
    scored: Scope, monkeypatch
):
    monkeypatch.setattr(by_hand, "CHUNK", 4)
    study_id = await by_hand.ask(scored, CustomerFilter())
    recalculate, left = loop.recalculate, [None]

    async def cut_off(*given):
        left.pop()  # the second chunk is not reached
        return await recalculate(*given)

    job = Job(1, by_hand.JOB, scored.business_id, {"study_id": str(study_id)})
    monkeypatch.setattr(loop, "recalculate", cut_off)
    async with tenant(scored) as unit:
        study = await studies.by_id(unit, study_id)
    with pytest.raises(IndexError):
        await by_hand._work_through(scored, study)
    assert len(await cards(scored)) == 4
    monkeypatch.setattr(loop, "recalculate", recalculate)
    await HANDLERS[by_hand.JOB].handle(job)
    done = await by_hand.last_asked(scored)
    assert by_hand.made_by(done) == by_hand.Made(made=10, had_one=0, not_known=0)
    assert len(await cards(scored)) == 10


async def test_a_viewer_cannot_and_a_business_may_switch_it_off(scored: Scope):
    viewer = msgspec.structs.replace(scored, role=Role.viewer)
    with pytest.raises(NotAllowed):
        await by_hand.make_cards(viewer, CustomerFilter())
    await set_section(scored, "cards", {"switched_off": ["by_hand"]})
    with pytest.raises(Invalid, match="switched off"):
        await by_hand.make_cards(scored, CustomerFilter())


async def test_an_automatic_card_keeps_its_distance_from_one_made_by_hand(scored: Scope):
    from pulse.cards import history
    from pulse.cards.admission import _last_by_customer

    chosen = await ids(scored, "c0")
    await by_hand.make_cards(scored, chosen)
    async with tenant(scored) as unit:
        past, _ = await history.past(unit, chosen)
    assert list(_last_by_customer(past)) == chosen
