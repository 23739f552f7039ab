"""After a publication the customer page does not compare scores of two scorecards silently."""

import re
from datetime import timedelta

import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.customers.timeline import Entry
from pulse.scoring import versions
from pulse.scoring.scorecard import reweigh
from tests.fixtures.orders import NOW
from ui.pages.customer.page import show
from ui.pages.customer.timeline import _words
from ui.testing import RenderedView

UPSIDE_DOWN = {"days_known": 90.0, "orders_90": 1.0, "recency": 1.0, "spend_365": 8.0}
TOTAL = r"(\d+\.\d) → (\d+\.\d) \(([+−]\d+\.\d)\)"


async def test_the_page_says_what_another_scorecard_scored(render, ordering_shop: Scope) -> None:
    for days in (40, 8, 0):
        with clock.at(NOW - timedelta(days=days)):
            await workflows.rescore(ordering_shop)
    with clock.at(NOW):
        async with render(show, path="/customers/c9", external_id="c9") as page:
            assert "in 7 days" in changes(page)
        current = await versions.published_version(ordering_shop)
        card = reweigh(current.card, UPSIDE_DOWN)
        made = await versions.save_draft(ordering_shop, card, why="Tenure above all")
        await workflows.publish(ordering_shop, made.id, "Try it")
        await workflows.rescore(ordering_shop)
        async with render(show, path="/customers/c9", external_id="c9") as page:
            assert changes(page).startswith("scored by another scorecard 7 days ago · highest")
            (line,) = [one for one in page.texts if "by another scorecard, " in one]
            assert re.fullmatch(r"Identity strength \d+ → \d+ by another scorecard, \w+", line)
            (total,) = [one for one in page.texts if re.fullmatch(TOTAL, one)]
    before, after, change = re.fullmatch(TOTAL, total).groups()  # type: ignore[union-attr]
    assert float(after) - float(before) == pytest.approx(float(change.replace("−", "-")))


def changes(page: RenderedView) -> str:
    """Return the line of changes below the score."""
    return next(one for one in page.texts if "highest in 90 days" in one)


def test_the_figures_of_a_score_on_the_timeline_subtract() -> None:
    entry = Entry(NOW, "score", "steady", "49.4", "", 72.6)
    assert _words(entry, 1, "GBP") == "Identity strength 49 → 73 (+24), steady"
