"""From a shared context to every open list that shows the customer: the goal is two seconds.

Every half second a customer on an open list shares a new context. Measured for each tab whose list
has the customer: the time until an update shows the context in their row.
"""

import asyncio
import itertools
import random
import statistics
import time
from typing import Any

import httpx

from bench.fanout import KINDS
from bench.reads import token_of
from bench.stage import Stage
from bench.tab import Tab, Update

EVERY = 0.5  # seconds
PROMISED_MS = 2_000.0
PATIENCE = 15.0  # seconds after which a tab counts as never having shown it
LIST = "/customers"
Row = dict[str, Any]


async def shown(made: Stage, port: int, tabs: list[Tab], seconds: float) -> tuple[list[float], int]:
    """Milliseconds from contexts to tabs, and how many tabs never showed one they should have."""
    chance = random.Random(9)
    lists = [tab for tab in tabs if tab.path == LIST]
    for tab in tabs:
        tab.times.clear()
    waits: list[float | None] = []
    async with httpx.AsyncClient(timeout=30) as http, asyncio.TaskGroup() as watching:
        ends = time.perf_counter() + seconds
        for number in itertools.count():
            if time.perf_counter() > ends:
                break
            row = chance.choice(_rows_of(chance.choice(lists)))
            began = time.perf_counter()
            for tab in lists:
                for one in _rows_of(tab):
                    if one["id"] == row["id"]:
                        watching.create_task(_watched(tab, one, began, waits))
            watching.create_task(_tap(http, made, port, row, KINDS[number % 4]))
            await asyncio.sleep(EVERY)
    seen = [wait for wait in waits if wait is not None]
    return seen, len(waits) - len(seen)


async def _watched(tab: Tab, row: Row, began: float, waits: list[float | None]) -> None:
    """Wait until this tab's row shows the context; a row removed by a click does not count."""
    table = _table(tab)

    def says(update: Update) -> bool:
        if str(table) not in update:
            return False
        mine = [one for one in _rows_of(tab) if one["id"] == row["id"]]
        return not mine or mine[0]["state"] != row["state"]

    try:
        await tab.until(says, PATIENCE)
    except TimeoutError:
        waits.append(None)
        return
    if any(one["id"] == row["id"] for one in _rows_of(tab)):
        waits.append((time.perf_counter() - began) * 1000)


async def _tap(http: httpx.AsyncClient, made: Stage, port: int, row: Row, kind: str) -> None:
    customer = row["under"]
    said = [one for one in KINDS if one not in str(row["state"]).lower()]
    answer = await http.post(
        f"http://127.0.0.1:{port}/api/customers/{customer}/contexts",
        json={"context_type": kind if kind in said else said[0]},
        headers={"Authorization": f"Bearer {token_of(made, customer)}"},
    )
    answer.raise_for_status()


def _table(tab: Tab) -> int:
    return tab.find("nicegui-table", '"type": "request"')


def _rows_of(tab: Tab) -> list[Row]:
    rows: list[Row] = tab.elements[_table(tab)]["props"].get("rows", [])
    return rows


def apart_by_path(tabs: list[Tab]) -> dict[str, float]:
    """By page, the p95 of the milliseconds between two updates of a tab."""
    apart: dict[str, list[float]] = {}
    for tab in tabs:
        pairs = itertools.pairwise(tab.times)
        apart.setdefault(tab.path, []).extend((b - a) * 1000 for a, b in pairs)
    return {path: _p95(times) for path, times in apart.items() if len(times) > 1}


def shown_figures(waits: list[float], missed: int) -> dict[str, Any]:
    """The p50 and p95 with the goal."""
    return {
        "promised_ms": PROMISED_MS,
        "shown_on_tabs": len(waits),
        "never_shown": missed,
        "shown_p50_ms": round(statistics.median(waits), 1),
        "shown_p95_ms": _p95(waits),
        "shown_slowest_ms": round(max(waits), 1),
    }


def _p95(waits: list[float]) -> float:
    return round(statistics.quantiles(waits, n=20)[-1], 1)
