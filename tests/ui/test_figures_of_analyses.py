"""Panels that somebody starts by a click: their numbers open as many rows as they count."""

import pytest

from pulse import workflows
from pulse.db.transaction import tenant
from pulse.learning.churn import queries
from tests.fixtures.jobs import carried_out
from tests.ui.test_figures_agree import ENDS, Reader, numbers, view_of, whole
from ui.kit.buttons import Segments
from ui.kit.picklist import Picklist

pytestmark = pytest.mark.slow

STARTED = (("/segments", "Find clusters", "clusters"), ("/churn", "Fit the model", "churn"))
SIDES = {"only_model", "only_strength", "both"}


@pytest.fixture
async def analysed(render, leaving_shop):
    """The business after its clusters were found and its churn model was fitted, by a click."""
    await workflows.rescore(leaving_shop)
    reader = Reader(render, "admin", own_book=False)
    for path, button, kind in STARTED:
        async with reader.draw(view_of(path), path) as page:
            await page.press(button)
        study = await carried_out(leaving_shop, kind)
        assert (study.status, study.problem) == ("done", "")
    return leaving_shop


async def test_numbers_of_analyses_agree_with_their_lists(render, analysed, monkeypatch):
    for own_book in (False, True):
        reader = Reader(render, "csm", own_book)
        async with reader.draw(view_of("/"), "/") as page:
            owner = page.page.scope.actor.id
        async with tenant(analysed) as unit:
            await unit.execute(
                "UPDATE customers SET owner_id = $2 WHERE business_id = $1 "
                "AND right(external_id, 1) < '4'",
                unit.business_id,
                owner,
            )
        async with reader.draw(view_of("/segments"), "/segments") as page:
            found = [one for one in numbers(page) if one.counted and one.label != "average"]
        assert [one for one in found if not one.href] == []
        assert [one for one in found if one.counted != await reader.rows_of(one.href)] == []
        clusters = [one for one in found if "cluster=" in one.href]
        assert len(clusters) >= 3
        async with reader.draw(view_of("/churn"), "/churn") as page:
            (sides,) = [one for one in page.elements(Segments) if set(one.choices) == SIDES]
            for words in sides.choices.values():
                await page.press(words)
                (listed,) = page.elements(Picklist)
                assert len(listed.rows) == whole(ENDS.search(words)[1]), words
    monkeypatch.setattr(queries, "MOST_LISTED", 2)
    async with reader.draw(view_of("/churn"), "/churn") as page:
        (sides,) = [one for one in page.elements(Segments) if set(one.choices) == SIDES]
        counted = {words: whole(ENDS.search(words)[1]) for words in sides.choices.values()}
        assert max(counted.values()) > 2
        for words, number in counted.items():
            await page.press(words)
            said = [one for one in page.texts if one.endswith("more, with smaller differences.")]
            assert [int(one.split()[0]) for one in said] == ([number - 2] if number > 2 else [])
