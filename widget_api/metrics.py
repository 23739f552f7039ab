"""Prometheus metrics at /metrics: requests, sockets, the live hub; no personal data."""

from functools import cache
from typing import Any

from prometheus_client import Counter, Gauge, Histogram, generate_latest

from pulse.live.hub import HUB
from pulse.metrics import REGISTRY

_requests = Counter(
    "pulse_requests_total", "Answered requests", ["method", "route", "status"], registry=REGISTRY
)
_seconds = Histogram(
    "pulse_request_seconds",
    "How long requests took",
    ["route"],
    registry=REGISTRY,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
sockets = Gauge("pulse_sockets", "Open sockets", ["kind"], registry=REGISTRY)
handshakes_waiting = Gauge(
    "pulse_handshakes_waiting", "Widgets that wait for their turn to connect", registry=REGISTRY
)
closings = Counter(
    "pulse_socket_closings_total", "Sockets closed by us", ["kind", "code"], registry=REGISTRY
)
_published = Gauge("pulse_live_published", "Messages published here", registry=REGISTRY)
_dropped = Gauge("pulse_live_slow_listeners", "Messages refused by slow", registry=REGISTRY)
_listeners = Gauge("pulse_live_listeners", "Open subscriptions", registry=REGISTRY)
_healthy = Gauge("pulse_live_transport_up", "1 while connected to others", registry=REGISTRY)

_published.set_function(lambda: HUB.published)
_dropped.set_function(lambda: HUB.dropped)
_listeners.set_function(lambda: HUB.listeners)
_healthy.set_function(lambda: float(HUB.healthy))


def request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request; route: the template, so that no id becomes a label."""
    counter, histogram = _children(method, route, status)
    counter.inc()
    histogram.observe(seconds)


def page() -> bytes:
    """All metrics in Prometheus's text format."""
    return generate_latest(REGISTRY)


@cache
def _children(method: str, route: str, status: int) -> tuple[Any, Any]:
    return _requests.labels(method, route, status), _seconds.labels(route)
