"""Who calls, as one service tells another: short-lived signed tokens, and nothing else is trusted.

A token names the organisation, the member, the role, the region and the scopes of the caller on
whose behalf a service asks. JWT (RFC 7519) with HMAC-SHA256 and no other algorithm (RFC 8725, 3.1).
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

import httpx
import jwt
from jwt.types import Options
from pydantic import SecretStr

from shared import logs
from shared.clock import Clock
from shared.errors import Unauthenticated

ALGORITHM: Final = "HS256"
SERVICES: Final = frozenset({"ingestor", "scoring", "cases", "gateway"})
"""Who may issue a token, and for whom."""

USUAL_LIFE: Final = timedelta(seconds=60)
LONGEST_LIFE: Final = timedelta(minutes=5)
LEEWAY: Final = timedelta(seconds=5)
"""Clocks of two machines may differ by this much."""

_OPTIONS: Final[Options] = {
    "require": ["iss", "aud", "iat", "nbf", "exp", "role", "scope"],
    "strict_aud": True,
    # pyjwt reads the clock of the machine; we are given one, and check the times ourselves.
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}
_SHORTEST_KEY = 32


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a request is made.

    `kind` is what the organisation is (a partner, an authority, ...); `speaks_for` are the BINs and
    authorities that it was verified to speak for.
    """

    organisation: str | None
    member: str | None
    role: str
    region: str | None
    scopes: frozenset[str]
    kind: str | None = None
    speaks_for: frozenset[str] = frozenset()


def service_caller(*scopes: str) -> Caller:
    """Return the caller of a service that asks on its own behalf."""
    return Caller(None, None, "service", None, frozenset(scopes))


def mint(
    caller: Caller,
    *,
    issuer: str,
    audience: str,
    key: SecretStr,
    clock: Clock,
    ttl: timedelta = USUAL_LIFE,
) -> str:
    """Return a token for one service to show to another.

    Raises ValueError when the life is longer than five minutes or the key is short.
    """
    if not timedelta(0) < ttl <= LONGEST_LIFE:
        raise ValueError("an internal token lives for five minutes at most")
    now = int(clock.now().timestamp())
    times = {"iat": now, "nbf": now, "exp": now + int(ttl.total_seconds())}
    claims = {"iss": issuer, "aud": audience} | times | _claims(caller)
    return jwt.encode(claims, _secret(key), algorithm=ALGORITHM)


def verify(token: str, *, audience: str, key: SecretStr, clock: Clock) -> Caller:
    """Return the caller a token names.

    Raises Unauthenticated for one that is not ours, not for `audience`, or not valid now. The
    reason stays in the log: whoever forges tokens learns nothing.
    """
    try:
        claims = jwt.decode(
            token,
            _secret(key),
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=list(SERVICES),
            options=_OPTIONS,
        )
        _check_times(claims, now=clock.now().timestamp())
        return _caller(claims)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Unauthenticated("This internal token is not valid.") from error


def _check_times(claims: dict[str, Any], *, now: float) -> None:
    issued, begins, ends = (claims[name] for name in ("iat", "nbf", "exp"))
    if any(type(moment) is not int for moment in (issued, begins, ends)):
        raise ValueError("a moment is not a whole number of seconds")
    leeway = LEEWAY.total_seconds()
    if max(issued, begins) > now + leeway or ends <= now - leeway:
        raise ValueError("outside its time")
    if ends - issued > LONGEST_LIFE.total_seconds():
        raise ValueError("lives too long")


def _claims(caller: Caller) -> dict[str, Any]:
    who = {"org": caller.organisation, "mem": caller.member, "reg": caller.region}
    who |= {"knd": caller.kind, "for": " ".join(sorted(caller.speaks_for)) or None}
    known = {name: value for name, value in who.items() if value is not None}
    return known | {"role": caller.role, "scope": " ".join(sorted(caller.scopes))}


def _caller(claims: dict[str, Any]) -> Caller:
    texts = [claims.get(name) for name in ("org", "mem", "reg", "role", "scope", "knd", "for")]
    if any(text is not None and not isinstance(text, str) for text in texts):
        raise TypeError("a claim is not a text")
    organisation, member, region, role, scope, kind, speaks_for = texts
    return Caller(
        organisation,
        member,
        str(role),
        region,
        frozenset(str(scope).split()),
        kind,
        frozenset((speaks_for or "").split()),
    )


def _secret(key: SecretStr) -> bytes:
    secret = key.get_secret_value().encode()
    if len(secret) < _SHORTEST_KEY:
        raise ValueError("the internal key has at least 32 bytes")
    return secret


class InternalAuth(httpx.Auth):
    """Signs every request of an httpx client with a fresh internal token.

    The id and the trace of the request being answered go along, so that the logs of both meet.
    """

    def __init__(
        self, caller: Caller, *, issuer: str, audience: str, key: SecretStr, clock: Clock
    ) -> None:
        self._mint: Callable[[], str] = partial(
            mint, caller, issuer=issuer, audience=audience, key=key, clock=clock
        )

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token to a request."""
        request.headers["Authorization"] = f"Bearer {self._mint()}"
        if (known := logs.request_id.get()) is not None:
            request.headers["X-Request-Id"] = known
        if (parent := logs.traceparent.get()) is not None:
            request.headers["traceparent"] = parent
        yield request
