"""Import a million customers from a CSV until scored, with snapshots; peer: pandas + SQLAlchemy.

Pulse validates every cell, upserts by the customer's id, stores undo data, builds the search index,
scores all customers with all factors and writes the day's snapshots. The peer reads the same file
with pandas and bulk inserts it with SQLAlchemy into a plain table, in the same run on the same
server, and does nothing else. Lists of a hundredth and a tenth of the size, and a page of the
Customers view of each, show how both grow.
"""

import asyncio
import csv
import importlib
import os
import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import psutil

from bench.stage import new_database
from pulse import workflows
from pulse.auth.scope import Scope
from pulse.customers import repository
from pulse.db.embedded.server import EmbeddedPostgres
from pulse.db.transaction import system, tenant
from pulse.imports.runner import import_file
from pulse.tabular.mapping import ColumnMapping, Mapping

ROWS = int(os.environ.get("PULSE_BENCH_ROWS", "1000000"))
PARTS = (100, 10, 1)  # of the rows: 10,000, 100,000, 1,000,000
PAGES = 100  # pages of the Customers view, timed at each size
HEADER = (
    "Customer ID", "Name", "Email", "Months as customer", "Orders last year",
    "Days since last order", "Support calls", "Plan", "Satisfaction", "Yearly spend",
    "Newsletter", "Country",
)  # fmt: skip


def mapping() -> Mapping:
    """The mapping of the generated file: six metrics, and attributes."""
    column = ColumnMapping

    def metric(name: str, signal: Any, direction: Any = "higher") -> ColumnMapping:
        return column(name, "metric", "number", signal=signal, direction=direction)

    return Mapping(
        (
            column("Customer ID", "id"),
            column("Name", "name"),
            column("Email", "email"),
            metric("Months as customer", "tenure"),
            metric("Orders last year", "engagement"),
            metric("Days since last order", "engagement", "lower"),
            metric("Support calls", "satisfaction", "lower"),
            column("Plan", "attribute", "category"),
            metric("Satisfaction", "satisfaction"),
            column("Yearly spend", "value", "number", signal="value", direction="higher"),
            column("Newsletter", "attribute", "flag"),
            column("Country", "attribute", "category"),
        )
    )


