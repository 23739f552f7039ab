"""The value at risk on a card, on the customer's page and in the list is one number."""

import pytest

from pulse import clock, schedules, workflows
from pulse.auth.scope import Scope
from pulse.auth.settings.business_settings import set_section
from pulse.cards import queue_queries
from pulse.customers import repository
from pulse.db.transaction import tenant
from pulse.jobs.queue import waiting
from pulse.scoring.reports.overview import overview
from tests.fixtures.jobs import queue_is_empty, working
from tests.fixtures.orders import NOW, order
from ui.formatters import money
from ui.pages.customer.page import show as show_customer
from ui.pages.customers.page import show as show_customers


async def amounts_at_risk(scope: Scope) -> dict[str, float | None]:
    """The customers' values at risk in the list's default order."""
    page = await repository.listing(scope, sort="value_at_risk", descending=True)
    return {row.external_id: row.value_at_risk for row in page.rows}


async def on_the_card(scope: Scope, who: str) -> str:
    """What the customer's open card says about the value at risk."""
    cards = await queue_queries.list_cards(scope)
    (card,) = [card for card in cards if card.external_id == who]
    (stake,) = [part for part in card.priority_reasons if part["code"] == "stake"]
    return str(stake["text"])


async def test_the_number_is_the_same_wherever_it_is_shown(ordering_shop: Scope, render):
    await set_section(ordering_shop, "cards", {"hold_out_share": 0.0})
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        await workflows.share_context(ordering_shop, "c7", "stuck")
        before = await amounts_at_risk(ordering_shop)
        said = money(before["c7"], "EUR", short=False)
        assert (await on_the_card(ordering_shop, "c7")).startswith(f"{said} a year at risk: ")
    await workflows.record_events(ordering_shop, [order("c7", 90, 480.0)])
    await workflows.rescore(ordering_shop)
    amounts = await amounts_at_risk(ordering_shop)
    assert amounts["c7"] > before["c7"]
    said = money(amounts["c7"], "EUR", short=False)
    card = await on_the_card(ordering_shop, "c7")
    assert card.startswith(f"{said} a year at risk: ")
    parts = card.removeprefix(f"{said} a year at risk: ").split(";")[0]
    async with render(show_customers, path="/customers?sort=-value_at_risk") as page:
        assert [row["under"] for row in page.rows] == list(amounts)
        (row,) = [row for row in page.rows if row["under"] == "c7"]
    assert row["value_at_risk"] == said
    assert row["value_at_risk_hint"].replace("×", "x").replace(" %", "%") == parts
    async with render(show_customer, path="/customers/c7", external_id="c7") as page:
        page.should_see(f"{said} ({row['value_at_risk_hint']})")
    known = [amount for amount in amounts.values() if amount is not None]
    assert known == sorted(known, reverse=True)
    assert (await overview(ordering_shop)).value_at_risk == pytest.approx(sum(known))


async def test_the_list_begins_with_the_most_value_at_risk(ordering_shop: Scope, render):
    async with render(show_customers, path="/customers") as page:
        assert page.page.address.get("sort") == "-value", "nobody's value at risk is known yet"
    await workflows.rescore(ordering_shop)
    async with render(show_customers, path="/customers") as page:
        assert page.page.address.get("sort") == "-value_at_risk"
        assert page.page.address.get("lifecycle") == "current"


async def test_scores_of_an_older_release_are_filled_at_once(ordering_shop: Scope):
    await workflows.rescore(ordering_shop)
    async with tenant(ordering_shop) as unit:
        await unit.execute("UPDATE customer_scores SET value_at_risk = NULL")
        await unit.execute(
            "UPDATE businesses SET settings = settings #- '{lifecycle,score_columns}' "
            "WHERE id = $1",
            ordering_shop.business_id,
        )
    await schedules.run_due_work(ordering_shop)
    async with working():
        await queue_is_empty()
    assert any((await amounts_at_risk(ordering_shop)).values())
    await schedules.run_due_work(ordering_shop)
    async with tenant(ordering_shop) as unit:
        assert not await waiting(unit, schedules.DAILY)
