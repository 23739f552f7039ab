"""Today: cards are worked from their rows."""

from datetime import timedelta

from pulse import clock
from pulse.cards import lifecycle, queue_queries
from pulse.contexts import disputes
from pulse.db.transaction import tenant
from pulse.events.publisher import record
from pulse.events.types import DisputeChanged
from tests.fixtures.held_reads import refresh
from ui.kit.table import Table
from ui.kit.text import Link
from ui.pages.team.page import show as show_team
from ui.pages.today.page import show


async def add_card(shop, customer) -> None:
    """Add a waiting card."""
    async with tenant(shop) as unit:
        await unit.execute(
            "INSERT INTO conversation_cards (business_id, customer_id, cause, status, "
            "ai_generated_opener, writer, style, language, reason) VALUES "
            "($1, $2, 'overdue', 'pending', 'Hi Ada', 'template', 'warm', 'en', 'late')",
            shop.business_id,
            customer,
        )


async def test_a_card_is_called_or_snoozed_from_its_row(render, shop, make_customer):
    ada = await make_customer(shop, "ada", identity_strength=30.0, band="fragile")
    ben = await make_customer(shop, "ben", identity_strength=30.0, band="fragile")
    for customer in (ada, ben):
        await add_card(shop, customer)
    async with render(show, role="csm", path="/?book=all") as page:
        assert page.figures["Cards waiting"] == "2"
        await page.press_in_row(str(ada), "called")
        assert [row["id"] for row in page.rows if "acts" in row] == [str(ben)]
        await page.press_in_row(str(ben), "snooze")
        page.should_see("Snooze this card")
        await page.press("Snooze")
        assert not [row for row in page.rows if "acts" in row]
    (called,) = await queue_queries.list_cards(shop, "outcomes")
    assert (called.customer_id, called.channel, called.opener) == (ada, "phone", "Hi Ada")
    (snoozed,) = await queue_queries.list_cards(shop, "snoozed")
    assert snoozed.customer_id == ben
    assert timedelta(hours=23) < snoozed.snoozed_until - clock.now() < timedelta(hours=25)


async def test_a_card_that_is_taken_back_at_once_is_in_the_list_again(render, shop, make_customer):
    ada = await make_customer(shop, "ada", identity_strength=30.0, band="fragile")
    await add_card(shop, ada)
    async with render(show, role="csm", path="/?book=all") as page:
        await page.press_in_row(str(ada), "called")
        assert not [row for row in page.rows if "acts" in row]
        (called,) = await queue_queries.list_cards(shop, "outcomes")
        await lifecycle.undo(page.page.scope, called.id)
        await refresh(page)
        assert [row["id"] for row in page.rows if "acts" in row] == [str(ada)]


async def test_the_buttons_of_a_row_are_no_value_of_a_column(render, shop, make_customer, caplog):
    """NiceGUI warns of a list in a column, and adds a slot for it."""
    await add_card(shop, await make_customer(shop, "ada", identity_strength=30.0))
    async with render(show, role="csm", path="/?book=all") as page:
        for table in page.elements(Table):
            table._to_dict()
        page.should_see("The Shop · 1 customer")
    assert caplog.messages == []


async def test_who_may_not_work_cards_has_no_buttons_in_rows(render, shop, make_customer):
    await add_card(shop, await make_customer(shop, "ada", identity_strength=30.0, band="fragile"))
    async with render(show, role="viewer", path="/?book=all") as page:
        assert [row["name"] for row in page.rows if "why" in row] == ["Customer ada"]
        assert not [row for row in page.rows if "acts" in row]


async def test_a_change_stands_with_its_period(render, shop, make_customer):
    customer = await make_customer(shop, "ada", identity_strength=30.0, change_30d=-12.0)
    await add_card(shop, customer)
    async with render(show, role="csm", path="/?book=all") as page:
        (row,) = [row for row in page.rows if "why" in row]
        assert (row["score"], row["score_change"]) == ("30", "−12 in 30 days")


async def test_team_and_today_count_the_same_customers_of_a_book(render, shop, make_customer):
    async with render(show, role="csm") as page:
        csm = page.page.scope.actor.id
    for state in ("active", "lapsed", "left", "onboarding"):
        await make_customer(shop, state, owner_id=csm, lifecycle=state)
    async with render(show, role="csm", path="/?book=mine") as page:
        page.should_see("my book, 2 customers")
    async with render(show_team, role="admin", path="/team") as page:
        listed = f"/customers?owner={csm}&lifecycle=current"
        (link,) = [one for one in page.elements(Link) if one.props["href"] == listed]
        assert link.text == "2"


async def test_a_disputed_fact_waits_on_today_until_it_is_answered(render, shop, make_customer):
    ada = await make_customer(shop, "ada", identity_strength=30.0, band="fragile")
    async with render(show, role="csm", path="/?book=all") as page:
        assert shown_disputes(page) == []
        async with tenant(shop) as unit:
            asked = await disputes.open_dispute(unit, ada, "orders", ("", "Orders in all: 7"), None)
            about = {"customer_id": ada, "external_id": "ada", "dispute_id": asked.id}
            record(unit, DisputeChanged(**about, is_open=True, metric="orders"))
        await page.until(lambda: shown_disputes(page) == [("/customers/ada", "Orders in all: 7")])
        await page.press("My book")
        assert shown_disputes(page) == []
        await page.press("All")
        assert shown_disputes(page) == [("/customers/ada", "Orders in all: 7")]
        async with tenant(shop) as unit:
            await disputes.answer_dispute(unit, asked.id, "Ok.", corrected=False, staff_id=None)
            record(unit, DisputeChanged(**about, is_open=False))
        await page.until(lambda: shown_disputes(page) == [])


def shown_disputes(page) -> list[tuple[str, str]]:
    """The customers and facts of the panel, which is hidden without any."""
    (table,) = [one for one in page.elements(Table) if "told" in {it["name"] for it in one.columns}]
    assert all(one.visible for one in table.ancestors()) == bool(table.rows)
    return [(row["href"], row["told"]) for row in table.rows]
