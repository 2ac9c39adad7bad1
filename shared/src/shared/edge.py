"""The outermost layer of every service: what comes in is checked, what goes out is accounted for.

One plain ASGI layer, because each further one costs every request: it gives the request its id,
refuses bodies, addresses and parameters that nobody should have to deal with, turns whatever goes
wrong into a problem document, counts, and writes the access line.
"""

import asyncio
import re
import secrets
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import bodies, logs, metrics
from shared.access import AccessLog
from shared.errors import (
    AddressTooLong,
    DependencyDown,
    FieldError,
    InternalError,
    PayloadTooLarge,
    Problem,
    TooSlow,
    UnknownParameter,
    UnsupportedMediaType,
    ValidationFailed,
)
from shared.faults import is_connection_fault
from shared.problems import problem_response
from shared.routes import Routes

LONGEST_ADDRESS: Final = 8192
MOST_PARAMETERS: Final = 100
BODY_PATIENCE: Final = 30.0
"""Seconds in which a body has to arrive."""

CLIENT_GONE: Final = 499
"""Status in logs and metrics for a caller who left before the answer (a custom of nginx)."""

JSON: Final = "application/json"

_PLAIN_ID = re.compile(rb"[A-Za-z0-9_-]{1,64}")
_TRACE_PARENT = re.compile(
    rb"[0-9a-f]{2}-(?P<trace>(?!0{32})[0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}"
)

_HARDENING = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
_HARDENING_OF_PAGES = _HARDENING[:2]
"""A page made for people states its own content policy."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})

_log = logs.logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service takes in."""

    body: int = bodies.LARGEST_BODY
    media_types: frozenset[str] = frozenset({JSON})


class _Exchange:
    """One request and its answer, as far as the edge has to remember it."""

    __slots__ = ("_head_only", "_send", "id", "status")

    def __init__(self, send: Send, request_id: bytes, *, head_only: bool) -> None:
        self._send = send
        self._head_only = head_only
        self.id = request_id
        self.status = 0

    async def send(self, message: Message) -> None:
        """Pass a message on, the start of the answer with our headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"]
            message["headers"] = [*headers, *_hardening(headers), (b"x-request-id", self.id)]
        elif self._head_only:
            message["body"] = b""
        await self._send(message)


def _hardening(headers: Any) -> list[tuple[bytes, bytes]]:
    for name, value in headers:
        if name == b"content-type":
            return _HARDENING_OF_PAGES if value.startswith(b"text/html") else _HARDENING
    return _HARDENING


class Edge:
    """The ASGI layer itself."""

    def __init__(
        self, app: ASGIApp, *, service: str, routes: Routes, limits: Limits, access: AccessLog
    ) -> None:
        self._app = app
        self._service = service
        self._routes = routes
        self._limits = limits
        self._access = access
        self._flying = metrics.requests.in_flight
        self._flying.setdefault(service, 0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is not one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        method = scope["method"]
        exchange = _Exchange(send, _identify(scope), head_only=method == "HEAD")
        if method == "HEAD":  # answered as GET, without the body (RFC 9110, 9.3.2)
            scope = {**scope, "method": "GET"}
        self._flying[self._service] += 1
        try:
            await self._answer(scope, receive, exchange)
        finally:
            self._flying[self._service] -= 1
            self._account(scope.get("endpoint"), method, exchange, perf_counter() - began)

    async def _answer(self, scope: Scope, receive: Receive, exchange: _Exchange) -> None:
        try:
            if scope["query_string"] or b"%" in scope["raw_path"]:
                self._check_address(scope)
            if scope["method"] not in _WITHOUT_BODY:
                receive = await _checked_body(scope, receive, self._limits)
            await self._app(scope, receive, exchange.send)
        except ClientDisconnect:
            exchange.status = exchange.status or CLIENT_GONE
        except Exception as error:
            if exchange.status:  # the answer has begun: all that is left is to break it off
                raise
            problem = _as_problem(error)
            await problem_response(problem, scope)(scope, receive, exchange.send)

    def _check_address(self, scope: Scope) -> None:
        query, path = scope["query_string"], scope["raw_path"]
        if len(query) + len(path) > LONGEST_ADDRESS:
            raise AddressTooLong(f"At most {LONGEST_ADDRESS} characters are read.")
        if errors := [*_flaws_of_text("/path", path), *_flaws_of_text("/query", query)]:
            raise ValidationFailed("The address is not plain Unicode text.", errors=errors)
        if query:
            self._routes.check_query(scope["method"], scope["path"], _parameters(query))

    def _account(self, endpoint: Any, method: str, exchange: _Exchange, seconds: float) -> None:
        route = self._routes.template(endpoint)
        method = method if method in _METHODS else "OTHER"
        status = str(exchange.status or CLIENT_GONE)
        metrics.requests.count((self._service, route, method, status), seconds)
        self._access.write(exchange.id, route, method, status, seconds)


def _identify(scope: Scope) -> bytes:
    """Return the id of a request: the caller's if it is a plain one, else a new one."""
    chosen = b""
    logs.trace_id.set(None)
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _PLAIN_ID.fullmatch(value):
            chosen = value
        elif name == b"traceparent" and (parent := _TRACE_PARENT.fullmatch(value)):
            logs.trace_id.set(parent["trace"].decode())
    chosen = chosen or secrets.token_hex(8).encode()
    logs.request_id.set(chosen.decode())
    return chosen


