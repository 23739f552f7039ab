"""Whether the widget is in use: when it was last open, and by how many."""

from datetime import datetime

import msgspec

from pulse.auth.scope import Scope
from pulse.db.transaction import tenant


class WidgetUse(msgspec.Struct, frozen=True):
    """Last sight of the widget, and how many customers had it open in 24 hours and 30 days."""

    last_seen_at: datetime | None
    day: int
    month: int


async def widget_use(scope: Scope) -> WidgetUse:
    """For the install page: has anybody seen it yet?"""
    async with tenant(scope) as unit:
        row = await unit.fetchrow(
            "SELECT max(widget_seen_at) AS last_seen_at, "
            "count(*) FILTER (WHERE widget_seen_at > now() - interval '1 day') AS day, "
            "count(*) FILTER (WHERE widget_seen_at > now() - interval '30 days') AS month "
            "FROM customers WHERE business_id = $1 AND widget_seen_at IS NOT NULL",
            scope.business_id,
        )
    return WidgetUse(**dict(row))
