"""A fully cancelled order is no order: it opens no card by itself."""

from datetime import timedelta

import msgspec

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import set_section
from pulse.cards import queue_queries
from pulse.cards.evidence.absence import why_no_card
from pulse.customers import events, repository
from pulse.db.transaction import tenant
from tests.fixtures.orders import NOW, order


def cancelled(who: str, days_ago: float, amount: float) -> events.NewEvent:
    """Return a cancellation of so much."""
    placed = order(who, days_ago, amount)
    return msgspec.structs.replace(
        placed, kind="cancellation", amount=-amount, message_id=f"{placed.message_id}-back"
    )


async def test_a_cancelled_only_order_opens_no_card_until_the_customer_asks(ordering_shop: Scope):
    await set_section(ordering_shop, "cards", {"hold_out_share": 0.0, "erosion_points": 5.0})
    earlier = [order("once", 60, 300.0), cancelled("c1", 30, 1.0)]
    async with tenant(ordering_shop) as unit:
        await events.append(unit, earlier)
    with clock.at(NOW - timedelta(days=15)):
        await workflows.rescore(ordering_shop)
    with clock.at(NOW):
        await workflows.record_events(ordering_shop, [cancelled("once", 1, 300.0)])
        row = await repository.customer(ordering_shop, "once")
        fallen = row["recent_high"] - row["identity_strength"]
        assert (row["orders"], fallen > 5.0) == (0, True)
        assert await cards_of(ordering_shop, "once") == []
        said = await why_no_card(ordering_shop, row["id"])
        assert said == "No card: every order was cancelled. You can ask for a card now."
        await workflows.share_context(ordering_shop, "once", "stuck", "", "key-1")
        assert await cards_of(ordering_shop, "once") == ["stuck"]


async def cards_of(scope: Scope, who: str) -> list[str]:
    """Return the causes of a customer's waiting cards."""
    return [card.cause for card in await queue_queries.list_cards(scope) if card.external_id == who]
