"""Commands and questions that another service answers on behalf of a caller.

What it refuses is passed on as it is: its problem documents are ours.
"""

from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from shared import logs
from shared.clock import Clock
from shared.errors import MEDIA_TYPE, DependencyDown
from shared.security import Caller, InternalAuth
from shared.settings import Settings
from shared.trust import authorities

TIMEOUT: Final = httpx.Timeout(5.0, connect=1.0)
TRIAL_TIMEOUT: Final = httpx.Timeout(75.0, connect=1.0)
"""A document is answered once its examples have been run."""

FILE_TIMEOUT: Final = httpx.Timeout(90.0, connect=1.0)
"""A file is answered once it was looked at, scanned and cleaned."""

JSON: Final = "application/json"
BYTES: Final = "application/octet-stream"

_PASSED_ON: Final = (
    "idempotency-replayed",
    "content-language",
    "vary",
    "retry-after",
    "etag",
    "location",
)
_OF_FILES: Final = (
    "content-length",
    "content-type",
    "content-disposition",
    "etag",
    "cache-control",
)
_NOT_THEIRS: Final = frozenset({401, 403, 404, 405})
_THEIRS: Final = frozenset({"scope_missing", "role_missing", "not_found"})
"""Refusals that may be about our own token or address, unless they are one of these."""


class Desk:
    """Asks a service, with a token that names the caller. `about` is what it is asked for."""

    def __init__(
        self,
        *,
        url: str,
        service: str = "scoring",
        about: str = "Drafts",
        settings: Settings,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._key = settings.internal_key
        self._service = service
        self._away = f"{about} cannot be reached at the moment."
        self._clock = clock
        self._client = httpx.AsyncClient(
            base_url=url, timeout=TIMEOUT, transport=transport, verify=authorities()
        )

    async def get(self, request: Request, path: str, caller: Caller, **asked: Any) -> Response:
        """Ask a question; return the answer as it is sent on."""
        return self.passed_on(request, await self.ask(request, path, caller, **asked))

    async def ask(
        self, request: Request, path: str, caller: Caller, **asked: Any
    ) -> httpx.Response:
        """Ask a question. Raises DependencyDown where nobody answers."""
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
        more: dict[str, Any] = {"timeout": TRIAL_TIMEOUT} if trial else {}
        answer = await self._send("POST", path, request, caller, content=content, **more)
        return self.passed_on(request, answer)

    async def command(
        self, request: Request, method: str, path: str, caller: Caller, content: bytes | None
    ) -> Response:
        """Pass a command on, with its key or the version it was made on."""
        more: dict[str, Any] = {} if content is None else {"content": content}
        answer = await self._send(method, path, request, caller, **more)
        return self.passed_on(request, answer)

    async def pass_file_on(
        self, request: Request, path: str, caller: Caller, **asked: Any
    ) -> Response:
        """Hand the body of a request on as it comes, and return what is answered."""
        named = {name: value for name, value in asked.items() if value is not None}
        sent = {"Content-Type": BYTES}
        if (length := request.headers.get("content-length")) is not None:
            sent["Content-Length"] = length
        answer = await self._send(
            "POST",
            path,
            request,
            caller,
            params=named,
            content=request.stream(),
            sent=sent,
            timeout=FILE_TIMEOUT,
        )
        return self.passed_on(request, answer)

    async def told(self, path: str, caller: Caller) -> bytes:
        """Ask a question of our own. Raises DependencyDown for any refusal too."""
        return self._ours(await self._send("GET", path, None, caller))

    async def tell(self, path: str, caller: Caller, content: bytes) -> None:
        """Say something of our own. Raises DependencyDown for any refusal too."""
        self._ours(await self._send("POST", path, None, caller, content=content))

    async def file(self, request: Request, path: str, caller: Caller, **asked: Any) -> Response:
        """Ask for a file and hand it out as it comes."""
        answer = await self._send("GET", path, request, caller, params=asked, stream=True)
        if answer.is_error:
            await answer.aread()
            return self.passed_on(request, answer)
        headers = {name: answer.headers[name] for name in _OF_FILES if name in answer.headers}
        ending = BackgroundTask(answer.aclose)
        return StreamingResponse(answer.aiter_raw(), headers=headers, background=ending)

    def passed_on(self, request: Request, answer: httpx.Response) -> Response:
        """Return what was answered, a refusal under the address that was asked here.

        Raises DependencyDown for a refusal that is about our own token or address.
        """
        headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
        headers |= {"Cache-Control": "private, no-cache"}
        if not answer.is_error:
            return Response(answer.content, answer.status_code, headers, media_type=JSON)
        problem: dict[str, Any] = msgspec.json.decode(answer.content)
        if answer.status_code in _NOT_THEIRS and problem.get("code") not in _THEIRS:
            raise DependencyDown(self._away)
        problem["instance"] = request.url.path[:300]
        if (known := logs.request_id.get()) is not None:
            problem["request_id"] = known
        headers |= {"Cache-Control": "no-store"}
        content = msgspec.json.encode(problem)
        return Response(content, answer.status_code, headers, media_type=MEDIA_TYPE)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    def _ours(self, answer: httpx.Response) -> bytes:
        if answer.is_error:
            raise DependencyDown(self._away)
        return answer.content

    async def _send(
        self,
        method: str,
        path: str,
        request: Request | None,
        caller: Caller,
        *,
        sent: Mapping[str, str] | None = None,
        stream: bool = False,
        **more: Any,
    ) -> httpx.Response:
        auth = InternalAuth(
            caller, issuer="gateway", audience=self._service, key=self._key, clock=self._clock
        )
        headers = {**_headers(request, method), **(sent or {})}
        asked = self._client.build_request(method, f"/internal{path}", headers=headers, **more)
        try:
            answer = await self._client.send(asked, auth=auth, stream=stream)
        except httpx.HTTPError as fault:
            raise DependencyDown(self._away) from fault
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            await answer.aclose()
            raise DependencyDown(self._away)
        return answer


def _headers(request: Request | None, method: str) -> Mapping[str, str]:
    wanted = ("accept-language", "idempotency-key", "if-match", "tip-session")
    sent = request.headers if request is not None else {}
    headers = {name: sent[name] for name in wanted if name in sent}
    return headers | ({} if method == "GET" else {"Content-Type": JSON})
