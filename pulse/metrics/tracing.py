"""Traces by OpenTelemetry: off, without any cost, unless an OTLP endpoint is set.

Spans are a request (`GET /api/customers/{customer_id}`), a unit of work, a job, a model call and a
webhook attempt. Their attributes are routes, methods, status codes, job names and the id of the
business: no personal data, and only the class of an error. Needs `pulse-identity[otel]`.
"""

import asyncio
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from pulse.errors import Invalid

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

PASSED_ON = (b"traceparent", b"tracestate")  # W3C Trace Context


class _NoSpan:
    """Stands for a span while tracing is off."""

    def set_attribute(self, name: str, value: Any) -> None:
        """Does nothing."""

    def update_name(self, name: str) -> None:
        """Does nothing."""


_NO_SPAN = nullcontext(_NoSpan())
_tracer: Any = None
_provider: "TracerProvider | None" = None


def span(
    name: str, headers: Iterable[tuple[bytes, bytes]] = (), **attributes: str | int | bool
) -> AbstractContextManager[Any]:
    """A span for the block, below the present one; a block that raises marks it as failed.

    headers: of a request, which may continue the caller's trace. __ in an attribute's name becomes
    a dot: `http__route` is http.route.
    """
    if _tracer is None:
        return _NO_SPAN
    return _span(name, headers, attributes)


@contextmanager
def _span(
    name: str, headers: Iterable[tuple[bytes, bytes]], attributes: dict[str, Any]
) -> Iterator[Any]:
    from opentelemetry.trace import StatusCode

    made = _tracer.start_as_current_span(
        name,
        context=_context_of(headers),
        attributes={key.replace("__", "."): value for key, value in attributes.items()},
        record_exception=False,  # messages may quote text of people
        set_status_on_exception=False,
    )
    with made as current:
        try:
            yield current
        except BaseException as failed:
            current.set_status(StatusCode.ERROR)
            current.set_attribute("error.type", type(failed).__name__)
            raise


def _context_of(headers: Iterable[tuple[bytes, bytes]]) -> Any:
    """The caller's trace, if these headers name one; None: the present one."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carried = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in headers
        if name in PASSED_ON
    }
    return TraceContextTextMapPropagator().extract(carried) if carried else None


def start(endpoint: str, role: str) -> None:
    """Send traces to this OTLP endpoint (http://collector:4318); an empty text: no traces.

    The other OTEL_ variables (headers, sampler, service name) work as OpenTelemetry defines them.
    Raises Invalid when OpenTelemetry is not installed.
    """
    if not endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as missing:
        raise Invalid(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed: "
            "pip install 'pulse-identity[otel]'."
        ) from missing
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    start_with(BatchSpanProcessor(exporter), role)


def start_with(processor: "SpanProcessor", role: str) -> None:
    """Send spans to this processor; for tests and custom exporters."""
    global _tracer, _provider  # noqa: PLW0603 - one tracer a process, chosen at its start
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    name = os.environ.get("OTEL_SERVICE_NAME", "pulse")
    resource = Resource.create({"service.name": name, "pulse.role": role})
    _provider = TracerProvider(resource=resource)
    _provider.add_span_processor(processor)
    _tracer = _provider.get_tracer("pulse")


async def stop() -> None:
    """Send the remaining spans, and stop tracing."""
    global _tracer, _provider
    provider, _tracer, _provider = _provider, None, None
    if provider is not None:
        await asyncio.to_thread(provider.shutdown)
