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
from pulse.errors import Invalid, NotAllowed
from tests.cards.fallen import cards
from tests.fixtures.orders import NOW

QUIET = {"switched_off": ["erosion", "band_lost", "renewal", "silence", "milestone"]}


@pytest.fixture
async def scored(ordering_shop: Scope) -> Scope:
    """The shop with its scores, and no card that Pulse makes by itself."""
    await set_section(ordering_shop, "cards", QUIET)
    with clock.at(NOW):
        await loop.rescore(ordering_shop)
    return ordering_shop


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
    monkeypatch.setattr(by_hand, "MOST_AT_ONCE", 9)
    with pytest.raises(Invalid, match="more than 9 customers: choose fewer"):
        await by_hand.make_cards(scored, CustomerFilter())
    assert await cards(scored) == []
    assert (await by_hand.make_cards(scored, CustomerFilter(search="c1"))).made == 1


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
