"""About a customer: the facts beside the timeline."""

from datetime import timedelta

from pulse import clock
from ui.pages.customer.staff_panel import _last_activity


def test_the_last_order_is_named_as_such_and_not_as_the_last_sign_of_life():
    now = clock.now()
    known = {"last_order_at": now - timedelta(days=9), "last_event_at": now - timedelta(days=2)}
    assert _last_activity(known, now)[0] == "Last order"
    without = {"last_order_at": None, "last_event_at": now - timedelta(days=2)}
    assert _last_activity(without, now)[0] == "Last activity"
