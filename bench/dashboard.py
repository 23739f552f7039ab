"""The dashboard with 1,000,000 customers, and with 200 of it open at once.

Timed is what the server does for one page of the Customers view (first page, each sort order,
filters, searches, next page): the listing and its count, through the same services, in a unit of
work with row-level security; and Overview's and Segments' scans. Then `open_pages`.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from bench import open_pages
from bench.stage import stage
from pulse.access.scope import Scope
from pulse.customers import directory
from pulse.customers.filters import CustomerFilter
from pulse.database.tenancy import tenant
from pulse.identity.overview import overview
from pulse.identity.segment_overview import segments

CUSTOMERS = 1_000_000
CHUNK = 25_000  # below the statement time-out of the pool
ROUNDS = 12
PAGE = 50
LIMIT_MS = 100.0


def run(customers: int = CUSTOMERS) -> dict[str, Any]:
    """p95 over all kinds of pages in ms, and each kind's own."""
    return asyncio.run(_run(customers))


async def _run(customers: int) -> dict[str, Any]:
    async with stage(10) as made:
        began = time.perf_counter()
        await _fill(made.business, customers)
        await _analysed(made.database_url)
        filling = time.perf_counter() - began
        waits = {name: await _timed(page) for name, page in _pages(made.business).items()}
        scans = {
            "overview_ms": await _once(lambda: overview(made.business)),
            "segments_ms": await _once(lambda: segments(made.business)),
        }
    every = [wait for times in waits.values() for wait in times]
    return {
        "ours": round(_p95(every), 1),
        "unit": "ms, p95 of a page of 50",
        "details": {
            "customers": customers,
            "limit_ms": LIMIT_MS,
            "p50_ms": round(statistics.median(every), 1),
            "p95_ms_by_page": {name: round(_p95(times), 1) for name, times in waits.items()},
            **scans,
            "filling_s": round(filling, 1),
            "open_dashboards": await open_pages.measured(),
        },
    }


async def _once(scan: Callable[[], Awaitable[object]]) -> int:
    started = time.perf_counter()
    await scan()
    return round((time.perf_counter() - started) * 1000)


def _pages(scope: Scope) -> dict[str, Callable[[], Awaitable[object]]]:
    def page(chosen: CustomerFilter | None = None, **more: Any) -> Callable[[], Awaitable[object]]:
        async def load() -> object:
            found = await directory.listing(scope, chosen, limit=PAGE, **more)
            await directory.count(scope, chosen)
            return found

        return load

    async def second() -> object:
        first = await directory.listing(scope, limit=PAGE)
        return await directory.listing(scope, limit=PAGE, after=first.next)

    sorts = {f"sort {key}": page(sort=key, descending=True) for key in directory.SORTABLE}
    filters = {
        "filter band": page(CustomerFilter(band="fragile"), sort="value", descending=True),
        "filter drop": page(CustomerFilter(change_7d_to=-10.0), sort="change_7d"),
        "filter segment": page(CustomerFilter(segment="s3"), sort="identity_strength"),
        "filter silent": page(CustomerFilter(silent_days=90), sort="name"),
        "filter two": page(CustomerFilter(band="fragile", value_from=8000.0), sort="change_7d"),
    }
    searches = {
        f"search {words} by {sort}": page(CustomerFilter(search=words), sort=sort, descending=down)
        for words in ("c", "person", "person-77", "c123456", "nobody")
        for sort, down in (("identity_strength", False), ("value", True), ("name", False))
    }
    both = page(CustomerFilter(search="person-77", band="fragile"))
    return {
        "first page": page(),
        "second page": second,
        **sorts,
        **filters,
        **searches,
        "search and band": both,
    }


async def _timed(page: Callable[[], Awaitable[object]]) -> list[float]:
    await page()  # warm: the plan and the pages of the index
    waits = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await page()
        waits.append((time.perf_counter() - started) * 1000)
    return waits


async def _fill(scope: Scope, customers: int) -> None:
    for first in range(1, customers + 1, CHUNK):
        async with tenant(scope) as unit:
            last = min(customers, first + CHUNK - 1)
            await unit.execute(CUSTOMERS_OF, scope.business_id, first, last)
            await unit.execute(SCORES_OF, scope.business_id, first, last)


async def _analysed(database_url: str) -> None:
    """Do at once what autovacuum does within a minute."""
    owner = await asyncpg.connect(database_url)
    await owner.execute("VACUUM ANALYZE")
    await owner.close()


def _p95(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]


CUSTOMERS_OF = """
INSERT INTO customers (business_id, external_id, name, email, value, segment, renewal_on,
  last_event_at)
SELECT $1, 'c' || n, 'Person-' || n, 'c' || n || '@example.com', random() * 9000,
  's' || (random() * 20)::int, current_date + (random() * 300)::int,
  now() - random() * interval '300 days'
FROM generate_series($2::int, $3::int) n
"""
SCORES_OF = """
INSERT INTO customer_scores (business_id, customer_id, identity_strength, band, coverage,
  change_7d, change_30d, recent_high, scored_on, scored_at, scorecard_id)
SELECT $1, id, strength,
  CASE WHEN strength < 40 THEN 'fragile' WHEN strength < 70 THEN 'steady' ELSE 'strong' END,
  random(), (random() - 0.5) * 24, (random() - 0.5) * 40, strength, current_date, now(), card
FROM (
  SELECT c.id, random() * 100 AS strength, s.id AS card FROM customers c
  JOIN scorecards s ON s.business_id = c.business_id AND s.status = 'published'
  WHERE c.business_id = $1
    AND c.external_id IN (SELECT 'c' || n FROM generate_series($2::int, $3::int) n)
) made
"""
