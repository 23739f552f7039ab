"""Click latency in 20 dashboards of the process that rescores 100,000 customers.

One process does everything, as with `make demo` and in a small installation: the NiceGUI pages with
their sockets, and the job that a new scorecard version enqueues.
"""

import asyncio
import json
import statistics
import time
from typing import Any

from bench.open_pages import all_open, clicked, owned, signed_in
from bench.stage import Stage, free_port, process, stage
from pulse import workflows
from pulse.db.transaction import tenant
from pulse.jobs.queue import enqueue, waiting

CUSTOMERS = 100_000
TABS = 20
PEOPLE = 5
QUIET_SECONDS = 10.0
AT_MOST = 120.0
"""Seconds after which the benchmark gives up on a rescoring."""


async def measured(
    customers: int = CUSTOMERS, tabs: int = TABS, quiet_seconds: float = QUIET_SECONDS
) -> dict[str, Any]:
    """Clicks in ms before and during the rescoring, and how long the rescoring took."""
    async with stage(customers) as made:
        cookies = [await signed_in(made, number) for number in range(PEOPLE)]
        await owned(made)
        port = free_port()
        serve = ["-m", "pulse", "serve", "--port", str(port)]
        async with (
            process(serve, made.environment(), port, "/health/ready"),
            asyncio.TaskGroup() as crowd,
        ):
            base = f"http://127.0.0.1:{port}"
            open_tabs, listening = await all_open(base, cookies, tabs, crowd)
            quiet = await clicked(open_tabs, quiet_seconds)
            await _asked(made)
            began = time.perf_counter()
            busy: list[float] = []
            while await _waits(made) and time.perf_counter() - began < AT_MOST:
                busy += await clicked(open_tabs, 1.0)
            took = time.perf_counter() - began
            for task in listening:
                task.cancel()
    return {
        "customers": customers,
        "tabs": tabs,
        "rescored_s": round(took, 1),
        "clicks": len(busy),
        "quiet_p50_ms": round(statistics.median(quiet), 1),
        "busy_p50_ms": round(statistics.median(busy), 1),
        "busy_p95_ms": round(statistics.quantiles(busy, n=20)[-1], 1),
        "slowest_ms": round(max(busy), 1),
    }


async def _asked(made: Stage) -> None:
    """Enqueue the job of a publication."""
    async with tenant(made.business) as unit:
        await enqueue(unit, workflows.RESCORE, [{}])


async def _waits(made: Stage) -> bool:
    """Whether the job is still waiting or running."""
    async with tenant(made.business) as unit:
        return await waiting(unit, workflows.RESCORE) > 0


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measured())))
