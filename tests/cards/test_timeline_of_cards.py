"""The timeline of a customer shows how each card ended, and when it was snoozed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from pulse import clock
from pulse.auth.scope import Scope
from pulse.cards import lifecycle
from pulse.cards.creation import wake_due
from pulse.cards.refresh import refresh_cards
from pulse.cards.settings import CardRules
from pulse.customers.timeline import Entry, timeline
from pulse.db.transaction import tenant
from tests.cards.fallen import opened, picture
from ui.pages.customer.timeline import _words as words_of

NOW = datetime(2025, 4, 1, 9, 0, tzinfo=UTC)


async def entries(scope: Scope, kind: str) -> list[Entry]:
    """Return the entries of this kind, newest first."""
    return [one for one in await timeline(scope, "c1") if one.kind == kind]


def words(entry: Entry) -> str:
    """Return the headline of an entry."""
    return words_of(entry, 1, "GBP")


async def test_a_card_that_nobody_worked_on_ends_on_the_timeline(shop: Scope, rosa: UUID) -> None:
    with clock.at(NOW):
        await opened(shop, picture(shop, rosa))
    with clock.at(NOW + timedelta(days=28, hours=1)):
        await wake_due(shop)
        (end,) = await entries(shop, "end")
    assert words(end) == "Card ended after 28 days: nobody called"
    assert (end.at, end.text) == (NOW + timedelta(days=28, hours=1), "")


async def test_a_card_whose_cause_ended_says_how(shop: Scope, rosa: UUID) -> None:
    with clock.at(NOW):
        await opened(shop, picture(shop, rosa))
    with clock.at(NOW + timedelta(days=2)):
        async with tenant(shop) as unit:
            await refresh_cards(unit, [picture(shop, rosa, lifecycle="lapsed")], CardRules())
        (end,) = await entries(shop, "end")
    assert words(end) == "Card ended: no longer due"
    assert end.text == "No longer due: the customer has lapsed meanwhile."


async def test_a_dismissal_names_its_reason_and_the_person(shop: Scope, rosa: UUID) -> None:
    with clock.at(NOW):
        (card,) = await opened(shop, picture(shop, rosa))
        await lifecycle.dismiss(shop, card.id, "On holiday, she wrote")
        (end,) = await entries(shop, "end")
    assert words(end) == "Card dismissed: On holiday, she wrote"
    assert end.who == "Ada Admin"


async def test_a_snooze_stays_on_the_timeline_unless_it_was_undone(shop: Scope, rosa: UUID) -> None:
    with clock.at(NOW):
        (card,) = await opened(shop, picture(shop, rosa))
        await lifecycle.snooze(shop, card.id, NOW + timedelta(days=9), "By mistake")
        await lifecycle.undo(shop, card.id)
        assert await entries(shop, "snooze") == []
    with clock.at(NOW + timedelta(days=1)):
        await lifecycle.snooze(shop, card.id, NOW + timedelta(days=4), "After Easter")
        (snooze,) = await entries(shop, "snooze")
        assert words(snooze) == "Card snoozed until 5 Apr"
        assert (snooze.text, snooze.who) == ("After Easter", "Ada Admin")
    with clock.at(NOW + timedelta(days=5)):
        await wake_due(shop)
        assert await entries(shop, "snooze") == [snooze]


async def test_a_snooze_without_an_audit_entry_is_shown_once(shop: Scope, open_card: UUID) -> None:
    async with tenant(shop) as unit:
        await unit.execute(
            "UPDATE conversation_cards SET status = 'snoozed', snoozed_until = '2025-04-20Z', "
            "changed_at = '2025-04-02Z', changed_by = 'Mara'"
        )
    with clock.at(NOW + timedelta(days=3)):
        (snooze,) = await entries(shop, "snooze")
        assert (words(snooze), snooze.who) == ("Card snoozed until 20 Apr", "Mara")
