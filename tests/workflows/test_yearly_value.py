"""The value a year is one number: of the orders, else as imported."""

import csv
import io
from datetime import timedelta

import numpy as np
import pytest

from pulse import clock, workflows
from pulse.auth.scope import Scope
from pulse.cards import queue_queries
from pulse.cards.reprioritization import value_high
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.db.transaction import tenant
from pulse.imports.export.files import list_as_csv
from pulse.imports.export.rows import ListOrder
from pulse.scoring import recalculation
from pulse.scoring.metrics.feature_loader import gather
from pulse.scoring.reports.overview import overview
from pulse.segments.segment_overview import add_rule, segments
from tests.fixtures.orders import NOW, order
from ui.pages.customer.page import show as show_customer
from ui.pages.customers.page import show as show_customers

IMPORTED = 9_000.0


async def set_imported(scope: Scope, who: str, value: float | None) -> None:
    async with tenant(scope) as unit:
        await unit.execute("UPDATE customers SET value = $1 WHERE external_id = $2", value, who)


async def value_of(scope: Scope, who: str) -> float | None:
    found = await repository.listing(scope, CustomerFilter(search=who))
    return next(row.yearly_value for row in found.rows if row.external_id == who)


async def test_an_imported_value_counts_at_once_where_there_are_no_orders(shop: Scope):
    await repository.get_or_create(shop, "anna")
    await repository.get_or_create(shop, "bert")
    await set_imported(shop, "anna", 300.0)
    await set_imported(shop, "bert", 700.0)
    found = await repository.listing(shop, sort="value", descending=True)
    assert [(row.external_id, row.yearly_value) for row in found.rows] == [
        ("bert", 700.0),
        ("anna", 300.0),
    ]
    await set_imported(shop, "bert", None)
    assert await value_of(shop, "bert") is None


async def test_orders_count_more_than_an_imported_value(ordering_shop: Scope, render):
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
        ordered = await value_of(ordering_shop, "c7")
        assert ordered
        await set_imported(ordering_shop, "c7", IMPORTED)
        assert await value_of(ordering_shop, "c7") == ordered, "not even until the next score"
        await workflows.rescore(ordering_shop)
        assert await value_of(ordering_shop, "c7") == ordered
        await workflows.record_events(ordering_shop, [order("c7", 90, 480.0)])
        await workflows.rescore(ordering_shop)
    assert await value_of(ordering_shop, "c7") == ordered + 480.0


async def test_a_replay_removes_a_value_that_was_not_known_at_its_moment(ordering_shop: Scope):
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
    assert await value_of(ordering_shop, "c7")
    async with tenant(ordering_shop) as unit:
        await unit.execute("UPDATE customers SET first_seen_at = $1", NOW - timedelta(days=500))
        everybody = await gather(unit)
    with clock.at(NOW - timedelta(days=400)):  # before the first order
        async with tenant(ordering_shop) as unit:
            done = await recalculation.recalculate(unit, gathered=everybody)
    assert len(done.changes) == 10
    assert await value_of(ordering_shop, "c7") is None


async def test_every_list_and_page_shows_the_same_value(ordering_shop: Scope, render):
    with clock.at(NOW):
        await set_imported(ordering_shop, "c7", IMPORTED)
        await workflows.rescore(ordering_shop)
        await workflows.share_context(ordering_shop, "c7", "stuck")
        (card,) = await queue_queries.list_cards(ordering_shop)
        page = await repository.listing(ordering_shop, sort="value", descending=True)
        values = {row.external_id: row.yearly_value for row in page.rows}
        assert list(values.values()) == sorted(values.values(), reverse=True)
        assert max(values.values()) < IMPORTED
        value = values["c7"]
        assert card.value == value
        rich = CustomerFilter(value_from=IMPORTED)
        assert (await repository.listing(ordering_shop, rich)).rows == []
        where = CustomerFilter(where=f"all:value.equals.{value}", lifecycle="current")
        exactly = (await repository.listing(ordering_shop, where)).rows
        assert "c7" in {row.external_id for row in exactly}
        await add_rule(ordering_shop, "Everybody", CustomerFilter(orders_from=1))
        everybody = next(s for s in await segments(ordering_shop) if s.name == "Everybody")
        assert everybody.value == pytest.approx(sum(values.values()))
        assert (await overview(ordering_shop)).value == pytest.approx(sum(values.values()))
        pieces = list_as_csv(ordering_shop, CustomerFilter(), ListOrder("value"))
        exported = b"".join([piece async for piece in pieces]).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(exported)))
        assert [row["external_id"] for row in rows] == list(values)[::-1]
        (row,) = [row for row in rows if row["external_id"] == "c7"]
        assert (float(row["yearly_value"]), float(row["value"])) == (value, IMPORTED)
        async with render(show_customers, path="/customers?sort=-value") as page:
            assert [row["under"] for row in page.rows] == list(values)
        async with render(show_customer, path="/customers/c7", external_id="c7") as page:
            page.should_see(f"€{value:,.0f} by orders, €9,000 as imported")


async def test_ranks_compare_it_with_the_values_a_year_of_the_business(ordering_shop: Scope):
    """Also where no value was imported, as in a shop that sends orders only."""
    with clock.at(NOW):
        await workflows.rescore(ordering_shop)
    found = await repository.listing(ordering_shop, sort="value", descending=True)
    values = [row.yearly_value for row in found.rows if row.yearly_value]
    assert {row.value for row in found.rows} == {None}
    async with tenant(ordering_shop) as unit:
        assert await value_high(unit) == pytest.approx(np.percentile(values, 90))
