"""A collector of traces that keeps what it is sent: OTLP over HTTP, protobuf, without a library."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Span:
    """One span: who made it, of which trace, after which, and what it tells."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    told: dict[str, Any]


@dataclass
class Collector:
    """What was sent so far, also as it came."""

    spans: list[Span] = field(default_factory=list)
    raw: bytes = b""
    url: str = ""

    def of(self, trace: str) -> list[Span]:
        return [span for span in self.spans if span.trace == trace]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take what one connection sends; each sends once."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            named = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
            headers = {name.lower(): value for name, _, value in named}
            assert head.startswith("POST /v1/traces "), head
            assert headers["content-type"] == "application/x-protobuf"
            body = await reader.readexactly(int(headers["content-length"]))
            self.take(gzip.decompress(body) if "content-encoding" in headers else body)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def take(self, body: bytes) -> None:
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            [service] = [
                each.value.string_value
                for each in resource.resource.attributes
                if each.key == "service.name"
            ]
            for scope in resource.scope_spans:
                for span in scope.spans:
                    told = {
                        each.key: each.value.string_value or each.value.int_value
                        for each in span.attributes
                    }
                    ids = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
                    self.spans.append(Span(service, span.name, *ids, told))


@asynccontextmanager
async def opened_collector() -> AsyncIterator[Collector]:
    """A collector that listens on this machine."""
    collector = Collector()
    server = await asyncio.start_server(collector.serve, "127.0.0.1", 0)
    collector.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield collector
    finally:
        server.close()
