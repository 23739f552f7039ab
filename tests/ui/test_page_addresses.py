from urllib.parse import unquote, urlsplit

import pytest

from pulse.customers.filters import CustomerFilter
from pulse.customers.repository import SORTABLE
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
