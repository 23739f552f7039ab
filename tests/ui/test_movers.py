"""Overview's lists of those who lost and gained most."""

from datetime import timedelta

import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from tests.fixtures.orders import NOW
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
