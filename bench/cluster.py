"""Two processes per role behind HAProxy under load: kill one of each, then stop Redis.

First hints travel over LISTEN/NOTIFY, then (after a rolling change) over Redis. For each it
measures how long a change takes to programs of another process, whether both hear the same, and how
long REST calls and open dashboards take to continue elsewhere. At the end it checks the invariants
of `bench faults`.
"""

import asyncio
import time
from contextlib import AsyncExitStack, suppress
from typing import Any

import httpx
import msgspec

from bench import invariants
from bench.cluster_programs import Program, listening_at, same, tap
from bench.cluster_scene import ROLES, TRANSPORTS, Cluster, Transport, cluster, figures
from bench.faulty_parts import Process
from bench.open_pages import signed_in
from bench.tab import Tab, opened

TAPS = 300
TABS = 10
PATHS = ("/customers", "/queue", "/overview")
PATIENCE = 60.0


def run(taps: int = TAPS) -> dict[str, Any]:
    """The results: what was lost, and how long each recovery took."""
    return asyncio.run(measured(taps, TABS))


async def measured(taps: int, tabs: int) -> dict[str, Any]:
    """Run with so many shared contexts per transport and so many open pages at each kill."""
    found: dict[str, Any] = {}
    async with cluster() as running:
        cookie = await signed_in(running.stage, 0)
        for transport in TRANSPORTS:
            if transport != running.transport:
                await _restart_all(running, transport)
            found[transport] = await _time_messages(running, taps)
            if transport == "redis":
                found["redis_away"] = await _without_redis(running)
            found[transport]["kills"] = await _kills(running, cookie, tabs)
        await running.load.pause()
        broken = await invariants.broken(running.stage.business, running.load.acknowledged)
        acknowledged = running.load.acknowledged.count
    return _figures(found, broken, acknowledged)


def _figures(found: dict[str, Any], broken: invariants.Broken, acknowledged: int) -> dict[str, Any]:
    return {
        "ours": broken.lost + broken.doubled + broken.stuck,
        "peer": None,
        "ratio": None,
        "unit": "things lost, doubled or stuck",
        "details": found
        | msgspec.to_builtins(broken)
        | {
            "acknowledged": acknowledged,
            "slowest_crossing_p99_ms": max(found[one]["crossing"]["p99_ms"] for one in TRANSPORTS),
            "slowest_resume_s": max(found[one]["kills"]["dashboard"] for one in TRANSPORTS),
            "programs_hear_the_same": all(found[one]["same"] for one in TRANSPORTS),
        },
    }


async def _restart_all(running: Cluster, transport: Transport) -> None:
    """Restart one process after the other with this transport; the proxy always has one."""
    running.transport = transport
    for number in (0, 1):
        for role in ROLES:
            running.processes[role][number].kill()
        await asyncio.gather(*(running.replace(role, number) for role in ROLES))


async def _time_messages(running: Cluster, taps: int) -> dict[str, Any]:
    """Contexts written through one API process and heard by a program of the other, in turns."""
    ports = [process.port for process in running.processes["api"]]
    async with AsyncExitStack() as stack, httpx.AsyncClient(timeout=PATIENCE) as http:
        programs = [await listening_at(stack, running, port) for port in ports]
        for number in range(10):  # the first requests compile and load code
            await _time_message(http, running, programs, number)
        since = time.perf_counter()
        waits = [await _time_message(http, running, programs, number) for number in range(taps)]
        await running.load.pause()
        alike = await same(programs, since)
        running.load.go_on()
        kinds = sorted({message["type"] for _, message in programs[0].messages})
    return {"crossing": figures(waits), "same": alike, "kinds": kinds}


async def _time_message(
    http: httpx.AsyncClient, running: Cluster, programs: list[Program], number: int
) -> float:
    """Seconds from a call to one process until a program of the other hears of it."""
    writer = number % 2
    began = time.perf_counter()
    context = await tap(http, running, running.processes["api"][writer].port, number)
    return await programs[1 - writer].heard(context) - began


