"""The view and the channel of this package, used like in the dashboard."""

import pytest
from lantern_extras.best_customers import show

from pulse.sdk import NotAllowed


async def test_it_lists_the_customers_with_the_most_value(render, shop, make_customer):
    await make_customer(shop, "c1", name="Ada", value=40.0)
    await make_customer(shop, "c2", name="Ben", value=80.0)
    async with render(show, role="csm") as page:
        page.should_see("Together €120 a year")
        assert [row["name"] for row in page.rows] == ["Ben", "Ada"]


async def test_a_viewer_may_not_open_it(render):
    with pytest.raises(NotAllowed, match="Best customers needs the permission"):
        async with render(show, role="viewer"):
            pass
