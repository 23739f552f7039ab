from uuid import uuid4

import pytest

from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.customers import bulk_undo, privacy, repository, staff_actions
from pulse.customers.filters import CustomerFilter
from pulse.customers.listing.facets import groups
from pulse.customers.timeline import timeline
from pulse.errors import Invalid, NotAllowed, NotFound


def viewer(scope):
    return Scope(scope.business_id, Actor("staff", scope.actor.id, "Vera"), Role.viewer)


async def test_selected_customers_get_an_owner_and_an_audit_entry(shop, make_customer):
    one, two = await make_customer(shop, "c1"), await make_customer(shop, "c2")
    assert await staff_actions.assign(shop, [one, two], shop.actor.id) == 2
    assert await staff_actions.assign(shop, [one, two], shop.actor.id) == 0
    assert (await repository.customer(shop, "c1"))["owner"] == "Ada Admin"
    entry = (await audit.entries(shop))[0]
    assert (entry.action, entry.subject) == ("customer.owner_changed", "2 customers")
    assert await staff_actions.assign(shop, [one], None) == 1
    assert (await repository.customer(shop, "c1"))["owner"] is None


async def test_all_customers_of_a_filter_are_tagged_once(shop, make_customer):
    for number in range(5):
        band = "fragile" if number < 3 else "strong"
        await make_customer(shop, f"c{number}", band=band)
    fragile = CustomerFilter(band="fragile")
    assert await staff_actions.tag(shop, fragile, " Autumn ") == 3
    assert await staff_actions.tag(shop, fragile, "autumn") == 0
    assert await repository.count(shop, CustomerFilter(tag="autumn")) == 3
    assert (await groups(shop)).tags == ["autumn"]


async def test_segments_are_named_and_listed(shop, make_customer):
    one = await make_customer(shop, "c1")
    await make_customer(shop, "c2", segment="Trade")
    await staff_actions.put_in_segment(shop, [one], "Gift hunters")
    assert (await groups(shop)).segments == ["Gift hunters", "Trade"]


async def test_a_note_appears_in_the_timeline(shop, make_customer):
    one = await make_customer(shop, "c1")
    await staff_actions.add_note(shop, one, "Called, all is well")
    entry = (await timeline(shop, "c1"))[0]
    assert (entry.kind, entry.text, entry.who) == ("note", "Called, all is well", "Ada Admin")
    with pytest.raises(Invalid):
        await staff_actions.add_note(shop, one, "   ")


async def test_the_csm_rating_does_not_change_the_score(shop, make_customer):
    one = await make_customer(shop, "c1", identity_strength=71.0)
    await staff_actions.rate(shop, one, 2, "Sounded tired")
    known = await repository.customer(shop, "c1")
    assert (known["pulse_rating"], known["pulse_comment"]) == (2, "Sounded tired")
    assert known["identity_strength"] == 71.0
    with pytest.raises(Invalid):
        await staff_actions.rate(shop, one, 6)


async def test_viewers_change_nothing(shop, make_customer):
    one = await make_customer(shop, "c1")
    for change in (
        staff_actions.assign(viewer(shop), [one], None),
        staff_actions.tag(viewer(shop), [one], "x"),
        staff_actions.add_note(viewer(shop), one, "x"),
        staff_actions.rate(viewer(shop), one, 3),
    ):
        with pytest.raises(NotAllowed):
            await change


async def test_other_businesses_customers_do_not_exist_here(shop, other_shop, make_customer):
    theirs = await make_customer(other_shop, "c1")
    assert await staff_actions.tag(shop, [theirs], "mine") == 0


async def test_undoing_a_bulk_change_restores_each_value(shop, make_customer):
    one, two, three = [
        await make_customer(shop, f"c{n}", segment=segment, tags=tags)
        for n, (segment, tags) in enumerate((("Trade", ["vip"]), ("", []), ("Gift", [])))
    ]
    everybody, change, tagged, owned = [one, two, three], uuid4(), uuid4(), uuid4()
    await staff_actions.assign(shop, [two], shop.actor.id)
    await staff_actions.put_in_segment(shop, everybody, "Autumn", change_id=change)
    await staff_actions.tag(shop, everybody, "vip", change_id=tagged)
    assert await staff_actions.assign(shop, everybody, shop.actor.id, change_id=owned) == 2
    await staff_actions.put_in_segment(shop, [three], "Winter")  # somebody else knows better since
    assert await bulk_undo.take_back(shop, change) == (2, 1)
    assert await bulk_undo.take_back(shop, tagged) == (2, 0)
    assert await bulk_undo.take_back(shop, owned) == (2, 0)
    known = [await repository.customer(shop, f"c{n}") for n in range(3)]
    assert [row["segment"] for row in known] == ["Trade", "", "Winter"]
    assert [row["tags"] for row in known] == [["vip"], [], []]
    assert [row["owner"] for row in known] == [None, "Ada Admin", None]
    entry = (await audit.entries(shop))[0]
    assert (entry.action, entry.subject) == ("customer.owner_change_undone", "2 customers")
    with pytest.raises(NotFound):
        await bulk_undo.take_back(shop, owned)  # only once


async def test_only_its_author_can_undo_a_bulk_change(shop, other_shop, make_customer):
    one, change = await make_customer(shop, "c1"), uuid4()
    await staff_actions.tag(shop, [one], "vip", change_id=change)
    colleague = Scope(shop.business_id, Actor("staff", uuid4(), "Ben"), Role.csm)
    for stranger in (other_shop, colleague):
        with pytest.raises(NotFound):
            await bulk_undo.take_back(stranger, change)
    with pytest.raises(NotAllowed):
        await bulk_undo.take_back(viewer(shop), change)
    assert (await repository.customer(shop, "c1"))["tags"] == ["vip"]
    await privacy.erase(shop, "c1", reason="asked for")  # and nothing of them is stored for an undo
    assert await bulk_undo.take_back(shop, change) == (0, 0)
