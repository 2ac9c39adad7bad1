"""What `shared.telemetry` does where something is traced; nothing else knows the library."""

from collections.abc import Iterable, Mapping
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.telemetry import Place

_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_FAULT: Final = 500


class _Ids(RandomIdGenerator):
    """Random ids, but those of a first span that is known before it is made."""

    def __init__(self) -> None:
        self.given: Place | None = None

    def generate_span_id(self) -> int:
        return super().generate_span_id() if self.given is None else self.given.root

    def generate_trace_id(self) -> int:
        return super().generate_trace_id() if self.given is None else self.given.trace


class RequestSpan:
    """A request under way. `parent` is the traceparent for whoever is asked on its behalf."""

    def __init__(self, span: Span) -> None:
        self._span = span
        here = span.get_span_context()
        self.parent = (
            f"00-{here.trace_id:032x}-{here.span_id:016x}-{int(here.trace_flags):02x}".encode()
        )

    def end(self, method: str, route: str, status: int) -> None:
        """Note by which route it was answered, and how."""
        self._span.update_name(f"{method} {route}")
        self._span.set_attributes(
            {
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": status,
            }
        )
        if not status or status >= _FAULT:
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()


class Tracing:
    """The spans of one process, sent in batches by a thread of the library's."""

    def __init__(self, service: str, endpoint: str, processor: SpanProcessor | None) -> None:
        self._ids = _Ids()
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": service}), id_generator=self._ids
        )
        if processor is None:
            exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
            processor = BatchSpanProcessor(exporter)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("qadaga")
        self._propagator = TraceContextTextMapPropagator()

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    def request(self, method: str, given: str | None) -> RequestSpan:
        """Begin the span of a request; a `traceparent` that is none begins a trace anew."""
        carrier = {} if given is None else {"traceparent": given}
        context = self._propagator.extract(carrier)
        return RequestSpan(self._tracer.start_span(method, context, SpanKind.SERVER))

    def record(
        self,
        name: str,
        places: Iterable[Place],
        began: int,
        *,
        first: bool,
        attributes: Mapping[str, str | int],
    ) -> None:
        """Note a span a purchase, of the traces that are sampled: everywhere the same ones."""
        for place in places:
            sampler = self._provider.sampler
            if sampler.should_sample(None, place.trace, name).decision is Decision.DROP:
                continue
            try:
                self._ids.given = place if first else None
                span = self._tracer.start_span(
                    name,
                    None if first else _after(place),
                    SpanKind.PRODUCER if first else SpanKind.CONSUMER,
                    {"qadaga.process": place.process, **attributes},
                    start_time=began,
                )
            finally:
                self._ids.given = None
            span.end()


def _after(place: Place) -> Context:
    """Return the context of who works on what was published."""
    published = SpanContext(place.trace, place.root, is_remote=True, trace_flags=_SAMPLED)
    return set_span_in_context(NonRecordingSpan(published))
