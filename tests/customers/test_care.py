import pytest

from pulse.access import audit
from pulse.access.roles import Role
from pulse.access.scope import Actor, Scope
from pulse.customers import care, directory
from pulse.customers.filters import CustomerFilter
from pulse.customers.grouping import groups
from pulse.customers.timeline import timeline
from pulse.errors import Invalid, NotAllowed


def viewer(scope):
    return Scope(scope.business_id, Actor("staff", scope.actor.id, "Vera"), Role.viewer)


async def test_an_owner_is_given_to_the_ticked_and_written_down(shop, make_customer):
    one, two = await make_customer(shop, "c1"), await make_customer(shop, "c2")
    assert await care.assign(shop, [one, two], shop.actor.id) == 2
    assert await care.assign(shop, [one, two], shop.actor.id) == 0
    assert (await directory.customer(shop, "c1"))["owner"] == "Ada Admin"
    entry = (await audit.entries(shop))[0]
    assert (entry.action, entry.subject) == ("customer.owner_changed", "2 customers")
    assert await care.assign(shop, [one], None) == 1
    assert (await directory.customer(shop, "c1"))["owner"] is None


async def test_everybody_a_filter_shows_is_tagged_once(shop, make_customer):
    for number in range(5):
        band = "fragile" if number < 3 else "strong"
        await make_customer(shop, f"c{number}", band=band)
    fragile = CustomerFilter(band="fragile")
    assert await care.tag(shop, fragile, " Autumn ") == 3
    assert await care.tag(shop, fragile, "autumn") == 0
    assert await directory.count(shop, CustomerFilter(tag="autumn")) == 3
    assert (await groups(shop)).tags == ["autumn"]


async def test_segments_are_named_and_listed(shop, make_customer):
    one = await make_customer(shop, "c1")
    await make_customer(shop, "c2", segment="Trade")
    await care.put_in_segment(shop, [one], "Gift hunters")
    assert (await groups(shop)).segments == ["Gift hunters", "Trade"]


async def test_a_note_stands_in_the_timeline(shop, make_customer):
    one = await make_customer(shop, "c1")
    await care.add_note(shop, one, "Called, all is well")
    entry = (await timeline(shop, "c1"))[0]
    assert (entry.kind, entry.text, entry.who) == ("note", "Called, all is well", "Ada Admin")
    with pytest.raises(Invalid):
        await care.add_note(shop, one, "   ")


async def test_the_own_pulse_stands_beside_the_score_and_never_over_it(shop, make_customer):
    one = await make_customer(shop, "c1", identity_strength=71.0)
    await care.rate(shop, one, 2, "Sounded tired")
    known = await directory.customer(shop, "c1")
    assert (known["pulse_rating"], known["pulse_comment"]) == (2, "Sounded tired")
    assert known["identity_strength"] == 71.0
    with pytest.raises(Invalid):
        await care.rate(shop, one, 6)


async def test_viewers_change_nothing(shop, make_customer):
    one = await make_customer(shop, "c1")
    for change in (
        care.assign(viewer(shop), [one], None),
        care.tag(viewer(shop), [one], "x"),
        care.add_note(viewer(shop), one, "x"),
        care.rate(viewer(shop), one, 3),
    ):
        with pytest.raises(NotAllowed):
            await change


async def test_other_businesses_customers_do_not_exist_here(shop, other_shop, make_customer):
    theirs = await make_customer(other_shop, "c1")
    assert await care.tag(shop, [theirs], "mine") == 0
