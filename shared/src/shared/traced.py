"""The layer around a service that makes a span of each request, where anything is traced.

A public service follows the trace of its caller or begins one; the others only go on with what they
are given, so that looks at feeds and probes make no traces. Of what begins with a path of `quiet`
there is none.
"""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import telemetry
from shared.routes import Routes

PROBES: Final = ("/healthz", "/readyz", "/metrics")


class Traced:
    """The ASGI layer itself; the headers it passes on name its span as the parent."""

    def __init__(
        self, app: ASGIApp, *, routes: Routes, public: bool, quiet: tuple[str, ...]
    ) -> None:
        self._app = app
        self._routes = routes
        self._public = public
        self._quiet = (*quiet, *PROBES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request within its span."""
        if scope["type"] != "http" or scope["path"].startswith(self._quiet):
            await self._app(scope, receive, send)
            return
        given = _parent(scope)
        if given is None and not self._public:
            await self._app(scope, receive, send)
            return
        method, status = scope["method"], 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        span = telemetry.request(method, given)
        others = [pair for pair in scope["headers"] if pair[0] != b"traceparent"]
        scope["headers"] = [*others, (b"traceparent", span.parent)]
        try:
            await self._app(scope, receive, noting)
        finally:
            span.end(method, self._routes.template(scope.get("endpoint")), status)


def _parent(scope: Scope) -> str | None:
    found = (value for name, value in scope["headers"] if name == b"traceparent")
    value: bytes | None = next(found, None)
    return None if value is None else value.decode("latin-1")
