"""Traces by OpenTelemetry, for whoever keeps a collector; without its address nothing is imported.

A request is followed by its `traceparent` (W3C Trace Context): the gateway takes the caller's or
begins one, services inside only go on with what they are given. What travels by feeds has a trace
too, and nobody has to store it: it is derived from the process and the number of its release in
the feed, which scores and alerts carry anyway. So everybody who works on a release, a score or an
alert, hours later or after a restart, knows the same trace.

A span tells what was done, where and how long: route templates, statuses, ids of purchases. Never
a query, a header, an address or a key.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

import asyncpg
import msgspec

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

    from shared.feed.entries import Entry
    from shared.settings import Settings
    from shared.tracing import RequestSpan, Tracing

Apply = Callable[[asyncpg.Connection, Sequence["Entry"]], Awaitable[None]]


class Place(NamedTuple):
    """A purchase as of one number of the feed of releases: what a trace of the feeds is about."""

    process: str
    seq: int

    @property
    def trace(self) -> int:
        """Its trace id, the same for everybody."""
        return int.from_bytes(self._digest(b"trace", 16))

    @property
    def root(self) -> int:
        """The id of its first span: that it was published."""
        return int.from_bytes(self._digest(b"root", 8))

    def _digest(self, what: bytes, size: int) -> bytes:
        return blake2b(
            f"{self.process}/{self.seq}".encode(), digest_size=size, person=what
        ).digest()


_tracing: "Tracing | None" = None


def begin(service: str, settings: "Settings", processor: "SpanProcessor | None" = None) -> None:
    """Trace what this process does, if the settings name a collector.

    `processor` takes the spans instead of an exporter. Raises SystemExit where the packages of the
    extra `traces` are missing.
    """
    global _tracing  # noqa: PLW0603 (one a process, as the library has it)
    if _tracing is not None or not (processor or settings.otel_exporter_otlp_endpoint):
        return
    try:
        from shared.tracing import Tracing  # noqa: PLC0415 (dear, and an extra)
    except ImportError as missing:
        raise SystemExit(
            f"{service}: OTEL_EXPORTER_OTLP_ENDPOINT is set, and {missing.name} is not installed"
            " (the extra `traces` of qadaga-shared)"
        ) from missing
    _tracing = Tracing(service, settings.otel_exporter_otlp_endpoint or "", processor)


def end() -> None:
    """Send what is left, and trace no more."""
    global _tracing  # noqa: PLW0603
    if _tracing is not None:
        _tracing.close()
    _tracing = None


def on() -> bool:
    """Whether anything is traced: ask before working something out for `record`."""
    return _tracing is not None


def request(method: str, given: str | None) -> "RequestSpan":
    """Begin the span of a request, of the trace it names or of a new one; only where it is on."""
    assert _tracing is not None
    return _tracing.request(method, given)


def now() -> int:
    """The moment as `record` takes it."""
    return time.time_ns()


def record(
    name: str,
    places: Iterable[Place],
    began: int,
    *,
    first: bool = False,
    **attributes: str | int,
) -> None:
    """Note that something was done about purchases, from `began` until now; `first`: published."""
    if _tracing is not None:
        _tracing.record(name, places, began, first=first, attributes=attributes)


def traced(feed: str, apply: Apply) -> Apply:
    """Return what applies the entries of a feed, with spans where anything is traced."""
    if _tracing is None or feed not in _PLACES:
        return apply

    async def noted(connection: asyncpg.Connection, entries: Sequence["Entry"]) -> None:
        began = now()
        await apply(connection, entries)
        record(f"apply {feed}", places(feed, entries), began)

    return noted


def places(feed: str, entries: Iterable["Entry"]) -> list[Place]:
    """Return which purchases entries of releases, scores or alerts are about, as of when."""
    found = (_PLACES[feed](entry) for entry in entries if not entry.deleted)
    return [place for place in found if place is not None]


class _Subject(msgspec.Struct):
    type: str
    id: str


class _Judged(msgspec.Struct):
    subject: _Subject
    data_seq: int
    process: str | None = None


_judged = msgspec.json.Decoder(_Judged).decode


def _of_release(entry: "Entry") -> Place | None:
    return Place(entry.key, entry.seq)


def _of_judgement(entry: "Entry") -> Place | None:
    try:
        found = _judged(entry.body)
    except msgspec.DecodeError:  # whoever applies it will say so
        return None
    process = found.process or (found.subject.id if found.subject.type == "process" else None)
    return Place(process, found.data_seq) if process else None


_PLACES: Final[dict[str, Callable[["Entry"], Place | None]]] = {
    "releases": _of_release,
    "scores": _of_judgement,
    "alerts": _of_judgement,
}
