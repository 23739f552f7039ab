"""Cancelled orders are marked where the timeline lists them, so that both counts agree."""

import msgspec

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.customers import events, repository
from pulse.customers.timeline import timeline
from pulse.db.transaction import tenant
from pulse.scoring.lifecycle.cancelled_orders import CancelledOrders, read_cancelled_orders
from tests.fixtures.orders import NOW, order
from ui.pages.customer.timeline import _lines


async def test_the_timeline_marks_the_orders_that_do_not_count(ordering_shop: Scope) -> None:
    cancelled = order("c0", 30.3, amount=55.0)
    back = msgspec.structs.replace(
        order("c0", 29.1, amount=-55.0), kind="cancellation", message_id="back"
    )
    same_day = order("c0", 30.25, amount=20.0)
    async with tenant(ordering_shop) as unit:
        await events.append(unit, [cancelled, same_day, back])
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        found = await read_cancelled_orders(ordering_shop, "c0")
        entries = await timeline(ordering_shop, "c0", limit=100)
        listed = await repository.customer(ordering_shop, "c0")
    lines = _lines(entries, found)
    orders = [one for one in lines if one.entry.title == "order"]
    assert [(one.entry.amount, one.times) for one in orders if one.cancelled] == [(55.0, 1)]
    assert sum(one.times for one in orders if not one.cancelled) == listed["orders"]
    assert not any(one.cancelled for one in _lines(entries, CancelledOrders()))


async def test_a_cancellation_of_the_same_time_and_amount_is_no_cancelled_order(
    ordering_shop: Scope,
) -> None:
    placed = order("c0", 30.3, amount=55.0)
    back = msgspec.structs.replace(placed, kind="cancellation", message_id="back")
    async with tenant(ordering_shop) as unit:
        await events.append(unit, [placed, back])
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        found = await read_cancelled_orders(ordering_shop, "c0")
        entries = await timeline(ordering_shop, "c0", limit=100)
    marked = [line.entry.title for line in _lines(entries, found) if line.cancelled]
    assert marked == ["order"]
