"""2,000 events a second for a minute, with `track` and `batch` from 8 keys: none lost or repeated.

A tenth of the calls is sent twice and connections are dropped in the middle, as programs do when
they get no answer. Afterwards every message id must exist once, and the scores must be equal to
those of a recalculation of all customers.
"""

import asyncio
import gzip
import os
import random
import time
from typing import Any

import httpx
import msgspec

from bench.stage import Stage, free_port, process, stage
from pulse import workflows
from pulse.auth.api_keys import create_api_key
from pulse.db.transaction import tenant
from pulse.scoring import scorecard_store
from pulse.scoring.metrics.catalogue import MetricDefinition

CUSTOMERS = 5_000
KEYS = 8
SECONDS = float(os.environ.get("PULSE_BENCH_SECONDS", "60"))
EVENTS_A_SECOND = 2_000
BATCH = 50
SINGLES = 2  # track calls per batch call
AGAIN = 0.1  # share of the calls that are sent twice
DROPPED = 0.02  # share of the calls after which the connection is dropped
SETTLED_SECONDS = 30.0

ORDERS = MetricDefinition(
    key="orders",
    label="Orders",
    unit="orders",
    signal="engagement",
    direction="higher",
    kind="event_count",
    parameters={"event": "order", "days": 90},
)


class Sender:
    """A program with its own key that keeps a rate and repeats unacknowledged calls."""

    def __init__(self, number: int, key: str, customers: list[str], port: int) -> None:
        self.sent: set[str] = set()
        self.calls = self.repeats = self.drops = self.failures = 0
        self.latencies: list[float] = []
        self._chance = random.Random(number)
        self._number, self._customers = number, customers
        self._url = f"http://127.0.0.1:{port}/api"
        self._headers = {"Authorization": f"Bearer {key}", "content-type": "application/json"}
        self._client = httpx.AsyncClient(timeout=30)

    async def work(self, seconds: float) -> None:
        """Keep the rate for so long; catches up at once after falling behind."""
        pause = (BATCH + SINGLES) * KEYS / EVENTS_A_SECOND
        began = time.perf_counter()
        for turn in range(int(seconds / pause)):
            await asyncio.sleep(max(0.0, began + turn * pause - time.perf_counter()))
            batch = [self._event() for _ in range(BATCH)]
            await self._deliver("batch", {"batch": batch}, packed=turn % 2 == 0)
            for _ in range(SINGLES):
                await self._deliver("track", self._event(), packed=False)
        await self._client.aclose()

    def _event(self) -> dict[str, Any]:
        name = f"k{self._number}-{len(self.sent)}"
        self.sent.add(name)
        return {
            "type": "track",
            "messageId": name,
            "userId": self._chance.choice(self._customers),
            "event": "order",
            "properties": {"amount": round(self._chance.uniform(5, 50), 2)},
        }

    async def _deliver(self, path: str, body: dict[str, Any], *, packed: bool) -> None:
        content = msgspec.json.encode(body)
        headers = dict(self._headers)
        if packed:
            content, headers["content-encoding"] = gzip.compress(content, 1), "gzip"
        times = 2 if self._chance.random() < AGAIN else 1
        for again in range(times):
            self.repeats += again
            while not await self._once(path, content, headers):
                self.failures += 1
                await asyncio.sleep(0.2)
        if self._chance.random() < DROPPED:
            self.drops += 1
            await self._client.aclose()
            self._client = httpx.AsyncClient(timeout=30)

    async def _once(self, path: str, content: bytes, headers: dict[str, str]) -> bool:
        began = time.perf_counter()
        self.calls += 1
        try:
            answer = await self._client.post(
                f"{self._url}/{path}", content=content, headers=headers
            )
        except httpx.HTTPError:
            return False
        self.latencies.append(time.perf_counter() - began)
        return answer.status_code == 202


def run(customers: int = CUSTOMERS, seconds: float = SECONDS) -> dict[str, Any]:
    """The results: accepted events a second, and whether events and scores are right."""
    return asyncio.run(_run(customers, seconds))


async def _run(customers: int, lasting: float) -> dict[str, Any]:
    async with stage(customers) as made:
        await _add_orders(made)
        port = free_port()
        keys = [await create_api_key(made.business, f"key {n}", ["ingest"]) for n in range(KEYS)]
        senders = [Sender(n, key, made.customers, port) for n, key in enumerate(keys)]
        server = ["-m", "pulse", "serve", "--role", "api", "--port", str(port)]
        async with process(server, made.environment(), port, "/health/ready"):
            began = time.perf_counter()
            async with asyncio.TaskGroup() as group:
                for sender in senders:
                    group.create_task(sender.work(lasting))
            seconds = time.perf_counter() - began
            settled = await _settled(made)
        return await _figures(made, senders, seconds, settled)


async def _add_orders(made: Stage) -> None:
    async with tenant(made.business) as unit:
        catalogue = [*await scorecard_store.catalogue(unit), ORDERS]
        await scorecard_store.save_catalogue(unit, catalogue)
        await unit.execute("UPDATE scorecards SET status = 'retired'")
    await workflows.rescore(made.business)


async def _settled(made: Stage) -> float:
    """Seconds after the last event until no score is pending."""
    began = time.perf_counter()
    while time.perf_counter() - began < SETTLED_SECONDS:
        async with tenant(made.business) as unit:
            if not await unit.fetchval("SELECT count(*) FROM scores_due"):
                break
        await asyncio.sleep(0.05)
    return time.perf_counter() - began


async def _figures(
    made: Stage, senders: list[Sender], seconds: float, settled: float
) -> dict[str, Any]:
    sent = set().union(*(sender.sent for sender in senders))
    async with tenant(made.business) as unit:
        rows = await unit.fetch("SELECT message_id FROM events")
        before = await _strengths(unit)
    await workflows.rescore(made.business)
    async with tenant(made.business) as unit:
        after = await _strengths(unit)
    kept = [row["message_id"] for row in rows]
    latencies = sorted(one for sender in senders for one in sender.latencies)
    # time passes between the two scorings; only metrics that age by the second may differ
    apart = max(abs(before[one] - after[one]) for one in after)
    return {
        "ours": round(len(sent) / seconds, 1),
        "peer": None,
        "ratio": None,
        "unit": "events a second, sustained",
        "details": {
            "seconds": round(seconds, 1),
            "events": len(sent),
            "calls": sum(sender.calls for sender in senders),
            "sent_twice": sum(sender.repeats for sender in senders),
            "connections_dropped": sum(sender.drops for sender in senders),
            "calls_tried_again": sum(sender.failures for sender in senders),
            "lost": len(sent - set(kept)),
            "doubled": len(kept) - len(set(kept)),
            "p50_ms": round(latencies[len(latencies) // 2] * 1000, 1),
            "p99_ms": round(latencies[int(len(latencies) * 0.99)] * 1000, 1),
            "scores_settled_seconds": round(settled, 2),
            "largest_score_difference": round(apart, 6),
            "load_average": round(os.getloadavg()[0], 1),
        },
    }


async def _strengths(unit: Any) -> dict[str, float]:
    rows = await unit.fetch("SELECT external_id, identity_strength FROM scored_customers")
    return {row["external_id"]: row["identity_strength"] for row in rows}
