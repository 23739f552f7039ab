"""The dashboard with 1,000,000 customers, and with 200 pages open at once.

It measures the server's work for one page of the Customers view (`lists`: about 400 kinds, filters
and searches in each order, next pages, deep pages): the listing and its count, through the real
service, in a unit of work with row-level security; and the scans of Overview and Segments without
cached figures. Then `open_pages` and `rescored_pages`. Takes ten minutes; `--size 20000` three.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import click

from bench import book, lists, open_pages, rescored_pages
from bench.open_pages import PASSWORD
from bench.stage import stage
from pulse.auth.roles import Role
from pulse.auth.staff import add_staff
from pulse.scoring.reports.overview import overview
from pulse.segments.segment_overview import segments

CUSTOMERS = 1_000_000
ROUNDS = 4
SLOWEST = 30  # the slowest kinds of pages, which are named
LIMIT_MS = 100.0


def run(customers: int = CUSTOMERS) -> dict[str, Any]:
    """p95 over all kinds of pages in ms, and each kind's own."""

    async def whole() -> dict[str, Any]:
        figures = await listed(customers)
        figures["details"]["open_dashboards"] = await open_pages.measured()
        figures["details"]["while_everybody_is_scored_anew"] = await rescored_pages.measured()
        return figures

    return asyncio.run(whole())


async def listed(customers: int, rounds: int = ROUNDS) -> dict[str, Any]:
    """The results of the lists only."""
    async with stage(10) as made:
        began = time.perf_counter()
        owner = await add_staff(made.business, "book@bench.example", "Book", Role.csm, PASSWORD)
        await book.fill(made.business, customers, owner)
        await book.analysed(made.database_url)
        filling = time.perf_counter() - began
        pages = lists.pages(made.business, str(owner))
        waits = {name: await _timed(page, rounds) for name, page in pages.items()}
        scans = {
            "overview_ms": await _once(lambda: overview(made.business)),
            "segments_ms": await _once(lambda: segments(made.business)),
        }
    every = [wait for times in waits.values() for wait in times]
    middles = {name: round(statistics.median(times), 1) for name, times in waits.items()}
    figures: dict[str, Any] = {
        "ours": round(_p95(every), 1),
        "unit": f"ms, p95 of a page of {lists.PAGE}",
        "details": {
            "customers": customers,
            "limit_ms": LIMIT_MS,
            "p50_ms": round(statistics.median(every), 1),
            "p99_ms": round(statistics.quantiles(every, n=100)[-1], 1),
            "kinds_of_pages": len(waits),
            "kinds_over_the_limit": sum(middle > LIMIT_MS for middle in middles.values()),
            "slowest_ms": dict(sorted(middles.items(), key=lambda one: -one[1])[:SLOWEST]),
            **scans,
            "filling_s": round(filling, 1),
        },
    }
    # printed now, in case a later part fails
    click.echo(f"the list: {json.dumps(figures)}", err=True)
    return figures


async def _once(scan: Callable[[], Awaitable[object]]) -> int:
    started = time.perf_counter()
    await scan()
    return round((time.perf_counter() - started) * 1000)


async def _timed(page: Callable[[], Awaitable[object]], rounds: int) -> list[float]:
    await page()  # warm up: the plan and the pages of the index
    waits = []
    for _ in range(rounds):
        started = time.perf_counter()
        await page()
        waits.append((time.perf_counter() - started) * 1000)
    return waits


def _p95(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]
