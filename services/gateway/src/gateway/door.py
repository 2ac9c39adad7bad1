"""The only door: whoever asks for anything under /v1 shows a key and is within its quota.

One ASGI layer does both, and answers the most frequent questions straight from memory, a score and
whether anything changed: the framework's routing would cost more than the answer. Everything else
goes on to the routes, which document all of it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.callers import Callers
from gateway.guessing import Guesses
from gateway.holders import DEVICE, Holder
from gateway.memory import Answer, Memory
from gateway.quotas import Quotas, Verdict
from gateway.tiers import REQUESTS
from gateway.tipline import WITHOUT_KEY
from gateway.usage import Usage
from gateway.who.cors import allowed_for, preflight_for, send_preflight
from gateway.who.crowds import Crowds
from gateway.who.networks import Network, NetworkNotAllowed, address_of, within
from gateway.withheld import PARTNER
from shared import metrics
from shared.errors import RateLimited, Unauthenticated

GUARDED: Final = "/v1/"
SCORES: Final = "/v1/scores/"
SYNC: Final = "/v1/sync"
READ: Final = "scores:read"
REMEMBERED_FOR: Final = frozenset({READ, PARTNER})
"""What a key must be allowed to be given a score as it is remembered: with all its lines."""

OPEN: Final = frozenset(
    {
        ("POST", "/v1/devices"),
        ("POST", "/v1/invitations:accept"),
        ("POST", "/v1/trials"),
        ("GET", "/v1/dumps"),
    }
)
"""What is asked before one has a key; counted by the network it comes from."""

HOLDER: Final = "qadaga.holder"
"""Where the routes find who calls, in the scope of the request."""

Headers = list[tuple[bytes, bytes]]
Endpoint = Callable[..., Any]

_JSON: Final = (b"content-type", b"application/json")
_CACHE: Final = (b"cache-control", b"private, no-cache")
_VARY: Final = (b"vary", b"Authorization")
_VARY_SQUEEZED: Final = (b"vary", b"Authorization, Accept-Encoding")
_NOTHING: Final[Headers] = []


class Door:
    """The ASGI layer. The two endpoints are the routes whose answers it may give from memory.

    `level` is what a question of `sync_endpoint` is answered while nothing has changed, if known.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        callers: Callers,
        quotas: Quotas,
        guesses: Guesses,
        memory: Memory,
        usage: Usage,
        crowds: Crowds,
        proxies: Sequence[Network],
        own_origin: str,
        score_endpoint: Endpoint,
        sync_endpoint: Endpoint,
        level: Callable[[bytes], Answer | None],
    ) -> None:
        self._app = app
        self._callers = callers
        self._quotas = quotas
        self._guesses = guesses
        self._memory = memory
        self._usage = usage
        self._crowds = crowds
        self._proxies = proxies
        self._own_origin = own_origin
        self._score_endpoint = score_endpoint
        self._sync_endpoint = sync_endpoint
        self._level = level

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or raise why not."""
        if scope["type"] != "http" or not scope["path"].startswith(GUARDED):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        asked = (scope["method"], scope["path"])
        if asked in OPEN or asked in WITHOUT_KEY:
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and await self._preflight(headers, send):
            return
        holder = await self._known(headers, scope)
        shared = _NOTHING
        if holder.networks or holder.origins or holder.kind == DEVICE:
            shared = await self._admitted(holder, headers, scope)
        verdict = await self._quotas.take(holder.id, holder.per_minute)
        limits = [*verdict.headers(), *shared] if verdict else shared
        if verdict and not verdict.passed:
            raise over_quota(verdict, shared)
        self._usage.note(account_of(holder), REQUESTS)
        answer = self._remembered_score(scope, holder)
        if answer is not None:
            scope["endpoint"] = self._score_endpoint
            await send_answer(answer, headers.get(b"if-none-match"), limits, send)
            return
        unchanged = self._unchanged(scope, holder)
        if unchanged is not None:
            scope["endpoint"] = self._sync_endpoint
            known = headers.get(b"if-none-match")
            await send_answer(unchanged, known, limits, send, vary=_VARY_SQUEEZED)
            return
        scope[HOLDER] = holder
        await self._app(scope, receive, _with_headers(send, limits))

    async def _known(self, headers: dict[bytes, bytes], scope: Scope) -> Holder:
        shown = headers.get(b"authorization")
        try:
            return await self._callers.holder(shown)
        except Unauthenticated:
            metrics.authz_denied_total.labels("/v1", "unauthenticated").inc()
            if shown is not None:  # somebody without a key guesses at none
                address = address_of(scope, self._proxies)
                await self._guesses.failed(str(address) if address else None)
            raise

    async def _admitted(
        self, holder: Holder, headers: Mapping[bytes, bytes], scope: Scope
    ) -> Headers:
        """Let a key in from where it may be used; return what lets a page read the answer.

        Raises NetworkNotAllowed, OriginNotAllowed, RateLimited for all devices of a network.
        """
        if holder.networks and not within(address_of(scope, self._proxies), holder.networks):
            raise NetworkNotAllowed(NetworkNotAllowed.example)
        if holder.kind == DEVICE:
            await self._crowds.take("devices", address_of(scope, self._proxies))
        origin = headers.get(b"origin") if holder.origins else None
        return allowed_for(origin, holder.origins, own=self._own_origin) if origin else _NOTHING

    async def _preflight(self, headers: Mapping[bytes, bytes], send: Send) -> bool:
        answer = preflight_for("OPTIONS", headers, await self._callers.origins())
        if answer:
            await send_preflight(answer, send)
        return bool(answer)

    def _remembered_score(self, scope: Scope, holder: Holder) -> Answer | None:
        path: str = scope["path"]
        plain = scope["method"] == "GET" and path.startswith(SCORES) and not scope["query_string"]
        if not plain or not holder.caller.scopes >= REMEMBERED_FOR:
            return None
        answer: Answer | None = self._memory.get("score", path[len(SCORES) :])
        return answer

    def _unchanged(self, scope: Scope, holder: Holder) -> Answer | None:
        plain = scope["method"] == "GET" and scope["path"] == SYNC
        if not plain or READ not in holder.caller.scopes:
            return None
        return self._level(scope["query_string"]) if self._memory.trusted() else None


def account_of(holder: Holder) -> str:
    """Return whose days a holder's calls are counted to: its organisation's, or its own."""
    return holder.caller.organisation or holder.id


async def send_answer(
    answer: Answer,
    if_none_match: bytes | None,
    more: Headers,
    send: Send,
    *,
    vary: tuple[bytes, bytes] = _VARY,
) -> None:
    """Send a document, or 304 to a caller who has this version."""
    headers = [(b"etag", answer.etag), _CACHE, vary, *more]
    if if_none_match is not None and is_known(if_none_match, answer.etag):
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    length = (b"content-length", b"%d" % len(answer.body))
    start = {"type": "http.response.start", "status": 200, "headers": [_JSON, length, *headers]}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})


def is_known(if_none_match: bytes, etag: bytes) -> bool:
    """Whether the caller names this version (RFC 9110, 13.1.2: compared weakly)."""
    named = [tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")]
    return etag in named or b"*" in named


def _with_headers(send: Send, more: Headers) -> Callable[[Message], Awaitable[None]]:
    if not more:
        return send

    async def send_with(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return send_with


def over_quota(verdict: Verdict, shared: Headers) -> RateLimited:
    """Return the refusal of a call over a key's limit, with these headers beside its own."""
    metrics.rate_limited_total.inc()
    told = [*verdict.headers(), *shared]
    said = {name.decode(): value.decode("latin-1") for name, value in told}
    return RateLimited(
        f"{verdict.limit} requests a minute are used up.",
        headers=said | {"Retry-After": str(verdict.seconds)},
        violated_policies=["key-min"],
    )
