"""Whether the widget is in use: when it was last open, and by how many customers."""

from datetime import datetime, timedelta

import msgspec
from piccolo.query.functions.aggregate import Max
from piccolo.querystring import QueryString

from pulse import clock
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.tables.customer import Customer


class WidgetUse(msgspec.Struct, frozen=True):
    """Last sight of the widget, and how many customers had it open in 24 hours and 30 days."""

    last_seen_at: datetime | None
    day: int
    month: int


async def widget_use(scope: Scope) -> WidgetUse:
    """The widget's use, for the install page."""
    async with tenant(scope):
        now = clock.now()
        row = (
            await Customer.select(
                Max(Customer.widget_seen_at).as_alias("last_seen_at"),
                _seen_since(now - timedelta(days=1)).as_alias("day"),
                _seen_since(now - timedelta(days=30)).as_alias("month"),
            )
            .where(Customer.business_id == scope.business_id, Customer.widget_seen_at.is_not_null())
            .first()
        )
    return WidgetUse(**(row or {}))


def _seen_since(moment: datetime) -> QueryString:
    return QueryString("count(*) FILTER (WHERE widget_seen_at > {})", moment)
