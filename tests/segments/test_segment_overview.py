from datetime import timedelta

import pytest

from pulse import clock
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.errors import Conflict, Invalid
from pulse.segments.segment_overview import (
    BUILT_IN,
    ONE_ORDER,
    add_rule,
    counted,
    remove_rule,
    segments,
)
from ui.pages.segments.page import show as segments_page


async def by_name(scope):
    return {one.name: one for one in await segments(scope)}


async def test_named_segments_and_rules_are_both_counted(shop, make_customer):
    await make_customer(
        shop,
        "a",
        segment="Trade",
        identity_strength=80.0,
        change_30d=5.0,
        band="strong",
        value=100.0,
    )
    await make_customer(
        shop,
        "b",
        segment="Trade",
        identity_strength=20.0,
        change_30d=-12.0,
        band="fragile",
        value=10.0,
    )
    await make_customer(shop, "c", identity_strength=50.0, band="steady")
    found = await by_name(shop)
    trade = found["Trade"]
    assert (trade.customers, trade.fragile, trade.steady, trade.strong) == (2, 1, 0, 1)
    assert (trade.average, trade.value, trade.eroded_30d) == (50.0, 110.0, 1)
    assert found[""].customers == 1
    assert found["Strong and rising"].customers == 1
    assert found["Fragile and falling"].chosen == counted(BUILT_IN["Fragile and falling"])


async def test_lapsed_and_left_customers_count_only_where_a_rule_asks_for_them(shop, make_customer):
    await make_customer(shop, "a", segment="Trade", band="strong", identity_strength=80.0)
    await make_customer(shop, "b", segment="Trade", lifecycle="lapsed", identity_strength=30.0)
    await make_customer(shop, "c", segment="Trade", lifecycle="left", identity_strength=10.0)
    found = await by_name(shop)
    assert (found["Trade"].customers, found["Lapsed"].customers, found["Left"].customers) == (
        1, 1, 1,
    )  # fmt: skip
    for one in found.values():
        assert one.customers == await repository.count_exactly(shop, one.chosen), one.name


async def test_without_named_segments_there_is_no_row_of_everybody(shop, make_customer):
    await make_customer(shop, "a", band="strong", identity_strength=80.0)
    assert "" not in await by_name(shop)


async def test_a_rule_is_a_named_filter_and_can_be_deleted(shop, make_customer):
    await make_customer(shop, "a", value=5000.0)
    await add_rule(shop, "Big", CustomerFilter(value_from=1000.0))
    assert (await by_name(shop))["Big"].customers == 1
    with pytest.raises(Conflict):
        await add_rule(shop, "Big", CustomerFilter(value_from=1.0))
    with pytest.raises(Invalid):
        await add_rule(shop, "Everybody", CustomerFilter())
    await remove_rule(shop, "Big")
    assert "Big" not in await by_name(shop)


async def test_a_customer_counts_in_every_matching_rule(shop, make_customer):
    await make_customer(shop, "a", value=5000.0, identity_strength=30.0, band="fragile")
    await make_customer(shop, "b", value=2000.0, segment="Trade", tags=["vip"])
    await add_rule(shop, "Big", CustomerFilter(value_from=1000.0))
    await add_rule(shop, "Big and weak", CustomerFilter(value_from=3000.0, band="fragile"))
    await add_rule(shop, "Found", CustomerFilter(search="b", tag="vip", open_card=False))
    found = await by_name(shop)
    assert [found[name].customers for name in ("Big", "Big and weak", "Found")] == [2, 1, 1]
    assert (found["Big"].value, found["Big"].average) == (7000.0, 30.0)
    assert (found["Big and weak"].fragile, found["Found"].average) == (1, None)


async def test_first_time_buyers_are_a_list_for_a_campaign(shop, make_customer):
    quiet, lately = clock.now() - timedelta(days=45), clock.now() - timedelta(days=3)
    for key, orders, last in (("a", 1, quiet), ("b", 1, lately), ("c", 4, quiet)):
        await make_customer(
            shop, key, band="steady", identity_strength=50.0, orders=orders, last_event_at=last
        )
    campaign = (await by_name(shop))[ONE_ORDER]
    assert campaign.customers == 1
    listed = await repository.listing(shop, campaign.chosen, sort="name", limit=5)
    assert [row.external_id for row in listed.rows] == ["a"]


async def test_erosion_is_counted_as_it_is_shown(shop, make_customer):
    for name, change in {"a": -9.6, "b": -9.4}.items():
        await make_customer(
            shop, name, segment="Trade", band="steady", identity_strength=50.0, change_30d=change
        )
    assert (await by_name(shop))["Trade"].eroded_30d == 1


async def test_the_limit_of_coverage_is_in_its_name(shop, make_customer):
    await make_customer(shop, "half", band="steady", identity_strength=50.0, coverage=0.5)
    await make_customer(shop, "less", band="steady", identity_strength=50.0, coverage=0.49)
    assert (await by_name(shop))["Data coverage below 50 %"].customers == 1


async def test_shares_of_a_segment_name_their_base(shop, make_customer, render):
    await make_customer(
        shop, "a", segment="Trade", band="steady", identity_strength=50.0, change_30d=-12.0
    )
    await make_customer(shop, "b", segment="Trade", band=None, lifecycle="onboarding")
    await make_customer(shop, "c", band="steady", identity_strength=50.0)
    async with render(segments_page, role="csm", path="/segments") as page:
        eroded = [one.delta for one in page.strip if one.label == "Eroded in 30 days"]
    assert "100 % of 1 with a band" in eroded
