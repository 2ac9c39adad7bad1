"""The outermost layer of every service: what comes in is checked, what goes out is accounted for.

One plain ASGI layer, because each further one costs every request: it gives the request its id,
refuses bodies, addresses and parameters that nobody should have to deal with, turns whatever goes
wrong into a problem document, counts, and writes the access line.

Of what is asked below a `quiet` path nothing is noted that could tell of who asked, or when: no
access line, no count, no id but a new one that is not told to anybody else, no text of a fault.
"""

import re
import secrets
import traceback
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import logs, metrics
from shared.access import AccessLog
from shared.errors import DependencyDown, InternalError, PayloadTooLarge, Problem
from shared.faults import is_connection_fault
from shared.intake import CheckedBody, Limits, linger, parameters
from shared.problems import problem_response
from shared.routes import Routes

CLIENT_GONE: Final = 499
"""Status in logs and metrics for a caller who left before the answer (a custom of nginx)."""

_PLAIN_ID = re.compile(rb"[A-Za-z0-9_-]{1,64}")
_TRACE_PARENT = re.compile(rb"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

_HARDENING = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
_HARDENING_OF_PAGES = _HARDENING[:2]
"""A page made for people states its own content policy."""

_STEPS: Final = 6
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})

_log = logs.logger(__name__)


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
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            if message.get("more_body"):
                raise ClientDisconnect  # nobody reads what would follow: let it not be made
            return
        await self._send(message)


def _hardening(headers: Any) -> list[tuple[bytes, bytes]]:
    for name, value in headers:
        if name == b"content-type":
            return _HARDENING_OF_PAGES if value.startswith(b"text/html") else _HARDENING
    return _HARDENING


class Edge:
    """The ASGI layer itself."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        routes: Routes,
        limits: Limits,
        access: AccessLog,
        quiet: tuple[str, ...] = (),
    ) -> None:
        self._app = app
        self._service = service
        self._routes = routes
        self._limits = limits
        self._access = access
        self._quiet = quiet
        self._flying = metrics.requests.in_flight
        self._flying.setdefault(service, 0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is not one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        method = scope["method"]
        quiet = bool(self._quiet) and scope["path"].startswith(self._quiet)
        number = _unknown() if quiet else _identify(scope)
        exchange = _Exchange(send, number, head_only=method == "HEAD")
        if method == "HEAD":  # answered as GET, without the body (RFC 9110, 9.3.2)
            scope = {**scope, "method": "GET"}
        self._flying[self._service] += 1
        try:
            await self._answer(scope, receive, exchange, quiet=quiet)
        finally:
            self._flying[self._service] -= 1
            if not quiet:
                self._account(scope.get("endpoint"), method, exchange, perf_counter() - began)

    async def _answer(
        self, scope: Scope, arriving: Receive, exchange: _Exchange, *, quiet: bool
    ) -> None:
        try:
            receive = arriving
            if scope["query_string"] or b"%" in scope["raw_path"]:
                self._routes.check_query(scope["method"], scope["path"], parameters(scope))
            if scope["method"] not in _WITHOUT_BODY:
                receive = CheckedBody(scope, receive, self._limits)
            await self._app(scope, receive, exchange.send)
        except ClientDisconnect:
            exchange.status = exchange.status or CLIENT_GONE
        except Exception as error:
            if exchange.status:  # the answer has begun: all that is left is to break it off
                raise
            problem = _as_problem(error, quiet=quiet)
            answer = problem_response(problem, scope)
            if isinstance(problem, PayloadTooLarge):
                await answer(scope, arriving, partial(_send_lingering, exchange.send, arriving))
            else:
                await answer(scope, arriving, exchange.send)

    def _account(self, endpoint: Any, method: str, exchange: _Exchange, seconds: float) -> None:
        route = self._routes.template(endpoint)
        method = method if method in _METHODS else "OTHER"
        status = str(exchange.status or CLIENT_GONE)
        metrics.requests.count((self._service, route, method, status), seconds)
        self._access.write(exchange.id, route, method, status, seconds)


async def _send_lingering(send: Send, arriving: Receive, message: Message) -> None:
    """Send an answer whole, and end it only when the caller has had time to stop sending."""
    if message["type"] == "http.response.body":
        await send({**message, "more_body": True})
        await linger(arriving)
        message = {"type": "http.response.body", "body": b""}
    await send(message)


def _identify(scope: Scope) -> bytes:
    """Return the id of a request: the caller's if it is a plain one, else a new one."""
    chosen = b""
    logs.traceparent.set(None)
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _PLAIN_ID.fullmatch(value):
            chosen = value
        elif name == b"traceparent" and _TRACE_PARENT.fullmatch(value):
            logs.traceparent.set(value.decode())
    chosen = chosen or secrets.token_hex(8).encode()
    logs.request_id.set(chosen.decode())
    return chosen


def _unknown() -> bytes:
    """Return an id that joins this answer with nothing: it is neither logged nor handed on."""
    logs.traceparent.set(None)
    logs.request_id.set(None)
    return secrets.token_hex(8).encode()


def _as_problem(error: Exception, *, quiet: bool) -> Problem:
    if isinstance(error, Problem):
        return error
    if quiet:  # the text of a fault may repeat what was sent
        _log.error("fault of a quiet request", fault=type(error).__name__, at=_place(error))
        known = is_connection_fault(error)
        return (
            DependencyDown(DependencyDown.example)
            if known
            else InternalError(InternalError.example)
        )
    if is_connection_fault(error):
        _log.warning("dependency away", error=f"{type(error).__name__}: {error}")
        return DependencyDown(DependencyDown.example)
    _log.error("unexpected fault", exc_info=error)
    return InternalError(InternalError.example)


def _place(error: Exception) -> str:
    """Return where a fault arose: the last files and lines, and nothing of their values."""
    steps = traceback.extract_tb(error.__traceback__)[-_STEPS:]
    return " < ".join(f"{Path(step.filename).name}:{step.lineno}" for step in reversed(steps))
