import pytest

from pulse.access.roles import Role
from ui import registry
from ui.registry import View, discover, listed, view


@pytest.fixture
def kept():
    """Whatever a test registers is forgotten again; what is imported stays registered."""
    discover()
    before = dict(registry._views)
    yield
    registry._views.clear()
    registry._views.update(before)


def test_a_decorated_function_is_a_view(kept):
    @view("Orders", icon="receipt_long", route="/orders", role="csm", order=60)
    async def orders(page):
        return None

    made = next(one for one in registry.views() if one.route == "/orders")
    assert made == View("Orders", "receipt_long", "/orders", orders, Role.csm, 60)
    assert made not in listed(Role.viewer)
    assert made in listed(Role.manager)


def test_two_views_cannot_have_one_address(kept):
    @view("One", icon="a", route="/taken")
    async def one(page):
        return None

    with pytest.raises(ValueError, match="is already the view 'One'"):

        @view("Two", icon="a", route="/taken")
        async def two(page):
            return None


def test_the_daily_pages_come_first_and_nothing_is_listed_that_has_a_parameter():
    names = [one.title for one in discover() if not one.hidden]
    assert names[:4] == ["Today", "Overview", "Customers", "Queue"]
    assert all("{" not in one.route for one in listed(Role.admin))


def test_a_package_that_cannot_be_imported_is_left_out(kept, monkeypatch):
    class Broken:
        name = "broken"

        def load(self):
            raise RuntimeError("a bug in somebody else's package")

    monkeypatch.setattr(registry, "entry_points", lambda group: [Broken()])
    assert "Today" in [one.title for one in discover()]
