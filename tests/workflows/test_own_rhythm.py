"""No card for a fall within a customer's own rhythm, however large."""

from datetime import timedelta

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import set_section
from pulse.cards import queue_queries
from pulse.scoring.queries import identity_of
from tests.fixtures.orders import NOW, order


async def test_a_customer_who_just_ordered_has_no_card_despite_a_fall(
    ordering_shop: Scope,
):
    await set_section(ordering_shop, "cards", {"hold_out_share": 0.0})
    with clock.at(NOW - timedelta(days=8)):
        await workflows.rescore(ordering_shop)
    with clock.at(NOW):
        await workflows.record_events(ordering_shop, [order("c9", 0, 4000.0)])
    with clock.at(NOW + timedelta(hours=1)):
        await workflows.record_events(ordering_shop, [order("c9", -1 / 24, -4000.0)])
        assert (await identity_of(ordering_shop, "c9")).change > 0  # compared with a week before
    waiting = await queue_queries.list_cards(ordering_shop)
    causes = [card.cause for card in waiting if card.external_id == "c9"]
    assert set(causes) <= {"milestone"}, "congratulated at most, never called about a fall"
