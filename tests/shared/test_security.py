"""Internal tokens: a service believes the one it was given, and no forged, stale or strange one."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import httpx
import jwt
import pytest
from fastapi import APIRouter, Depends
from pydantic import SecretStr

from shared import logs
from shared.app import create_app
from shared.callers import internal_caller
from shared.clock import FixedClock
from shared.errors import Unauthenticated
from shared.security import Caller, InternalAuth, mint, service_caller, verify
from shared.settings import Settings

KEY = SecretStr("k" * 32)
OTHER_KEY = SecretStr("o" * 32)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

AUDITOR = Caller("org_1", "mem_7", "auditor", "75", frozenset({"alerts:read", "cases:write"}))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


def _token(clock: FixedClock, *, key: SecretStr = KEY, **changes: Any) -> str:
    return mint(
        AUDITOR, **{"issuer": "gateway", "audience": "scoring"} | changes, key=key, clock=clock
    )


def _forged(*, algorithm: str = "HS256", key: str = "k" * 32, **changes: Any) -> str:
    now = int(NOON.timestamp())
    good = {"iss": "gateway", "aud": "scoring", "iat": now, "nbf": now, "exp": now + 60}
    claims = good | {"role": "auditor", "scope": "alerts:read"} | changes
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, key, algorithm=algorithm)


def _without_signature() -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=")
    return header.decode() + "." + _forged().split(".")[1] + "."


def _with_another_role() -> str:
    header, payload, signature = _forged().split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = json.dumps(claims | {"role": "admin"}).encode()
    return f"{header}.{base64.urlsafe_b64encode(changed).decode().rstrip('=')}.{signature}"


def _verify(token: str, clock: FixedClock) -> Caller:
    return verify(token, audience="scoring", key=KEY, clock=clock)


def test_a_token_names_the_caller_it_was_made_for(clock: FixedClock) -> None:
    assert _verify(_token(clock), clock) == AUDITOR


def test_a_service_may_ask_on_its_own_behalf(clock: FixedClock) -> None:
    token = mint(
        service_caller("feeds:read"), issuer="gateway", audience="scoring", key=KEY, clock=clock
    )

    assert _verify(token, clock) == Caller(None, None, "service", None, frozenset({"feeds:read"}))


NOW = int(NOON.timestamp())
FORGED = {
    "signed with another key": _forged(key="o" * 32),
    "not signed at all": _without_signature(),
    "signed with an algorithm we do not use": _forged(algorithm="HS512", key="k" * 64),
    "changed after it was signed": _with_another_role(),
    "for another service": _forged(aud="gateway"),
    "for several services": _forged(aud=["scoring", "gateway"]),
    "for no service": _forged(aud=None),
    "of a stranger": _forged(iss="elsewhere"),
    "expired six seconds ago": _forged(iat=NOW - 60, nbf=NOW - 60, exp=NOW - 6),
    "valid in six seconds": _forged(nbf=NOW + 6),
    "made in the future": _forged(iat=NOW + 6),
    "without end": _forged(exp=None),
    "valid for a year": _forged(exp=NOW + 365 * 86400),
    "with an end that is no number": _forged(exp=float("inf")),
    "with an end that is a text": _forged(exp=str(NOW + 60)),
    "with a role that is no text": _forged(role={"admin": True}),
    "with scopes that are no text": _forged(scope=["alerts:read"]),
    "empty": "",
    "garbage": "garbage",
    "of three dots": "a.b.c",
    "of null": "bnVsbA.bnVsbA.bnVsbA",
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
@pytest.mark.check("A5", tier=1, limit="all refused")
def test_a_token_is_refused_that_is(token: str, clock: FixedClock) -> None:
    with pytest.raises(Unauthenticated):
        _verify(token, clock)


def test_a_token_lives_a_minute_and_the_leeway_of_two_clocks(clock: FixedClock) -> None:
    token = _token(clock)

    clock.advance(timedelta(seconds=64))
    assert _verify(token, clock) == AUDITOR

    clock.advance(timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        _verify(token, clock)


def test_nobody_makes_a_token_that_lives_longer_than_five_minutes(clock: FixedClock) -> None:
    with pytest.raises(ValueError, match="five minutes"):
        _token(clock, ttl=timedelta(minutes=5, seconds=1))


def test_nobody_signs_with_a_short_key(clock: FixedClock) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        _token(clock, key=SecretStr("k" * 31))


router = APIRouter()


@router.get("/internal/alerts")
async def _alerts(caller: Annotated[Caller, Depends(internal_caller("alerts:read"))]) -> str:
    return caller.role


@pytest.fixture
def client(clock: FixedClock) -> httpx.AsyncClient:
    settings = Settings(database_url="postgresql://unused", internal_key=KEY)
    app = create_app(
        service="scoring", settings=settings, title="Scoring", routers=[router], clock=clock
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://scoring")


def _auth(clock: FixedClock, *scopes: str, key: SecretStr = KEY) -> InternalAuth:
    caller = service_caller(*scopes)
    return InternalAuth(caller, issuer="gateway", audience="scoring", key=key, clock=clock)


async def test_an_internal_route_answers_a_caller_with_its_scope(
    client: httpx.AsyncClient, clock: FixedClock
) -> None:
    answer = await client.get("/internal/alerts", auth=_auth(clock, "alerts:read"))

    assert (answer.status_code, answer.json()) == (200, "service")


async def test_an_internal_route_refuses_a_caller_without_its_scope(
    client: httpx.AsyncClient, clock: FixedClock
) -> None:
    answer = await client.get("/internal/alerts", auth=_auth(clock, "feeds:read"))

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


@pytest.mark.check("A5", tier=1, limit="all refused")
async def test_an_internal_route_refuses_whoever_shows_no_token_of_ours(
    client: httpx.AsyncClient, clock: FixedClock
) -> None:
    bare = await client.get("/internal/alerts")
    basic = await client.get("/internal/alerts", auth=("admin", "admin"))
    forged = await client.get("/internal/alerts", auth=_auth(clock, "alerts:read", key=OTHER_KEY))
    claimed = await client.get("/internal/alerts", headers={"X-Org-Id": "org_1"})

    for answer in (bare, basic, forged, claimed):
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_the_id_of_a_request_goes_along_to_the_next_service(
    client: httpx.AsyncClient, clock: FixedClock
) -> None:
    token = logs.request_id.set("r-1")
    answer = await client.get("/internal/alerts", auth=_auth(clock, "alerts:read"))
    logs.request_id.reset(token)

    assert answer.headers["X-Request-Id"] == "r-1"
