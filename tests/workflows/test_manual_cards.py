"""Cards requested by a colleague: one per customer, counted, audited, limited."""

import msgspec
import pytest

from pulse import clock, manual_cards, workflows
from pulse.auth.audit import entries
from pulse.auth.roles import Role
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import set_section
from pulse.customers.filters import CustomerFilter
from pulse.db.transaction import tenant
from pulse.errors import Conflict, Invalid, NotAllowed
from pulse.jobs import analyses
from pulse.jobs.registry import HANDLERS, Job
from tests.cards.fallen import cards
from tests.fixtures.jobs import until, working
from tests.fixtures.orders import NOW

QUIET = {"switched_off": ["erosion", "band_lost", "renewal", "silence", "milestone"]}


@pytest.fixture
async def scored(ordering_shop: Scope) -> Scope:
    """The shop with scores and without automatic cards."""
    await set_section(ordering_shop, "cards", QUIET)
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
    return ordering_shop


async def carried_out(scope: Scope) -> analyses.Study:
    """Return the last requested job after it has ended."""

    async def over() -> bool:
        found = await manual_cards.last_asked(scope)
        return found is not None and not found.is_open

    async with working():
        await until(over, 60)
    found = await manual_cards.last_asked(scope)
    assert found is not None
    return found


async def ids(scope: Scope, *external: str) -> list:
    async with tenant(scope) as unit:
        rows = await unit.fetch(
            "SELECT id FROM customers WHERE external_id = ANY($1)", list(external)
        )
    return [row["id"] for row in rows]


async def test_selected_customers_get_a_card_with_requester_and_reason(scored: Scope):
    made = await manual_cards.make_cards(
        scored, await ids(scored, "c0", "c1"), " prices go up in May. "
    )
    assert made == manual_cards.Made(made=2, had_one=0, not_known=0)
    found = await cards(scored)
    assert {card["cause"] for card in found} == {"by_hand"}
    assert {card["status"] for card in found} == {"pending"}
    wanted = "Ada Admin asked for this conversation: prices go up in May."
    assert {card["reasons"][0] for card in found} == {wanted}
    assert all(card["ai_generated_opener"] for card in found)
    assert all("Ada" not in str(card["evidence"]) for card in found)
    (entry,) = [one for one in await entries(scored) if one.action == "cards.made_by_hand"]
    assert (entry.subject, entry.reason) == ("2 customers", "prices go up in May.")


async def test_a_customer_with_an_open_card_gets_no_second(scored: Scope):
    await manual_cards.make_cards(scored, await ids(scored, "c0"))
    made = await manual_cards.make_cards(scored, CustomerFilter())
    assert (made.made, made.had_one) == (9, 1)
    assert len(await cards(scored)) == 10
    again = await manual_cards.make_cards(scored, CustomerFilter())
    assert again == manual_cards.Made(0, 10, 0)


async def test_a_manual_card_is_not_held_out_or_limited_and_repeatable(scored: Scope):
    await set_section(scored, "cards", {**QUIET, "cards_per_day": 0, "hold_out_share": 1.0})
    chosen = await ids(scored, "c0", "c1", "c2")
    assert (await manual_cards.make_cards(scored, chosen)).made == 3
    async with tenant(scored) as unit:
        await unit.execute("UPDATE conversation_cards SET status = 'dismissed'")
    assert (await manual_cards.make_cards(scored, chosen)).made == 3


async def test_too_many_at_once_are_refused_politely(scored: Scope, monkeypatch):
    monkeypatch.setattr(manual_cards, "AT_ONCE", 9)
    monkeypatch.setattr(manual_cards, "MOST", 9)
    with pytest.raises(Invalid, match="more than 9 customers: choose fewer"):
        await manual_cards.make_cards(scored, CustomerFilter())
    with pytest.raises(Invalid, match="more than 9 customers: choose fewer"):
        await manual_cards.enqueue_manual_cards(scored, CustomerFilter())
    assert await cards(scored) == []
    assert (await manual_cards.make_cards(scored, CustomerFilter(search="c1"))).made == 1


async def test_many_cards_are_created_by_a_job_and_counted_once(scored: Scope, monkeypatch):
    monkeypatch.setattr(manual_cards, "CHUNK", 4)
    await manual_cards.make_cards(scored, await ids(scored, "c0"))
    await manual_cards.enqueue_manual_cards(scored, CustomerFilter(), "prices go up in May")
    with pytest.raises(Conflict, match="running already"):
        await manual_cards.enqueue_manual_cards(scored, CustomerFilter())
    study = await carried_out(scored)
    assert (study.status, study.done, study.total) == ("done", 8, 9)
    assert manual_cards.made_by(study) == manual_cards.Made(made=9, had_one=1, not_known=0)
    assert len(await cards(scored)) == 10
    (entry, _) = [one for one in await entries(scored) if one.action == "cards.made_by_hand"]
    assert (entry.subject, entry.reason) == ("9 customers", "prices go up in May")


async def test_an_interrupted_job_continues_and_counts_once(scored: Scope, monkeypatch):
    monkeypatch.setattr(manual_cards, "CHUNK", 4)
    study_id = await manual_cards.enqueue_manual_cards(scored, CustomerFilter())
    recalculate, left = workflows.recalculate, [None]

    async def cut_off(*given):
        left.pop()  # the second chunk is not reached
        return await recalculate(*given)

    job = Job(1, manual_cards.JOB, scored.business_id, {"study_id": str(study_id)})
    monkeypatch.setattr(workflows, "recalculate", cut_off)
    async with tenant(scored) as unit:
        study = await analyses.by_id(unit, study_id)
    with pytest.raises(IndexError):
        await manual_cards._make_in_chunks(scored, study)
    assert len(await cards(scored)) == 4
    monkeypatch.setattr(workflows, "recalculate", recalculate)
    await HANDLERS[manual_cards.JOB].handle(job)
    done = await manual_cards.last_asked(scored)
    assert manual_cards.made_by(done) == manual_cards.Made(made=10, had_one=0, not_known=0)
    assert len(await cards(scored)) == 10


async def test_a_viewer_cannot_and_a_business_can_disable_it(scored: Scope):
    viewer = msgspec.structs.replace(scored, role=Role.viewer)
    with pytest.raises(NotAllowed):
        await manual_cards.make_cards(viewer, CustomerFilter())
    await set_section(scored, "cards", {"switched_off": ["by_hand"]})
    with pytest.raises(Invalid, match="switched off"):
        await manual_cards.make_cards(scored, CustomerFilter())


async def test_an_automatic_card_keeps_its_distance_from_one_made_by_hand(scored: Scope):
    from pulse.cards import admission
    from pulse.cards.admission import _last_by_customer

    chosen = await ids(scored, "c0")
    await manual_cards.make_cards(scored, chosen)
    async with tenant(scored) as unit:
        past, _ = await admission.past(unit, chosen)
    assert list(_last_by_customer(past)) == chosen
