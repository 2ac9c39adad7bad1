"""Pages of other origins may ask from a browser where a key names their origin (Fetch standard).

A preflight shows no key: it is answered for every origin that any valid key names. The request that
follows is let through if its own key names the origin. A key without origins is for servers: what
it is answered, no page can read.
"""

from collections.abc import Collection, Mapping
from typing import Final

from starlette.types import Send

from gateway.who.networks import OriginNotAllowed

Headers = list[tuple[bytes, bytes]]

_METHODS: Final = b"GET, POST, PATCH, DELETE"
_SENT: Final = (
    b"Authorization, Content-Type, Accept-Language, Idempotency-Key, If-Match, If-None-Match,"
    b" If-Range, Range, X-Request-Id, Traceparent"
)
_SHOWN: Final = (
    b"Accept-Ranges, Content-Disposition, Content-Language, Content-Range, Deprecation, ETag,"
    b" Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Sunset,"
    b" X-Request-Id"
)
_KEPT: Final = b"600"
_VARY: Final = (b"vary", b"Origin")


def preflight_for(method: str, headers: Mapping[bytes, bytes], origins: Collection[str]) -> Headers:
    """Return the headers that answer a preflight; none for what is none, or a foreign origin."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    asked = b"access-control-request-method" in headers
    if method != "OPTIONS" or not asked or origin not in origins:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-methods", _METHODS),
        (b"access-control-allow-headers", _SENT),
        (b"access-control-max-age", _KEPT),
        _VARY,
    ]


def allowed_for(origin: bytes, origins: Collection[str], *, own: str) -> Headers:
    """Return the headers that let a page of this origin read the answer.

    `own` is the origin of this gateway, whose pages need none. Raises OriginNotAllowed where the
    key names origins, and not this one.
    """
    named = origin.decode("latin-1")
    if not origins or named == own:
        return []
    if named not in origins:
        raise OriginNotAllowed(OriginNotAllowed.example)
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", _SHOWN),
        _VARY,
    ]


async def send_preflight(headers: Headers, send: Send) -> None:
    """Answer a preflight."""
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
