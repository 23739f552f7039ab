from datetime import timedelta

import pytest

from pulse import clock
from pulse.access import audit
from pulse.access.roles import Role
from pulse.access.scope import Actor, Scope
from pulse.customers import care, directory, touches
from pulse.customers.export import personal_data
from pulse.customers.filters import CustomerFilter
from pulse.customers.timeline import timeline
from pulse.errors import Invalid, NotAllowed, NotFound

DUE = CustomerFilter(touch="due")


async def test_a_touch_is_planned_moved_comes_due_and_is_done(shop, make_customer):
    who = await make_customer(shop, "c1")
    await make_customer(shop, "c2")
    soon = clock.today() + timedelta(days=5)
    await touches.plan(shop, who, soon, " call about the renewal ")
    known = await directory.customer(shop, "c1")
    assert (known["touch_on"], known["touch_purpose"]) == (soon, "call about the renewal")
    assert await touches.due(shop) == 0
    assert await directory.count(shop, CustomerFilter(touch="planned")) == 1
    assert await directory.count(shop, DUE) == 0

    await touches.plan(shop, who, clock.today(), "call today")
    assert await touches.due(shop) == 1
    assert [row.external_id for row in (await directory.listing(shop, DUE)).rows] == ["c1"]
    with clock.at(clock.now() + timedelta(days=3)):  # overdue, and still counted
        assert await touches.due(shop) == 1

    await touches.close(shop, who, done=True)
    assert await touches.due(shop) == 0
    assert (await directory.customer(shop, "c1"))["touch_on"] is None
    assert "In touch: call today" in [entry.text for entry in await timeline(shop, "c1")]
    assert (await audit.entries(shop))[0].action == "customer.touch_done"


async def test_touches_count_for_whose_customers_they_are(shop, make_customer):
    mine, other = await make_customer(shop, "c1"), await make_customer(shop, "c2")
    await care.assign(shop, [mine], shop.actor.id)
    for who in (mine, other):
        await touches.plan(shop, who, clock.today())
    assert await touches.due(shop, str(shop.actor.id)) == 1
    assert await touches.due(shop, "nobody") == 1
    assert await touches.due(shop) == 2


async def test_called_off_it_leaves_no_note_and_is_gone_once(shop, make_customer):
    who = await make_customer(shop, "c1")
    await touches.plan(shop, who, clock.today(), "a visit")
    assert (await personal_data(shop, "c1"))["next_touch"][0]["purpose"] == "a visit"
    await touches.close(shop, who, done=False)
    assert [entry for entry in await timeline(shop, "c1") if entry.kind == "note"] == []
    with pytest.raises(NotFound):
        await touches.close(shop, who, done=True)


async def test_a_bent_touch_is_refused_and_changes_nothing(shop, make_customer):
    who = await make_customer(shop, "c1")
    today = clock.today()
    for due_on, purpose in (
        (today - timedelta(days=1), ""),
        (today + timedelta(days=4000), ""),
        (today, "x" * 201),
    ):
        with pytest.raises(Invalid):
            await touches.plan(shop, who, due_on, purpose)
    viewer = Scope(shop.business_id, Actor("staff", shop.actor.id, "Vera"), Role.viewer)
    with pytest.raises(NotAllowed):
        await touches.plan(viewer, who, today)
    assert (await directory.customer(shop, "c1"))["touch_on"] is None
