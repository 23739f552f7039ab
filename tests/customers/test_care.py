from uuid import uuid4

import pytest

from pulse.access import audit
from pulse.access.roles import Role
from pulse.access.scope import Actor, Scope
from pulse.customers import care, directory, erasure, former
from pulse.customers.filters import CustomerFilter
from pulse.customers.grouping import groups
from pulse.customers.timeline import timeline
from pulse.errors import Invalid, NotAllowed, NotFound


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


async def test_a_bulk_change_is_taken_back_to_what_each_one_had(shop, make_customer):
    one, two, three = [
        await make_customer(shop, f"c{n}", segment=segment, tags=tags)
        for n, (segment, tags) in enumerate((("Trade", ["vip"]), ("", []), ("Gift", [])))
    ]
    everybody, change, tagged, owned = [one, two, three], uuid4(), uuid4(), uuid4()
    await care.assign(shop, [two], shop.actor.id)
    await care.put_in_segment(shop, everybody, "Autumn", change_id=change)
    await care.tag(shop, everybody, "vip", change_id=tagged)
    assert await care.assign(shop, everybody, shop.actor.id, change_id=owned) == 2
    await care.put_in_segment(shop, [three], "Winter")  # somebody else knows better since
    assert await former.take_back(shop, change) == (2, 1)
    assert await former.take_back(shop, tagged) == (2, 0)
    assert await former.take_back(shop, owned) == (2, 0)
    known = [await directory.customer(shop, f"c{n}") for n in range(3)]
    assert [row["segment"] for row in known] == ["Trade", "", "Winter"]
    assert [row["tags"] for row in known] == [["vip"], [], []]
    assert [row["owner"] for row in known] == [None, "Ada Admin", None]
    entry = (await audit.entries(shop))[0]
    assert (entry.action, entry.subject) == ("customer.owner_change_undone", "2 customers")
    with pytest.raises(NotFound):
        await former.take_back(shop, owned)  # once


async def test_a_bulk_change_is_taken_back_by_who_made_it_only(shop, other_shop, make_customer):
    one, change = await make_customer(shop, "c1"), uuid4()
    await care.tag(shop, [one], "vip", change_id=change)
    colleague = Scope(shop.business_id, Actor("staff", uuid4(), "Ben"), Role.csm)
    for stranger in (other_shop, colleague):
        with pytest.raises(NotFound):
            await former.take_back(stranger, change)
    with pytest.raises(NotAllowed):
        await former.take_back(viewer(shop), change)
    assert (await directory.customer(shop, "c1"))["tags"] == ["vip"]
    await erasure.erase(shop, "c1", reason="asked for")  # and nothing is kept of them for an undo
    assert await former.take_back(shop, change) == (0, 0)
