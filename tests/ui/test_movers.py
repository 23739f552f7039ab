"""Overview's lists of those who lost and gained most, and of each bar of its distribution."""

from datetime import timedelta

import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from tests.fixtures.orders import NOW
from ui import kit
from ui.pages.customers.page import show as customers_page
from ui.pages.overview.page import show as overview_page

NOBODY = (
    "No change of a point or more since a score of 7 days before, by the same scorecard version."
)


@pytest.mark.parametrize("scored_after", [[0], [0, 9]])
async def test_empty_lists_of_movers_say_why(
    render, ordering_shop: Scope, scored_after: list[int]
) -> None:
    for days in scored_after:
        with clock.at(NOW + timedelta(days=days)):
            await workflows.rescore(ordering_shop)
    with clock.at(NOW + timedelta(days=scored_after[-1])):
        async with render(overview_page, path="/overview?book=all") as page:
            page.should_see(NOBODY)  # nobody gains by doing nothing
            assert bool(page.rows) is (len(scored_after) > 1)


@pytest.mark.parametrize(("bar", "strengths"), [("60–65", [60.0, 64.9]), ("95–100", [95.0, 100.0])])
async def test_a_bar_of_the_distribution_opens_the_customers_it_counts(
    render, shop: Scope, make_customer, monkeypatch, bar: str, strengths: list[float]
) -> None:
    score = {"lifecycle": "active", "last_order_at": NOW}
    for n, strength in enumerate((59.9, 60.0, 64.9, 65.0, 94.9, 95.0, 100.0)):
        await make_customer(shop, f"c{n}", name=str(strength), identity_strength=strength, **score)
    await make_customer(shop, "left", identity_strength=61.0, lifecycle="left", band=None)
    label = "How many customers have which strength"
    opened: list[str] = []
    async with render(overview_page, path="/overview?book=all") as page:
        monkeypatch.setattr(page.client, "open", lambda href, _new_tab: opened.append(href))
        await page.click_bar(label, bar)
        (chart,) = [one for one in page.elements(kit.Chart) if label in str(one.props)]
        counts = chart.options["series"][0]["data"]
        names = chart.options["xAxis"]["data"]
    assert counts[names.index(bar)]["value"] == len(strengths)
    async with render(customers_page, path=opened[0]) as page:
        assert sorted(float(row["name"]) for row in page.rows) == strengths
