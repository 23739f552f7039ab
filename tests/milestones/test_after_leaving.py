"""Customers who have left are not told what they could reach next."""

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.contexts.widget_state import widget_state
from pulse.db.transaction import tenant
from tests.fixtures.orders import NOW


async def test_a_customer_who_has_left_is_shown_no_next_milestone(ordering_shop: Scope):
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        before = (await widget_state(ordering_shop, "c1")).milestones
        assert before.next is not None
        async with tenant(ordering_shop) as unit:
            await unit.execute("UPDATE customer_scores SET lifecycle = 'left', band = NULL")
        after = (await widget_state(ordering_shop, "c1")).milestones
    assert after.next is None
    assert after.reached == before.reached
