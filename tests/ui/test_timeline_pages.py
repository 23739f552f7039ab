"""The timeline of a customer's page: its button loads more until the most that is read."""

from datetime import UTC, datetime

import pytest

from pulse.customers.timeline import MOST, Entry
from ui.pages.customer import timeline as panel
from ui.pages.customer.timeline import SHOWN, Timeline

NOTE = Entry(datetime(2026, 6, 1, tzinfo=UTC), "note", "", "", "", None)


async def test_more_ends_at_the_most_that_is_read(
    render, shop, make_customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_customer(shop, "ada")

    async def timeline(*_: object, limit: int) -> list[Entry]:
        return [NOTE] * limit  # there are always more

    monkeypatch.setattr(panel, "timeline", timeline)

    async def show(page):
        lines = Timeline(page, "ada", str)
        lines.draw()
        await lines.read()

    async with render(show) as page:
        for _ in range(MOST // SHOWN - 1):
            await page.press("Show more")
        with pytest.raises(AssertionError, match="no button 'Show more'"):
            await page.press("Show more")
