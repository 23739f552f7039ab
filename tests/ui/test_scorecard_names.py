"""Where there are several scorecards, every page names the one beside a strength."""

import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from tests.fixtures.orders import NOW
from tests.workflows.several_scorecards import IS_B2B, publish_another, score_shop
from ui.kit.picklist import Picklist
from ui.pages.customer.page import show as customer_page
from ui.pages.duplicates.page import show as duplicates_page
from ui.pages.install.page import show as install_page
from ui.pages.overview.page import show as overview_page
from ui.pages.queue.page import show as queue_page
from ui.pages.today.page import show as today_page
from ui.testing import RenderedView

pytestmark = pytest.mark.slow

NOT_NAMED = "(the widget does not name it)"


async def with_a_card(ordering_shop: Scope) -> Scope:
    """The shop with an open card, a fall and a possible duplicate among its business customers."""
    shop = await score_shop(ordering_shop)
    async with tenant(shop) as unit:
        await unit.execute("UPDATE customers SET email = 'a@b.example' WHERE external_id < 'c2'")
        await unit.execute(
            "INSERT INTO conversation_cards (business_id, customer_id, cause, status, "
            "ai_generated_opener, writer, style, language, reason) SELECT business_id, id, "
            "'overdue', 'pending', 'Hi', 'template', 'warm', 'en', 'late' FROM customers "
            "WHERE external_id = 'c0' ON CONFLICT DO NOTHING"
        )
    return shop


def note(queue: RenderedView) -> str:
    """The last line of the first card in the list."""
    (cards,) = queue.elements(Picklist)
    return str(cards.rows[0]["note"])


async def test_every_page_names_the_scorecard_beside_a_strength(render, ordering_shop: Scope):
    shop = await with_a_card(ordering_shop)
    with clock.at(NOW):
        async with render(install_page, path="/install?customer=c8") as page:
            page.should_not_see(NOT_NAMED)
        await publish_another(shop, "Business", IS_B2B)
        await workflows.rescore(shop)
        async with tenant(shop) as unit:
            await unit.execute("UPDATE customer_scores SET change_7d = -9")
        async with render(today_page, path="/?book=all") as page:
            assert "c0 · Business" in [row.get("under") for row in page.rows]
        async with render(queue_page, path="/queue?book=all") as page:
            assert "Business" in note(page)
        async with render(overview_page, path="/overview?book=all") as page:
            under = {row.get("under") for row in page.rows}
            assert {"c0 · Business", "c8 · Default"} & under
        async with render(duplicates_page, path="/duplicates") as page:
            page.should_see("· Business")
        async with render(install_page, path="/install?customer=c8") as page:
            page.should_see(f"Scorecard “Default” {NOT_NAMED}")
        async with render(customer_page, path="/customers/c0", external_id="c0") as page:
            page.should_see(f"Scorecard “Business” {NOT_NAMED}")
