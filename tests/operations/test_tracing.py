"""Traces: the spans that an exporter and an OTLP collector receive."""

import gzip
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from pulse.auth.api_keys import create_api_key
from pulse.auth.scope import Scope
from pulse.db.transaction import tenant
from pulse.metrics import tracing
from widget_api.app import build

pytestmark = pytest.mark.slow

SERVER = """
import sys
UNWANTED = ("opentelemetry.sdk.trace.export", "opentelemetry.exporter")
import pulse.server, ui.app, widget_api.app
print([name for name in sys.modules if name.startswith(UNWANTED)])
"""


@pytest.fixture
async def spans() -> AsyncIterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.start_with(SimpleSpanProcessor(exporter), "all")
    yield exporter
    await tracing.stop()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=build())  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://pulse.test") as made:
        yield made


def one(exporter: InMemorySpanExporter, name: str) -> ReadableSpan:
    (found,) = [span for span in exporter.get_finished_spans() if span.name == name]
    return found


async def test_a_request_and_its_units_of_work_are_one_trace_of_the_callers(
    ordering_shop: Scope, client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    key = await create_api_key(ordering_shop, "tests", ["read"])
    spans.clear()
    trace = uuid4().hex
    headers = {"authorization": f"Bearer {key}", "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    answer = await client.get("/api/customers/c1", headers=headers)
    assert answer.status_code == 200
    request = one(spans, "GET /api/customers/{customer_id}")
    assert request.context
    assert request.parent
    assert f"{request.context.trace_id:032x}" == trace
    assert request.attributes == {
        "http.route": "/api/customers/{customer_id}",
        "http.response.status_code": 200,
        "pulse.business_id": str(ordering_shop.business_id),
    }
    units = [span for span in spans.get_finished_spans() if span.name == "unit_of_work"]
    assert units
    assert all(unit.parent and unit.parent.span_id == request.context.span_id for unit in units)
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    assert key not in told
    assert '"c1"' not in told


async def test_an_errors_class_is_traced_but_not_its_text(
    shop: Scope, spans: InMemorySpanExporter
) -> None:
    with pytest.raises(ValueError, match="is no number"):
        async with tenant(shop):
            raise ValueError("ann@example.com is no number")
    failed = one(spans, "unit_of_work")
    assert not failed.status.is_ok
    assert failed.attributes
    assert failed.attributes["error.type"] == "ValueError"
    assert "ann@" not in failed.to_json()


@pytest.fixture
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """An OTLP collector that accepts all spans; yields its URL."""
    taken: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            if self.path == "/v1/traces":
                taken.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", taken
    server.shutdown()
    server.server_close()


async def test_a_collector_receives_all_spans(
    collector: tuple[str, list[ExportTraceServiceRequest]],
) -> None:
    address, taken = collector
    tracing.start(address, "worker")
    with tracing.span("job rescore", pulse__business_id="b"):
        pass
    await tracing.stop()
    (told,) = taken
    resource = {
        one.key: one.value.string_value for one in told.resource_spans[0].resource.attributes
    }
    assert (resource["service.name"], resource["pulse.role"]) == ("pulse", "worker")
    (span,) = told.resource_spans[0].scope_spans[0].spans
    assert span.name == "job rescore"
    assert span.attributes[0].key == "pulse.business_id"


def test_without_an_endpoint_nothing_is_traced_or_imported() -> None:
    tracing.start("", "all")
    with tracing.span("request") as traced:
        traced.set_attribute("http.route", "/")
    ran = subprocess.run([sys.executable, "-c", SERVER], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"
