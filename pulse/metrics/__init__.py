"""Prometheus metrics for operators at /metrics; no personal data.

Modules that know a figure set or count it here. Names and labels are documented in docs/operate.md;
alerts and a dashboard for them are in deploy/.
"""

import asyncio
from collections.abc import Mapping
from time import perf_counter
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

LOOP_SECONDS = 0.5  # seconds between two measurements of the event loop

pool_connections = Gauge(
    "pulse_pool_connections", "Connections of the pool", ["state"], registry=REGISTRY
)
pool_waiting = Gauge(
    "pulse_pool_waiting", "Units of work that wait for a connection", registry=REGISTRY
)
pool_timeouts = Counter(
    "pulse_pool_timeouts", "Units of work that got no connection in time", registry=REGISTRY
)
replica_reads = Counter(
    "pulse_replica_reads", "Units of work that read from the replica", registry=REGISTRY
)
jobs_waiting = Gauge(
    "pulse_jobs", "Jobs in the queue, as a worker saw them last", ["state"], registry=REGISTRY
)
jobs_oldest = Gauge(
    "pulse_jobs_oldest_seconds", "How long the oldest job that is due has waited", registry=REGISTRY
)
jobs_done = Counter("pulse_jobs_done", "Jobs run here", ["job", "outcome"], registry=REGISTRY)
live_lag = Histogram(
    "pulse_live_lag_seconds",
    "From a change in another process until it is heard here",
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
loop_lag = Histogram(
    "pulse_event_loop_lag_seconds",
    "How much later than asked the event loop woke up",
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
open_pages = Gauge("pulse_open_pages", "Pages of the dashboard in this process", registry=REGISTRY)
drafts_by_template = Counter(
    "pulse_model_fallbacks", "Openers that the template wrote", ["reason"], registry=REGISTRY
)
imports = Counter("pulse_imports", "Imports that ended here", ["status"], registry=REGISTRY)
webhooks = Counter("pulse_webhooks", "Attempts to deliver", ["delivered"], registry=REGISTRY)
failures = Counter("pulse_failures", "Failures in the log", ["event"], registry=REGISTRY)

_COUNTED: dict[str, tuple[Counter, str]] = {
    "card_template_used": (drafts_by_template, "code"),
    "import_finished": (imports, "status"),
    "webhook_attempted": (webhooks, "delivered"),
}


def count_event(event: str, fields: Mapping[str, Any]) -> None:
    """Count a logged event, where it is one of the metrics."""
    if counted := _COUNTED.get(event):
        counter, label = counted
        counter.labels(str(fields.get(label)).lower()).inc()


def count_failure(event: str) -> None:
    """Count a failure by the name of its event."""
    failures.labels(event).inc()


async def watch_event_loop() -> None:
    """Measure the lag of this event loop until cancelled."""
    while True:
        began = perf_counter()
        await asyncio.sleep(LOOP_SECONDS)
        loop_lag.observe(max(0.0, perf_counter() - began - LOOP_SECONDS))