async def _kills(running: Cluster, cookie: str, tabs: int) -> dict[str, Any]:
    """kill -9 the first process of each role; seconds until its work continues elsewhere."""
    found: dict[str, Any] = {}
    running.processes["api"][0].kill()
    found["api"] = await _seconds_of(running.load.next_acknowledged())
    found["dashboard"], found["pages"] = await _dashboard_killed(running, cookie, tabs)
    running.processes["worker"][0].kill()
    found["worker"] = await _seconds_of(running.load.next_acknowledged())
    return found


async def _dashboard_killed(running: Cluster, cookie: str, tabs: int) -> tuple[float, int]:
    """(seconds until the last page of the dead process is open elsewhere, number of pages)."""
    pages: list[Tab] = []
    theirs: list[Tab] = []
    async with asyncio.timeout(PATIENCE):
        while len(pages) < tabs or not theirs:  # a replaced process gets requests a bit later
            pages.append(await _loaded(running, PATHS[len(pages) % len(PATHS)], cookie))
            theirs = [page for page in pages if page.cookies["PULSE_SERVER"] == "d1"]
    running.processes["dashboard"][0].kill()
    began = time.perf_counter()
    again = await asyncio.gather(*(_opened_again(running, page, cookie) for page in theirs))
    seconds = time.perf_counter() - began
    assert all(page.cookies.get("PULSE_SERVER") == "d2" for page in again)
    for page in [*pages, *again]:
        await page.close()
    return round(seconds, 2), len(theirs)


async def _opened_again(running: Cluster, page: Tab, cookie: str) -> Tab:
    """Reconnect like a browser: the socket ends, and the page loads again with its cookies."""
    with suppress(Exception):
        await page.listen()
    return await _loaded(running, page.path, f"{cookie}; PULSE_SERVER=d1")


async def _loaded(running: Cluster, path: str, cookie: str) -> Tab:
    """Load a page like a browser; one whose socket is refused is loaded again.

    That happens while a process has just started: the proxy may not send the socket to the process
    that served the page.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(httpx.HTTPError, RuntimeError):
                return await opened(running.proxy.url, path, cookie)
            await asyncio.sleep(0.1)


async def _without_redis(running: Cluster) -> dict[str, Any]:
    """Kill and restart Redis: what is ready meanwhile, and seconds until changes are received."""
    api, worker = running.processes["api"], running.processes["worker"][0]
    running.redis.kill()
    unready = await _seconds_of(_until(lambda: _ready(api[1]), wanted=False))
    meanwhile = {
        "api": await _ready(api[1]),
        "api_for_rest": await _ready(api[1], "?needs=database"),
        "dashboard": await _ready(running.processes["dashboard"][1]),
        "worker": await _ready(worker),
    }
    await running.load.next_acknowledged()
    async with AsyncExitStack() as stack, httpx.AsyncClient(timeout=PATIENCE) as http:
        program = await listening_at(stack, running, api[1].port)
        await running.redis.start()
        heard = await _seconds_of(_heard_again(http, running, program))
        await _until(lambda: _ready(api[1]), wanted=True)
    return {"unready_after_s": unready, "ready_meanwhile": meanwhile, "heard_after_s": heard}


async def _heard_again(http: httpx.AsyncClient, running: Cluster, program: Program) -> None:
    """Return when a context written to one process is heard by this program of the other."""
    async with asyncio.timeout(PATIENCE):
        for number in range(1000):
            context = await tap(http, running, running.processes["api"][0].port, number)
            with suppress(TimeoutError):
                await program.heard(context, within=0.1)
                return


async def _ready(process: Process, query: str = "") -> bool:
    async with httpx.AsyncClient(timeout=PATIENCE) as http:
        answer = await http.get(f"http://127.0.0.1:{process.port}/health/ready{query}")
    return answer.status_code == 200


async def _until(is_so: Any, *, wanted: bool) -> None:
    async with asyncio.timeout(PATIENCE):
        while await is_so() != wanted:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


async def _seconds_of(work: Any) -> float:
    began = time.perf_counter()
    await work
    return round(time.perf_counter() - began, 2)
