from datetime import timedelta

import pytest

from pulse import clock
from pulse.auth import audit
from pulse.auth.roles import Role
from pulse.auth.scope import Actor, Scope
from pulse.customers import follow_ups, repository, staff_actions
from pulse.customers.filters import CustomerFilter
from pulse.customers.privacy import personal_data
from pulse.customers.timeline import timeline
from pulse.errors import Invalid, NotAllowed, NotFound

DUE = CustomerFilter(touch="due")


async def test_a_follow_up_is_planned_moved_due_and_done(shop, make_customer):
    who = await make_customer(shop, "c1")
    await make_customer(shop, "c2")
    soon = clock.today() + timedelta(days=5)
    await follow_ups.plan_follow_up(shop, who, soon, " call about the renewal ")
    known = await repository.customer(shop, "c1")
    assert (known["touch_on"], known["touch_purpose"]) == (soon, "call about the renewal")
    assert await follow_ups.due(shop) == 0
    assert await repository.count(shop, CustomerFilter(touch="planned")) == 1
    assert await repository.count(shop, DUE) == 0

    await follow_ups.plan_follow_up(shop, who, clock.today(), "call today")
    assert await follow_ups.due(shop) == 1
    assert [row.external_id for row in (await repository.listing(shop, DUE)).rows] == ["c1"]
    with clock.at(clock.now() + timedelta(days=3)):  # overdue, and still counted
        assert await follow_ups.due(shop) == 1

    await follow_ups.close_follow_up(shop, who, done=True)
    assert await follow_ups.due(shop) == 0
    assert (await repository.customer(shop, "c1"))["touch_on"] is None
    assert "In touch: call today" in [entry.text for entry in await timeline(shop, "c1")]
    assert (await audit.entries(shop))[0].action == "customer.touch_done"


async def test_follow_ups_count_for_the_customers_owner(shop, make_customer):
    mine, other = await make_customer(shop, "c1"), await make_customer(shop, "c2")
    await staff_actions.assign(shop, [mine], shop.actor.id)
    for who in (mine, other):
        await follow_ups.plan_follow_up(shop, who, clock.today())
    assert await follow_ups.due(shop, str(shop.actor.id)) == 1
    assert await follow_ups.due(shop, "nobody") == 1
    assert await follow_ups.due(shop) == 2


async def test_a_cancelled_follow_up_leaves_no_note(shop, make_customer):
    who = await make_customer(shop, "c1")
    await follow_ups.plan_follow_up(shop, who, clock.today(), "a visit")
    assert (await personal_data(shop, "c1"))["next_touch"][0]["purpose"] == "a visit"
    await follow_ups.close_follow_up(shop, who, done=False)
    assert [entry for entry in await timeline(shop, "c1") if entry.kind == "note"] == []
    with pytest.raises(NotFound):
        await follow_ups.close_follow_up(shop, who, done=True)


async def test_an_invalid_follow_up_is_refused_without_effect(shop, make_customer):
    who = await make_customer(shop, "c1")
    today = clock.today()
    for due_on, purpose in (
        (today - timedelta(days=1), ""),
        (today + timedelta(days=4000), ""),
        (today, "x" * 201),
    ):
        with pytest.raises(Invalid):
            await follow_ups.plan_follow_up(shop, who, due_on, purpose)
    viewer = Scope(shop.business_id, Actor("staff", shop.actor.id, "Vera"), Role.viewer)
    with pytest.raises(NotAllowed):
        await follow_ups.plan_follow_up(viewer, who, today)
    assert (await repository.customer(shop, "c1"))["touch_on"] is None