def write_list(path: Path, rows: int, seed: int = 7) -> Path:
    """Write a customer list of so many rows; a sixth of the satisfaction is blank.

    Another seed gives the same customers other values.
    """
    chance = random.Random(seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(rows):
            writer.writerow(
                (
                    *(f"C{n:07d}", f"Person {n}", f"p{n}@example.com"),
                    *(chance.randrange(120), chance.randrange(60), chance.randrange(365)),
                    *(chance.randrange(9), chance.choice(("Basic", "Plus", "Pro"))),
                    *(chance.choice(("", 1, 2, 3, 4, 5)), round(chance.random() * 2000, 2)),
                    *(chance.choice(("Yes", "No")), chance.choice(("France", "Spain"))),
                )
            )
    return path


def run(rows: int = ROWS) -> dict[str, Any]:
    """The results: seconds for the whole list, ours and the peer's."""
    return asyncio.run(_run(rows))


async def _run(rows: int) -> dict[str, Any]:
    sizes = [rows // part for part in PARTS]
    async with new_database() as (folder, server):
        lists = [write_list(folder / f"{size}.csv", size) for size in sizes]
        await _import(lists[0], await _business("warm"))
        growth = []
        for size, path in zip(sizes, lists, strict=True):
            business = await _business(f"of-{size}")
            with _Memory() as memory:
                growth.append(await _import(path, business))
            growth[-1]["list_p95_ms"] = await _list_p95(server, business)
        changed = write_list(folder / "changed.csv", sizes[0], seed=8)
        into_large = await _import(changed, business)
        peer = await _peer(server, lists[-1])
    return _figures(growth, into_large["seconds"], peer, memory.highest_mib)


async def _list_p95(server: EmbeddedPostgres, scope: Scope) -> float:
    """Milliseconds of a page of 50 in the order of strength: p95 of the first `PAGES` pages."""
    owner = await asyncpg.connect(**server.connection)
    await owner.execute("ANALYZE")  # autovacuum does this within a minute
    await owner.close()
    waits, after = [], None
    for _ in range(PAGES):
        began = time.perf_counter()
        page = await repository.listing(scope, limit=50, after=after)
        waits.append((time.perf_counter() - began) * 1000)
        after = page.next
    return round(sorted(waits)[PAGES * 95 // 100], 1)


async def _business(slug: str) -> Scope:
    async with system() as unit:
        business_id: UUID = await unit.fetchval(
            "INSERT INTO businesses (slug, name) VALUES ($1, $1) RETURNING id", slug
        )
    return Scope.for_pulse(business_id)


async def _import(path: Path, scope: Scope) -> dict[str, float]:
    """Seconds of an import; checks that every new or changed row is scored."""
    began = time.perf_counter()
    rows_in = began

    async def score(scope: Scope, *, customers: Sequence[UUID] | None) -> None:
        nonlocal rows_in
        rows_in = time.perf_counter()
        await workflows.rescore(scope, customers=customers)

    report = await import_file(scope, path, mapping(), after=score)
    ended = time.perf_counter()
    told = report.rows_new + report.rows_changed
    async with tenant(scope) as unit:
        scored = await unit.fetchval(
            "SELECT count(*) FROM customer_scores WHERE scored_at >= $1", report.created_at
        )
    if not told == report.rows_total == scored:
        raise RuntimeError(f"{report.rows_total} rows, {told} new or changed, {scored} scored")
    return {"rows": scored, "importing": rows_in - began, "scoring": ended - rows_in,
            "seconds": ended - began}  # fmt: skip


async def _peer(server: EmbeddedPostgres, path: Path) -> float:
    """Seconds of pandas.read_csv and DataFrame.to_sql by SQLAlchemy, in chunks of 10,000."""
    pandas = importlib.import_module("pandas")
    engine_of = importlib.import_module("sqlalchemy.ext.asyncio").create_async_engine
    host, user = server.connection["host"], server.connection["user"]
    engine = engine_of(f"postgresql+asyncpg://{user}@/postgres?host={host}")
    began = time.perf_counter()
    async with engine.begin() as connection:
        for frame in pandas.read_csv(path, chunksize=10_000):
            await connection.run_sync(
                lambda sync, part=frame: part.to_sql(
                    "plain_customers", sync, if_exists="append", index=False
                )
            )
    seconds = time.perf_counter() - began
    await engine.dispose()
    return seconds


class _Memory:
    """Peak memory of this process and PostgreSQL's together, shared pages counted once."""

    def __init__(self) -> None:
        self.highest_mib = 0.0
        self._over = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_Memory":
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watching.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._over.wait(0.5):
            mine = me.memory_full_info().pss
            servers = [p for p in psutil.process_iter(["name"]) if p.info["name"] == "postgres"]
            self.highest_mib = max(self.highest_mib, (mine + _ours(servers)) / 2**20)


def _ours(servers: list[psutil.Process]) -> float:
    """Proportional memory of the server processes that this benchmark started."""
    folder = "pulse-bench-"
    total = 0.0
    for server in servers:
        try:
            top = [server, *server.parents()]
            if any(folder in word for process in top for word in process.cmdline()):
                total += server.memory_full_info().pss
        except psutil.Error:
            continue
    return total


def _figures(
    growth: list[dict[str, float]], into_large: float, peer: float, highest_mib: float
) -> dict[str, Any]:
    small, *_, large = growth
    ours = large["seconds"]
    return {
        "ours": round(ours, 2),
        "peer": round(peer, 2),
        "ratio": round(peer / ours, 2),
        "unit": f"seconds for {large['rows']:,} rows (ours scored, with snapshots; "
        "the peer inserts only)",
        "details": {
            "rows": large["rows"],
            "importing_seconds": round(large["importing"], 2),
            "scoring_seconds": round(large["scoring"], 2),
            "small_rows": small["rows"],
            "small_seconds": round(small["seconds"], 2),
            "small_into_large_seconds": round(into_large, 2),
            "memory_mib": round(highest_mib),
            "growth": {
                f"{one['rows']:,}": {
                    "import_s": round(one["seconds"], 2),
                    "list_p95_ms": one["list_p95_ms"],
                }
                for one in growth
            },
            "load_average": round(os.getloadavg()[0], 1),
        },
    }