def _as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if is_connection_fault(error):
        _log.warning("dependency away", error=f"{type(error).__name__}: {error}")
        return DependencyDown("Try again in a moment.")
    _log.error("unexpected fault", exc_info=error)
    return InternalError("Quote the request id when you write to us.")


def _flaws_of_text(place: str, raw: bytes) -> list[FieldError]:
    if b"%" not in raw:
        return []
    text = unquote_to_bytes(raw)
    if b"\x00" in text:
        return [FieldError(place, "nul", "contains NUL")]
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return [FieldError(place, "not_utf8", "is not UTF-8")]
    return []


def _parameters(query: bytes) -> list[str]:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    if len(pairs) > MOST_PARAMETERS:
        raise UnknownParameter(f"At most {MOST_PARAMETERS} parameters are read.")
    return [name for name, _ in pairs]


class _Replay:
    """Hands a body that has been read to the application, as if it had just come in."""

    __slots__ = ("_body", "_receive")

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _checked_body(scope: Scope, receive: Receive, limits: Limits) -> Receive:
    headers = dict(scope["headers"])
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit() or int(declared[:20]) > limits.body:
        raise _too_large(limits.body)
    body = await _read_in_time(receive, limits.body)
    if body and _media_type(headers, limits) == JSON:
        bodies.parse(body)
    return _Replay(body, receive)


async def _read_in_time(receive: Receive, largest: int) -> bytes:
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            return await _read(receive, largest)
    except TimeoutError as error:
        said = f"The body did not arrive within {BODY_PATIENCE:.0f} seconds."
        raise TooSlow(said, headers={"Connection": "close"}) from error


async def _read(receive: Receive, largest: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > largest:
            raise _too_large(largest)
        if not message.get("more_body", False):
            return b"".join(parts)


def _too_large(largest: int) -> PayloadTooLarge:
    # The connection is given up, so that the rest of the body is not read only to be dropped.
    return PayloadTooLarge(
        f"At most {largest} bytes are read here.", headers={"Connection": "close"}
    )


def _media_type(headers: dict[bytes, bytes], limits: Limits) -> str:
    """Return the kind of a body, every kind of JSON being JSON.

    Raises UnsupportedMediaType for one that this service does not read.
    """
    kind, _, parameters = headers.get(b"content-type", b"").decode("latin-1").lower().partition(";")
    kind = JSON if kind.strip().endswith("+json") else kind.strip()
    encoded = headers.get(b"content-encoding", b"identity").lower() != b"identity"
    charset = parameters.replace('"', "").replace(" ", "").partition("charset=")[2]
    if kind not in limits.media_types or encoded or charset not in ("", "utf-8", "utf8"):
        kinds = ", ".join(sorted(limits.media_types))
        raise UnsupportedMediaType(f"Send Content-Type: {kinds}, in UTF-8 and not compressed.")
    return kind
