import importlib
from uuid import uuid4

import pytest

from pulse.auth.roles import Permission, Role
from pulse.auth.scope import Actor, Scope
from ui.runtime import registry
from ui.runtime.registry import View, discover, listed, view


def as_role(role):
    return Scope(uuid4(), Actor("staff", None, "Vera"), role)


@pytest.fixture
def kept():
    """Remove what a test registers; imported views stay registered."""
    discover()
    before = dict(registry._views)
    yield
    registry._views.clear()
    registry._views.update(before)


def test_a_decorated_function_is_a_view(kept):
    @view("Orders", icon="receipt_long", route="/orders", permission="work_cards", order=60)
    async def orders(page):
        return None

    made = next(one for one in registry.views() if one.route == "/orders")
    assert made == View("Orders", "receipt_long", "/orders", orders, (Permission.work_cards,), 60)
    assert made not in listed(as_role(Role.viewer))
    assert made in listed(as_role(Role.manager))


def test_two_views_cannot_have_one_address(kept):
    @view("One", icon="a", route="/taken")
    async def one(page):
        return None

    with pytest.raises(ValueError, match="is already the view 'One'"):

        @view("Two", icon="a", route="/taken")
        async def two(page):
            return None


def test_an_unknown_permission_is_refused_with_the_known_ones(kept):
    with pytest.raises(ValueError, match=r"no permission 'edit_customer', only view, .*edit_cus"):
        view("One", icon="a", route="/one", permission="edit_customer")


def test_the_daily_pages_come_first_and_nothing_is_listed_that_has_a_parameter():
    names = [one.title for one in discover() if not one.hidden]
    assert names[:4] == ["Today", "Overview", "Customers", "Queue"]
    assert all("{" not in one.route for one in listed(as_role(Role.admin)))


def test_a_package_that_cannot_be_imported_is_skipped(kept, monkeypatch):
    class Broken:
        name = "broken"

        def load(self):
            raise RuntimeError("a bug in somebody else's package")

    monkeypatch.setattr(registry, "entry_points", lambda group: [Broken()])
    assert "Today" in [one.title for one in discover()]


def test_a_sync_view_and_a_route_without_a_slash_are_refused(kept):
    with pytest.raises(TypeError, match="write `async def late`"):

        @view("Late", icon="a", route="/late")
        def late(page):
            return None

    with pytest.raises(ValueError, match='write route="/orders"'):
        view("Orders", icon="a", route="orders")


@pytest.fixture
def house(kept, tmp_path, monkeypatch):
    """A folder of views; our own views are not touched."""
    (tmp_path / "views_of_a_test").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(registry, "PAGES", "views_of_a_test")
    monkeypatch.setattr(registry, "_loaded", {})
    importlib.invalidate_caches()
    return tmp_path / "views_of_a_test"


def text_of(title):
    return (
        "from ui.runtime.registry import view\n"
        f"@view({title!r}, icon='a', route='/orders')\n"
        "async def orders(page): ...\n"
    )


def titles():
    return [one.title for one in registry.views()]


def test_the_demo_reloads_new_changed_and_deleted_views(house):
    (house / "orders.py").write_text(text_of("Orders"))
    registry.catch_up()
    assert "Orders" in titles()
    (house / "orders.py").write_text(text_of("Orders of today"))
    registry.catch_up()
    assert "Orders of today" in titles()
    assert "Orders" not in titles()
    (house / "orders.py").unlink()
    registry.catch_up()
    assert "Orders of today" not in titles()


async def test_a_file_that_cannot_be_loaded_is_a_page_with_the_reason(house):
    file = house / "broken_orders.py"
    file.write_text("async def orders(page): ...\n")
    discover(forgiving=True)
    (shown,) = [one for one in registry.views() if one.section == registry.NOT_LOADED]
    assert shown.demo_only
    with pytest.raises(registry.NoView, match="put @view"):
        await shown.build(None)
    file.write_text(text_of("Orders"))
    registry.catch_up()
    assert not [one for one in registry.views() if one.section == registry.NOT_LOADED]
    assert "Orders" in titles()


def test_a_release_with_a_broken_view_does_not_start(house):
    (house / "broken_release.py").write_text("1 / 0")
    with pytest.raises(ZeroDivisionError):
        discover()
