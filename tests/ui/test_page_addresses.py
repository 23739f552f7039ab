from functools import partial
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

import pytest
from nicegui import ui
from nicegui.events import GenericEventArguments, handle_event
from starlette.requests import Request

from pulse.auth.settings.preferences import set_preference
from pulse.customers.filters import CustomerFilter
from pulse.customers.repository import SORTABLE
from pulse.errors import Invalid
from pulse.imports.export import rows
from ui import downloads
from ui.auth.sign_in import local_path
from ui.components.customer_filter import (
    chips,
    from_address,
    link_to,
    movement_of,
    sort_address,
    sort_of,
    to_address,
    with_movement,
    without,
)
from ui.components.customer_rows import address_of, id_in
from ui.kit.fields import Select
from ui.kit.table import Table
from ui.kit.text import Link
from ui.pages.customers import page as customers
from ui.pages.insights import page as insights
from ui.pages.overview import page as overview
from ui.pages.queue import page as queue


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb", "javascript:x", ""],
)
def test_sign_in_never_redirects_to_another_site(wanted):
    assert local_path(wanted) == "/"


def test_sign_in_redirects_to_the_requested_page():
    assert (
        local_path("/customers?band=fragile&sort=-value") == "/customers?band=fragile&sort=-value"
    )


def test_a_filter_round_trips_through_the_url():
    chosen = CustomerFilter(search="o'neil", band="fragile", change_7d_to=-10.0, open_card=True)
    given = {name: value for name, value in to_address(chosen).items() if value}
    assert from_address(given) == chosen


def test_unreadable_parameters_are_ignored():
    given = {"band": "fragile", "strength_from": "much", "unknown": "x", "silent_days": "9" * 12}
    assert from_address(given) == CustomerFilter(band="fragile")


def test_descending_sort_has_a_minus_in_the_url():
    assert sort_of({"sort": "-value"}, SORTABLE) == ("value", True)
    assert sort_of({"sort": "nonsense"}, SORTABLE) == ("identity_strength", False)
    assert sort_address("value", True) == "-value"
    assert sort_address("identity_strength", False) == "identity_strength"


def test_movements_have_a_field_and_other_limits_are_chips():
    eroded = with_movement(CustomerFilter(), "eroded7")
    assert movement_of(eroded) == "eroded7"
    assert chips(eroded) == []
    limited = CustomerFilter(change_7d_to=-4.0, silent_days=60)
    assert movement_of(limited) == ""
    assert chips(limited) == [
        ("change_7d_to", "7 days: −4 or less"),
        ("silent_days", "silent for 60 days"),
    ]
    assert without(limited, "silent_days") == CustomerFilter(change_7d_to=-4.0)


def test_no_segment_and_cluster_are_in_the_url_and_as_chips():
    chosen = CustomerFilter(has_segment=False, cluster="High loyalty")
    assert link_to(chosen) == "/customers?has_segment=false&cluster=High+loyalty"
    assert from_address({"has_segment": "false", "cluster": "High loyalty"}) == chosen
    assert chips(chosen) == [
        ("has_segment", "no segment"),
        ("cluster", "cluster “High loyalty”"),
    ]


@pytest.mark.parametrize("external_id", ["17850", "AB 12", "a/b?c#d", "50 %", "~2f", "ä~b", "\\"])
def test_every_customer_url_has_a_single_path_segment(external_id):
    address = address_of(external_id)
    assert urlsplit(address).path == address
    assert address.count("/") == 2
    assert id_in(unquote(address.removeprefix("/customers/"))) == external_id


async def test_figures_ask_for_orders_that_the_list_has(shop, make_customer, render):
    await make_customer(shop, "ada", identity_strength=30.0, change_7d=-12.0, change_30d=-12.0)
    async with render(overview.show, role="csm", path="/overview?book=all") as page:
        links = [link for one in page.strip for link in (one.href, one.delta_href) if link]
    asked = [sort for link in links for sort in parse_qs(urlsplit(link).query).get("sort", [])]
    assert asked
    assert {sort.lstrip("-") for sort in asked} <= set(SORTABLE)


async def test_an_order_that_the_list_does_not_have_is_said_and_not_exported(
    shop, make_customer, render
):
    await make_customer(shop, "ada", identity_strength=30.0, value=10.0)
    async with render(customers.show, role="csm", path="/customers?sort=-change_30d") as page:
        page.should_see("cannot be sorted by “change_30d”")
        assert page.rows
    async with render(customers.show, role="csm", path="/customers?search=ada") as page:
        page.should_not_see("cannot be sorted")
    request = Request({"type": "http", "query_string": b"sort=-change_30d", "headers": []})
    with pytest.raises(Invalid, match="Cannot sort by “change_30d”"):
        await rows.ids_of(shop, *downloads._read_filter(request))


async def open_view(page, name) -> None:
    """Choose a view in the menu."""
    (item,) = [
        one
        for one in page.elements(ui.menu_item)
        if name in [getattr(part, "text", "") for part in one.descendants()]
    ]
    event = GenericEventArguments(sender=item, client=page.client, args={})
    for listener in [*item._event_listeners.values()]:
        await page._run(partial(handle_event, listener.handler, event))


async def test_a_view_without_an_order_puts_the_order_shown_into_the_url(
    shop, make_customer, render
):
    await make_customer(shop, "ada", band="fragile", identity_strength=30.0, value_at_risk=5.0)
    async with render(customers.show, role="csm", path="/customers?sort=-value") as page:
        views = {"Old": {"band": "fragile"}, "Gone": {"band": "fragile", "sort": "-change_30d"}}
        await set_preference(page.page.scope, "views", views)
    for view in ("Old", "Gone"):
        async with render(customers.show, role="csm", path="/customers?sort=-value") as page:
            await open_view(page, view)
            (table,) = page.elements(Table)
            assert table.sort == ("identity_strength", False)
            assert page.page.address.given() == {"band": "fragile", "sort": "identity_strength"}


async def test_another_book_ends_the_list_of_one_person(shop, render):
    async with render(queue.show, role="csm", path=f"/queue?owner={uuid4()}") as page:
        await page.press("All")
        assert page.page.address.given() == {"book": "all"}


async def test_whose_deliveries_ends_with_a_book_without_them(shop, render):
    async with render(insights.show, role="manager", path="/insights?book=all") as page:
        other = str(page.page.scope.actor.id)
    path = f"/insights?book=all&by={other}"
    async with render(insights.show, role="csm", path=path) as page:
        (people,) = [
            one for one in page.elements(Select) if one.props["aria-label"] == "Delivered by"
        ]
        assert people.value == other
        await page.press("My book")
        assert people.value == insights.EVERYBODY
        assert page.page.address.given() == {"book": "mine"}


async def test_all_cards_are_those_of_the_list_and_period_now_shown(shop, render):
    path = "/insights?book=all&days=90&shown=delivered&cause=overdue"
    async with render(insights.show, role="manager", path=path) as page:
        (link,) = [one for one in page.elements(Link) if one.text == "Show all"]
        await page.press("Opened")
        assert link.props["href"] == "/insights?book=all&days=90&shown=opened"
