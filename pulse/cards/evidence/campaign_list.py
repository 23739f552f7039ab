"""The list for a campaign that a customer too silent for a call belongs to."""

from collections.abc import Mapping
from typing import Any

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import settings
from pulse.cards.evidence.card_context import REGULAR_DAYS
from pulse.customers.conditions import Condition, encode
from pulse.customers.filters import CustomerFilter
from pulse.db.transaction import tenant
from pulse.scoring.bands import EROSION_POINTS
from pulse.tables.business import Business


async def campaign_list(scope: Scope, known: Mapping[str, Any]) -> CustomerFilter | None:
    """Return the list of all who have no card for the same reason; None while a call fits.

    Lists the lapsed; else the customers without a habit whose last order is older than cards
    reach, for a customer who fell only those who fell. known: the customer's record and score.
    """
    if known["lifecycle"] == "lapsed":
        return CustomerFilter(lifecycle="lapsed", open_card=False)
    last, orders = known["last_order_at"], known["orders"] or 0
    if known["lifecycle"] == "left" or last is None or not 0 < orders < REGULAR_DAYS:
        return None
    async with tenant(scope) as unit:
        business = await Business.select(Business.settings).where(Business.id == unit.business_id)
    limit = settings.read(business[0]["settings"]).lapse_days
    if (clock.now() - last).days < limit:
        return None
    has_fallen = round(known["change_30d"] or 0.0) <= -EROSION_POINTS
    return CustomerFilter(
        lifecycle="current",
        orders_from=1,
        orders_to=REGULAR_DAYS - 1,
        change_30d_to=-EROSION_POINTS if has_fallen else None,
        open_card=False,
        where=encode("all", [Condition("last_order", "longer_ago", str(limit))]),
    )
