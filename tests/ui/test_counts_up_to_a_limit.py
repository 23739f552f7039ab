"""Lists of more customers than are counted: a link says so, not one more than the limit."""

import pytest

from pulse.customers import repository
from ui.formatters import plural
from ui.pages.customer import open_cards
from ui.pages.customer.open_cards import OpenCards
from ui.pages.queue.campaign import Campaign
from ui.texts import reading


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list has more customers than are counted."""

    async def count(*_: object) -> int:
        return repository.COUNTED_UP_TO + 1

    monkeypatch.setattr(repository, "count", count)


def test_a_number_up_to_a_limit() -> None:
    assert plural(10, "customer", most=10) == "10 customers"
    assert plural(11, "customer", most=10) == "more than 10 customers"
    with reading("de"):
        assert plural(10_001, "customer", most=10_000) == "mehr als 10.000 Kunden"


@pytest.mark.usefixtures("many")
async def test_first_time_buyers_below_the_queue(render) -> None:
    async def show(page):
        campaign = Campaign(page.scope)
        campaign.draw()
        await campaign.read(str(page.scope.actor.id))

    async with render(show) as page:
        page.should_see("More than 10,000 first-time buyers quiet for 30 days: no call")
        page.should_see("More than 10,000 first-time buyers quiet for 30 days without an owner")


@pytest.mark.usefixtures("many")
async def test_the_list_of_customers_too_silent_for_a_call(
    render, shop, make_customer, monkeypatch
) -> None:
    who = await make_customer(shop, "ada", lifecycle="lapsed", identity_strength=20.0)

    async def why(*_: object) -> str:
        return "No card: silent for too long for a call. A campaign fits better."

    monkeypatch.setattr(open_cards, "why_no_card", why)

    async def show(page):
        cards = OpenCards(page, who)
        cards.draw()
        await cards.read(await repository.customer(page.scope, "ada"))

    async with render(show) as page:
        page.should_see("List for a campaign: more than 10,000 customers")
