"""The last contact by staff: the last delivered card or note."""

from datetime import timedelta

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards.outcomes.last_contact import last_touches
from pulse.db.transaction import tenant


async def test_the_later_of_a_delivered_card_and_a_note_counts(shop: Scope, make_customer) -> None:
    carded, noted, both, never = [await make_customer(shop, name) for name in "abcd"]
    now = clock.now()
    week, day = now - timedelta(days=7), now - timedelta(days=1)
    async with tenant(shop) as unit:
        for who, at in ((carded, week), (both, week)):
            await unit.execute(
                "INSERT INTO conversation_cards (business_id, customer_id, cause, status, "
                "ai_generated_opener, writer, actioned_at) "
                "VALUES ($1, $2, 'silence', 'actioned', 'Hello', 'template', $3)",
                *(unit.business_id, who, at),
            )
        for who in (noted, both):
            await unit.execute(
                "INSERT INTO customer_notes (business_id, customer_id, body, created_at) "
                "VALUES ($1, $2, 'Called', $3)",
                *(unit.business_id, who, day),
            )
    found = await last_touches(shop, [carded, noted, both, never])
    assert found == {carded: week, noted: day, both: day}
