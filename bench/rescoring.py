"""Rescore all customers: read, measure, score, write and snapshot, in a database.

Used by `bench.scoring`, which runs it in its own process so that its memory is measured alone.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from bench.stage import METRICS, stage
from pulse import workflows
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant


async def rescoring(customers: int) -> dict[str, float]:
    """Seconds and peak memory for rescoring so many customers × 20 metrics."""
    async with stage(FIRST) as made:
        await _more_customers(made.business, customers - FIRST)
        started, worked = time.perf_counter(), time.process_time()
        await workflows.rescore(made.business)
        return {
            "customers": customers,
            "seconds": round(time.perf_counter() - started, 1),
            "processor_seconds": round(time.process_time() - worked, 1),
            "peak_memory_mib": _peak_memory(),
        }


def _peak_memory() -> int:
    """Peak memory of this process in MiB; `ru_maxrss` would include the parent's before exec."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


STEP = 100_000  # customers per statement; below the pool's time-out
FIRST = 1_000  # customers that the stage itself creates, with a catalogue and a scorecard


async def _more_customers(scope: Scope, count: int) -> None:
    """Add customers like the stage's own, inside the database."""
    attributes = ", ".join(
        f"'metric_{number}', round((50 + 15 * random_normal())::numeric, 2)"
        for number in range(METRICS)
    )
    for first in range(1, count + 1, STEP):
        async with tenant(scope) as unit:
            await unit.execute(
                "INSERT INTO customers (business_id, external_id, name, attributes) "
                "SELECT $1, 'more-' || number, 'more-' || number, "
                f"jsonb_build_object({attributes}) FROM generate_series($2::int, $3::int) number",
                scope.business_id,
                first,
                min(count, first + STEP - 1),
            )


if __name__ == "__main__":
    print(json.dumps(asyncio.run(rescoring(int(sys.argv[1])))))
