"""200 dashboards in one process, 50 changes a second: latency of a click and of live lists.

The tabs are NiceGUI pages with their sockets. The changes are contexts shared over REST with a
second process, as in production: each is written, scored, ranked and published to every open page.
"""

import asyncio
import itertools
import json
import random
import statistics
import time
from typing import Any

import httpx
import psutil

from bench.fanout import KINDS
from bench.reads import token_of
from bench.seen import apart_by_path, shown, shown_figures
from bench.stage import Stage, free_port, process, stage
from bench.tab import Tab, Update, opened
from pulse.auth.roles import Role
from pulse.auth.sign_in.password import sign_in
from pulse.auth.sign_in.staff_sessions import COOKIE
from pulse.auth.staff import add_staff
from pulse.db.transaction import tenant

TABS = 200  # pages, 80 of them lists of customers
PEOPLE = 10
CUSTOMERS = 5_000
A_SECOND = 50
SECONDS = 30
CLICKS_A_SECOND = 5
LIMIT_MS = 300.0
PASSWORD = "a password of the benchmark"
LIST = "/customers"
PATHS = (LIST, "/", LIST, "/overview", "/queue")
SORTS = ("name", "value", "identity_strength")


async def measured(
    tabs: int = TABS, seconds: float = SECONDS, customers: int = CUSTOMERS
) -> dict[str, Any]:
    """The results: clicks in ms with and without changes, memory per page, messages."""
    async with stage(customers) as made:
        cookies = [await signed_in(made, number) for number in range(PEOPLE)]
        await owned(made)
        return await _served(made, cookies, tabs, seconds)


async def _served(made: Stage, cookies: list[str], tabs: int, seconds: float) -> dict[str, Any]:
    port, other = free_port(), free_port()
    serve = ["-m", "pulse", "serve", "--port"]
    async with (
        process(
            [*serve, str(port), "--role", "dashboard"], made.environment(), port, "/health/ready"
        ) as web,
        process([*serve, str(other), "--role", "api"], made.environment(), other, "/health/ready"),
        asyncio.TaskGroup() as crowd,
    ):
        base = f"http://127.0.0.1:{port}"
        before = _megabytes(web.pid)
        open_tabs, listening = await all_open(base, cookies, tabs, crowd)
        await asyncio.sleep(3)
        memory = _megabytes(web.pid) - before
        quiet = await clicked(open_tabs, seconds / 3)
        changing = crowd.create_task(_changes(made, other, seconds + 4))
        await asyncio.sleep(3)
        told, spent = sum(tab.updates for tab in open_tabs), _cpu(web.pid)
        seen = crowd.create_task(shown(made, other, open_tabs, seconds))
        busy = await clicked(open_tabs, seconds)
        told, spent = sum(tab.updates for tab in open_tabs) - told, _cpu(web.pid) - spent
        apart = apart_by_path(open_tabs)
        waits, missed = await seen
        accepted = await changing
        after = _megabytes(web.pid) - before
        for task in listening:
            task.cancel()
    return (
        _waits(quiet, busy)
        | shown_figures(waits, missed)
        | {
            "p95_ms_between_updates_of_a_tab": apart,
            "tabs": tabs,
            "changes_a_second": round(accepted / (seconds + 4), 1),
            "mb_a_page": round(memory / tabs, 2),
            "mb_a_page_after": round(after / tabs, 2),
            "updates_a_second": round(told / seconds, 1),
            "cpu_of_one_core": round(spent / seconds, 2),
        }
    )


async def all_open(
    base: str, cookies: list[str], tabs: int, crowd: asyncio.TaskGroup
) -> tuple[list[Tab], list[asyncio.Task[None]]]:
    """The tabs, each listening (and answering pings) from the moment it is open."""
    made, listening = [], []
    for number in range(tabs):
        path = PATHS[number % len(PATHS)]
        made.append(await opened(base, path, cookies[number % len(cookies)]))
        listening.append(crowd.create_task(made[-1].listen()))
    return made, listening


