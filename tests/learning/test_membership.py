"""A scorecard for new customers is learned from those who were new when the outcome began."""

from datetime import timedelta

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.learning.churn.backtest_run import HORIZONS
from pulse.learning.labels import (
    CustomerFeatures,
    EventsRule,
    label,
    last_moment,
    latest_known,
    read_features,
)
from pulse.learning.outcome_options import choices
from pulse.scoring.named.assignment import CustomersOf
from tests.fixtures.orders import NOW
from tests.workflows.several_scorecards import IS_B2B, publish_another

RULE = EventsRule("order", 90, 180)
NEWCOMERS = ["c0", "c1", "c2", "c3", "c4"]
"""Customers since 150 days: new when the outcome of 90 days began, and no more today."""


def labelled_at_the_latest(read: CustomerFeatures) -> list[str]:
    return sorted(label(read, RULE, latest_known(read, RULE)).external_ids)


async def counted(shop: Scope, whose: CustomersOf) -> int:
    """How many outcomes of the rule are offered."""
    return sum(one.left + one.stayed for one in await choices(shop, whose) if one.rule == RULE)


async def test_who_was_new_then_counts_and_not_who_is_new_today(ordering_shop: Scope):
    shop = ordering_shop
    async with tenant(shop) as unit:
        await unit.execute(
            "UPDATE customers SET first_seen_at = $1::timestamptz - CASE WHEN external_id < 'c5' "
            "THEN interval '150 days' ELSE interval '400 days' END",
            NOW,
        )
    with clock.at(NOW):
        await workflows.rescore(shop)
        new = CustomersOf(await publish_another(shop, "New", "all:since.within.100"))
        fresh, rest = [await read_features(shop, RULE, one) for one in (new, CustomersOf())]
        assert labelled_at_the_latest(fresh) == NEWCOMERS
        assert labelled_at_the_latest(rest) == ["c5", "c6", "c7", "c8", "c9"]
        assert (await counted(shop, new), await counted(shop, CustomersOf())) == (5, 5)
        today = clock.days_of(NOW)
        assert (fresh.belonged(today).sum(), rest.belonged(today).sum()) == (0, 10)


async def test_without_time_in_conditions_only_its_own_customers_are_read(ordering_shop: Scope):
    async with tenant(ordering_shop) as unit:
        await unit.execute("UPDATE customers SET segment = 'B2B' WHERE external_id < 'c3'")
    with clock.at(NOW - timedelta(days=1)):
        await workflows.rescore(ordering_shop)
        b2b = CustomersOf(await publish_another(ordering_shop, "Business", IS_B2B))
        read = await read_features(ordering_shop, RULE, b2b)
    assert sorted(read.external_ids) == ["c0", "c1", "c2"]
    assert read.membership is None


async def test_membership_reaches_back_to_what_a_back_test_learns_from(ordering_shop: Scope):
    rule = EventsRule("order", 30, 60)
    async with tenant(ordering_shop) as unit:
        await unit.execute(
            "UPDATE customers SET first_seen_at = $1::timestamptz - interval '400 days'", NOW
        )
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        old = await publish_another(ordering_shop, "Old", "all:since.longer_ago.200")
        read = await read_features(ordering_shop, rule, CustomersOf(old))
    last = last_moment(read.facts)
    earliest = last - 2 * rule.days - 2 * max(HORIZONS)
    assert (read.belonged(last - 60).all(), read.belonged(earliest).any()) == (True, False)
