"""Drafts and back-tests: commands and questions that scoring answers on behalf of a caller.

What scoring refuses is passed on as it is: its problem documents are ours.
"""

from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec
from fastapi import Request, Response

from shared import logs
from shared.clock import Clock
from shared.errors import MEDIA_TYPE, DependencyDown
from shared.security import Caller, InternalAuth
from shared.settings import Settings
from shared.trust import authorities

TIMEOUT: Final = httpx.Timeout(5.0, connect=1.0)
TRIAL_TIMEOUT: Final = httpx.Timeout(75.0, connect=1.0)
"""A document is answered once its examples have been run."""

JSON: Final = "application/json"
AWAY: Final = "Drafts cannot be reached at the moment."

_PASSED_ON: Final = ("idempotency-replayed", "content-language", "vary", "retry-after")
_NOT_THEIRS: Final = frozenset({401, 403, 404, 405})
"""Refusals that may be about our own token or address, unless they are a scope or an unknown id."""


class Desk:
    """Asks scoring, with a token that names the caller."""

    def __init__(
        self,
        *,
        url: str,
        settings: Settings,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._key = settings.internal_key
        self._clock = clock
        self._client = httpx.AsyncClient(
            base_url=url, timeout=TIMEOUT, transport=transport, verify=authorities()
        )

    async def get(self, request: Request, path: str, caller: Caller, **asked: Any) -> Response:
        """Ask a question; return the answer as it is sent on."""
        return passed_on(request, await self.ask(request, path, caller, **asked))

    async def ask(
        self, request: Request, path: str, caller: Caller, **asked: Any
    ) -> httpx.Response:
        """Ask a question. Raises DependencyDown where scoring does not answer."""
        named = {name: value for name, value in asked.items() if value is not None}
        return await self._send("GET", path, request, caller, params=named)

    async def post(
        self,
        request: Request,
        path: str,
        caller: Caller,
        *,
        content: bytes,
        trial: bool = False,
    ) -> Response:
        """Pass a command on, with the key that makes it safe to send twice."""
        more = {"timeout": TRIAL_TIMEOUT} if trial else {}
        answer = await self._send("POST", path, request, caller, content=content, **more)
        return passed_on(request, answer)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def _send(
        self, method: str, path: str, request: Request, caller: Caller, **more: Any
    ) -> httpx.Response:
        auth = InternalAuth(
            caller, issuer="gateway", audience="scoring", key=self._key, clock=self._clock
        )
        try:
            answer = await self._client.request(
                method, f"/internal{path}", headers=_headers(request, method), auth=auth, **more
            )
        except httpx.HTTPError as fault:
            raise DependencyDown(AWAY) from fault
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise DependencyDown(AWAY)
        return answer


def passed_on(request: Request, answer: httpx.Response) -> Response:
    """Return what scoring answered, a refusal under the address that was asked here."""
    headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
    headers |= {"Cache-Control": "private, no-cache"}
    if not answer.is_error:
        return Response(answer.content, answer.status_code, headers, media_type=JSON)
    problem: dict[str, Any] = msgspec.json.decode(answer.content)
    if answer.status_code in _NOT_THEIRS and problem.get("code") not in {
        "scope_missing",
        "not_found",
    }:
        raise DependencyDown(AWAY)
    problem["instance"] = request.url.path[:300]
    if (known := logs.request_id.get()) is not None:
        problem["request_id"] = known
    headers |= {"Cache-Control": "no-store"}
    content = msgspec.json.encode(problem)
    return Response(content, answer.status_code, headers, media_type=MEDIA_TYPE)


def _headers(request: Request, method: str) -> Mapping[str, str]:
    wanted = ("accept-language", "idempotency-key")
    headers = {name: request.headers[name] for name in wanted if name in request.headers}
    return headers | ({"Content-Type": JSON} if method == "POST" else {})