def _waits(quiet: list[float], busy: list[float]) -> dict[str, Any]:
    return {
        "limit_ms": LIMIT_MS,
        "clicks": len(busy),
        "quiet_p50_ms": round(statistics.median(quiet), 1),
        "quiet_p95_ms": _p95(quiet),
        "busy_p50_ms": round(statistics.median(busy), 1),
        "busy_p95_ms": _p95(busy),
        "slowest_ms": round(max(busy), 1),
    }


async def signed_in(made: Stage, number: int) -> str:
    """Add a member of staff and return the cookie of their session."""
    email = f"csm{number}@bench.example"
    await add_staff(made.business, email, f"Person {number}", Role.csm, PASSWORD)
    cookie, _ = await sign_in(email, PASSWORD)
    return f"{COOKIE}={cookie}"


async def owned(made: Stage) -> None:
    """Give half of the customers an owner, and all of them a value to sort by."""
    async with tenant(made.business) as unit:
        await unit.execute(
            "UPDATE customers c SET value = 9000 * random(), name = 'Person ' || c.external_id, "
            "owner_id = p.id FROM (SELECT id, row_number() OVER () AS n FROM staff "
            "WHERE business_id = $1) p WHERE c.business_id = $1 "
            "AND abs(hashtext(c.external_id)) % (2 * $2) = p.n - 1",
            made.business.business_id,
            PEOPLE,
        )


async def _changes(made: Stage, port: int, seconds: float) -> int:
    """Share contexts at the rate A_SECOND, however slow the answers; returns the successes."""
    gate, accepted = asyncio.Semaphore(30), 0
    limits = httpx.Limits(max_connections=30)
    base = f"http://127.0.0.1:{port}/api/customers"
    tokens = [
        (name, token_of(made, name))
        for name in made.customers[:: max(1, len(made.customers) // 1000)]
    ]

    async with httpx.AsyncClient(limits=limits, timeout=30) as http, asyncio.TaskGroup() as taps:

        async def tap(number: int) -> None:
            nonlocal accepted
            customer, token = tokens[number * 7 % len(tokens)]
            async with gate:
                answer = await http.post(
                    f"{base}/{customer}/contexts",
                    json={"context_type": KINDS[number % 4], "note": f"at {time.time_ns()}"},
                    headers={"Authorization": f"Bearer {token}"},
                )
            accepted += answer.is_success

        began = time.perf_counter()
        for number in itertools.count():
            due = began + number / A_SECOND
            if due > began + seconds:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            taps.create_task(tap(number))
    return accepted


async def clicked(tabs: list[Tab], seconds: float) -> list[float]:
    """Milliseconds from a click on a heading to the rows in the new order, on random tabs."""
    chance = random.Random(5)
    lists = [tab for tab in tabs if tab.path == LIST]
    waits: list[float] = []
    async with asyncio.TaskGroup() as clicks:

        async def click(tab: Tab, sort: str, descending: bool) -> None:
            began = time.perf_counter()
            await _sorted(tab, sort, descending)
            waits.append((time.perf_counter() - began) * 1000)

        free = itertools.cycle(chance.sample(lists, len(lists)))
        for _ in range(int(seconds * CLICKS_A_SECOND)):
            tab = next(free)
            tab.clicks += 1
            # a different order each time, so that the rows differ
            sort = SORTS[tab.clicks % len(SORTS)]
            clicks.create_task(click(tab, sort, tab.clicks % 2 == 0))
            await asyncio.sleep(1 / CLICKS_A_SECOND)
    return waits


async def _sorted(tab: Tab, sort: str, descending: bool) -> None:
    table = tab.find("nicegui-table", '"type": "request"')
    before = [row["id"] for row in tab.elements[table]["props"].get("rows", [])]

    def shown(update: Update) -> bool:
        rows = (update.get(str(table)) or {}).get("props", {}).get("rows")
        return rows is not None and [row["id"] for row in rows] != before

    asked = {"pagination": {"sortBy": sort, "descending": descending, "page": 1, "rowsPerPage": 0}}
    async with asyncio.TaskGroup() as both:
        both.create_task(tab.until(shown))
        await tab.click(table, "request", [asked])


def _megabytes(pid: int) -> float:
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _p95(waits: list[float]) -> float:
    return round(statistics.quantiles(waits, n=20)[-1], 1)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured())))
