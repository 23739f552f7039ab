"""Pages of the list: every customer once, in the requested order, whichever way it is read."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from pulse import clock, tasks
from pulse.customers import repository
from pulse.customers.filters import CustomerFilter
from pulse.customers.listing import band_bounds, listing_sql, query_planner
from pulse.customers.repository import SORTABLE, Size
from pulse.db.transaction import tenant

pytestmark = pytest.mark.slow

SCORED = """
INSERT INTO customer_scores (business_id, customer_id, identity_strength, band, coverage,
  change_7d, change_30d, recent_high, value_at_risk, scored_on, scored_at, scorecard_id)
SELECT $1, id, n, CASE WHEN n < 40 THEN 'fragile' WHEN n < 70 THEN 'steady' ELSE 'strong' END,
  n / 100, nullif(n - 50, -50), n - 50, n, nullif(100 - n, 16),
  current_date, now(), $2
FROM (SELECT id, substr(external_id, 2)::float8 * 7 AS n FROM customers WHERE business_id = $1) c
WHERE n < 98
"""
PUBLISHED = """
INSERT INTO scorecards (business_id, version, status, origin, definition)
VALUES ($1, 1, 'published', 'hand_set', '{"band_edges": [40, 70]}') RETURNING id
"""
FILTERS = {
    "everybody": None,
    "about the score": CustomerFilter(band="strong"),
    "about the customer": CustomerFilter(segment="s1"),
    "about both": CustomerFilter(segment="s1", band="steady"),
    "tagged": CustomerFilter(tag="vip"),
    "in words": CustomerFilter(search="person"),
    "lost much": CustomerFilter(change_7d_to=-20.0),
}


@pytest.fixture
async def listed(shop, make_customer):
    """Sixteen customers; some without a value, without a score, with equal names."""
    for n in range(16):
        await make_customer(
            shop,
            f"c{n}",
            name=f"Person {n // 2:02}",
            value=None if n % 5 == 0 else float(n % 7),
            segment=f"s{n % 2}",
            tags=["vip"] if n % 3 == 0 else [],
        )
    async with tenant(shop) as unit:
        card = await unit.fetchval(PUBLISHED, shop.business_id)
        await unit.execute(SCORED, shop.business_id, card)
    return shop


@pytest.fixture(params=["gathered", "walked", "given up"])
def way(request, monkeypatch):
    """The three ways to read a page, independent of the sample."""
    if request.param != "gathered":
        monkeypatch.setattr(query_planner, "OFTEN", 0)
        monkeypatch.setattr(query_planner, "COUNTED_UP_TO", 0)
    if request.param == "given up":
        monkeypatch.setattr(listing_sql, "LONGEST_WALK", 4)  # a page of three, and one more
    return request.param


async def _everybody(scope, chosen, sort, descending):
    rows, after = [], None
    while True:
        page = await repository.listing(
            scope, chosen, sort=sort, descending=descending, after=after, limit=3
        )
        rows += page.rows
        after = page.next
        if after is None:
            return rows, page


@pytest.mark.parametrize("chosen", FILTERS.values(), ids=FILTERS)
async def test_paging_shows_everybody_once_in_every_order(listed, way, chosen):
    expected = await repository.count_exactly(listed, chosen)
    assert expected
    for sort, descending in itertools.product(SORTABLE, (False, True)):
        rows, last = await _everybody(listed, chosen, sort, descending)
        assert len({row.id for row in rows}) == len(rows) == expected, (sort, descending)
        known = [(v, r.id) for r in rows if (v := getattr(r, sort)) is not None]
        assert known == sorted(known, reverse=descending)
        unknown = [r.id for r in rows[len(known) :]]
        assert unknown == sorted(unknown)
        if last.size.exact:
            assert last.size == Size(expected)
        if way == "gathered":
            assert last.size.exact


async def test_bands_use_edges_only_while_scores_agree_with_them(listed, way):
    strong = CustomerFilter(band="strong")
    assert [r.identity_strength for r in (await _everybody(listed, strong, *ASCENDING))[0]] == [
        70.0,
        77.0,
        84.0,
        91.0,
    ]
    band_bounds.forget_bands()
    async with tenant(listed) as unit:
        await unit.execute(MOVED, listed.business_id)
    rows, _ = await _everybody(listed, strong, *ASCENDING)
    assert [r.identity_strength for r in rows] == [63.0, 70.0, 77.0, 84.0, 91.0]


async def test_agreement_with_bands_is_checked_again_in_the_background(listed, monkeypatch):
    monkeypatch.setattr(query_planner, "OFTEN", 0)
    monkeypatch.setattr(query_planner, "COUNTED_UP_TO", 0)
    band_bounds.forget_bands()
    strong = CustomerFilter(band="strong")
    assert len((await repository.listing(listed, strong)).rows) == 4
    async with tenant(listed) as unit:
        await unit.execute(MOVED, listed.business_id)
    assert len((await repository.listing(listed, strong)).rows) == 4  # as cached a moment ago
    monkeypatch.setattr(band_bounds, "HELD", 0.0)
    behind: list[asyncio.Task[None]] = []
    spawn = tasks.spawn
    monkeypatch.setattr(tasks, "spawn", lambda work, name: behind.append(spawn(work, name=name)))
    await repository.listing(listed, strong)
    await asyncio.gather(*behind)
    assert len((await repository.listing(listed, strong)).rows) == 5


async def test_strong_customers_by_value_at_risk_are_read_in_order(listed, monkeypatch):
    """Those with the largest value at risk are all fragile: the scan begins within the band."""
    monkeypatch.setattr(query_planner, "OFTEN", 0)
    monkeypatch.setattr(query_planner, "COUNTED_UP_TO", 0)
    monkeypatch.setattr(listing_sql, "LONGEST_WALK", 4)
    monkeypatch.setattr(listing_sql, "_sorted_page", None)  # no page may need all matches
    strong = CustomerFilter(band="strong")
    rows, _ = await _everybody(listed, strong, "value_at_risk", True)
    assert [row.value_at_risk for row in rows] == [30.0, 23.0, 9.0, None]


ASCENDING = ("identity_strength", False)
MOVED = (
    "UPDATE customer_scores SET band = 'strong' WHERE business_id = $1 AND identity_strength = 63"
)


async def test_calls_for_help_are_a_filter_while_they_are_valid(shop, make_customer):
    tomorrow, yesterday = (clock.now() + timedelta(days=days) for days in (1, -1))
    for external_id, said, until in (
        ("c1", "stuck", tomorrow),
        ("c2", "frustrated", tomorrow),
        ("c3", "busy", tomorrow),
        ("c4", "stuck", yesterday),
    ):
        await make_customer(shop, external_id, context_type=said, context_expires_at=until)
    found = await repository.listing(shop, CustomerFilter(context="calls"), sort="name")
    assert {row.external_id for row in found.rows} == {"c1", "c2"}
    assert await repository.count(shop, CustomerFilter(context="any")) == 3
