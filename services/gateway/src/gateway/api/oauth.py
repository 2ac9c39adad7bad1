"""Tokens for OAuth clients (RFC 6749, 4.4) and the keys to check them with (RFC 7517, 8414)."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from fastapi import Request, Response
from msgspec import Struct

from gateway.api import example_callers as examples
from gateway.api.describing import answers, describe
from gateway.door import over_quota
from gateway.holders import Holder
from gateway.reads.answering import encode
from gateway.state import Gateway, State
from gateway.who import tokens
from gateway.who.networks import NetworkNotAllowed, address_of, within
from shared.errors import MalformedBody, RateLimited, Unauthenticated, responses
from shared.intake import FORM
from shared.late import Router

router = Router(tags=["callers"])

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 (an address)
_PARAMETERS: Final = frozenset({"grant_type", "scope", "client_id", "client_secret"})
_PUBLIC: Final = {"Cache-Control": "public, max-age=300"}
_JSON = "application/json"


class AccessToken(Struct, frozen=True, kw_only=True):
    """An access token: a JWT (RFC 9068) signed with Ed25519, good for ten minutes."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class TokenRefused(Struct, frozen=True, kw_only=True):
    """Why no token was given, in the words of RFC 6749, 5.2."""

    error: str
    error_description: str


class KeySet(Struct, frozen=True, kw_only=True):
    """The public keys that tokens are checked with: a JWK Set; the next one is among them early."""

    keys: list[dict[str, str]]


class ServerMetadata(Struct, frozen=True, kw_only=True):
    """What this authorisation server does (RFC 8414)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    response_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]


class _Refused(Exception):  # noqa: N818 (a refusal is no error)
    def __init__(self, error: str, said: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.said, self.status = error, said, status


class _Shown(NamedTuple):
    client: str
    secret: str


_FORM_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": ["client_credentials"]},
                        "scope": {"type": "string", "description": "Less than the client may."},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                    },
                },
                "example": {"grant_type": "client_credentials", "scope": "alerts:read"},
            }
        },
    },
    "security": [{"client": []}, {}],
}


def _refusals() -> dict[int | str, Any]:
    """Describe refusals: in the words of OAuth, or as problems before that."""
    found = responses(MalformedBody, Unauthenticated, RateLimited, NetworkNotAllowed)
    for status, example in ((400, examples.SCOPE_REFUSED), (401, examples.CLIENT_REFUSED)):
        found[status]["content"][_JSON] = {
            "schema": {"$ref": "#/components/schemas/TokenRefused"},
            "examples": {example["error"]: {"value": example}},
        }
    return found


describe(TokenRefused)


@router.post(
    TOKEN_PATH,
    operation_id="get_token",
    summary="Get an access token",
    response_model=None,
    openapi_extra=_FORM_BODY,
    responses={**answers(AccessToken, examples.ACCESS_TOKEN), **_refusals()},
)
async def get_token(request: Request, gateway: Gateway) -> Response:
    """Get a token for ten minutes by id and secret of a client (client_secret_basic or _post).

    Send it as `Authorization: Bearer`, as a key. Refusals are those of RFC 6749.
    """
    try:
        form = _form(await request.body())
        holder = await _client(request, gateway, form)
        return await _given(gateway, holder, form.get("scope"))
    except _Refused as refused:
        told = TokenRefused(error=refused.error, error_description=refused.said)
        headers = {"Cache-Control": "no-store"}
        if refused.status == Unauthenticated.status:
            headers["WWW-Authenticate"] = 'Basic realm="qadaga"'
        return Response(encode(told), refused.status, headers, media_type=_JSON)


@router.get(
    "/.well-known/jwks.json",
    operation_id="read_signing_keys",
    summary="Read the keys that tokens are checked with",
    response_model=None,
    responses=answers(KeySet, examples.KEY_SET),
    openapi_extra={"security": []},
)
async def read_keys(gateway: Gateway) -> Response:
    """Read the public keys. A new one stands here ten minutes before it signs: keep them for 5."""
    found = await gateway.signer.published()
    return Response(msgspec.json.encode(found), media_type=_JSON, headers=_PUBLIC)


@router.get(
    "/.well-known/oauth-authorization-server",
    operation_id="read_server_metadata",
    summary="Read where tokens are given",
    response_model=None,
    responses=answers(ServerMetadata, examples.SERVER_METADATA),
    openapi_extra={"security": []},
)
async def read_metadata(gateway: Gateway) -> Response:
    """Read what an OAuth library needs to know."""
    told = metadata(gateway.settings.public_url)
    return Response(encode(told), media_type=_JSON, headers=_PUBLIC)


def metadata(issuer: str) -> ServerMetadata:
    """Return the metadata of the authorisation server at an address."""
    return ServerMetadata(
        issuer=issuer,
        token_endpoint=f"{issuer}{TOKEN_PATH}",
        jwks_uri=f"{issuer}/.well-known/jwks.json",
        grant_types_supported=["client_credentials"],
        response_types_supported=[],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
    )


def _form(body: bytes) -> Mapping[str, str]:
    """Read a form. Raises _Refused for what is none, or has a parameter twice (RFC 6749, 3.2)."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
    except ValueError as fault:
        raise _Refused("invalid_request", "the body is not a form") from fault
    form = dict(pairs)
    if len(form) != len(pairs) or not form.keys() <= _PARAMETERS:
        raise _Refused("invalid_request", "a parameter is repeated, or not known here")
    if form.get("grant_type") != "client_credentials":
        raise _Refused("unsupported_grant_type", "grant_type is client_credentials")
    return form


async def _client(request: Request, gateway: State, form: Mapping[str, str]) -> Holder:
    """Return who asks, counted as any call of theirs.

    Raises _Refused, NetworkNotAllowed, RateLimited: after too many failures, or over their limit.
    """
    shown = _shown(request.headers.get("authorization"), form)
    found = await gateway.callers.client(shown.client, shown.secret)
    address = address_of(request.scope, gateway.proxies)
    if found is None:
        await gateway.crowds.take("tokens", address)
        raise _Refused("invalid_client", "id and secret are not valid", 401)
    if found.networks and not within(address, found.networks):
        raise NetworkNotAllowed(NetworkNotAllowed.example)
    verdict = await gateway.quotas.take(found.id, found.per_minute)
    if verdict is not None and not verdict.passed:
        raise over_quota(verdict, [])
    return found


def _shown(header: str | None, form: Mapping[str, str]) -> _Shown:
    """Return id and secret, from the header or the form, and not from both."""
    if header is None:
        return _Shown(form.get("client_id", ""), form.get("client_secret", ""))
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "basic" or "client_secret" in form:
        raise _Refused("invalid_request", "one way of showing the secret, Basic or the form")
    try:
        client, _, secret = base64.b64decode(text, validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError) as fault:
        raise _Refused("invalid_client", "id and secret are not valid", 401) from fault
    if form.get("client_id", unquote_plus(client)) != unquote_plus(client):
        raise _Refused("invalid_request", "two clients are named")
    return _Shown(unquote_plus(client), unquote_plus(secret))


async def _given(gateway: State, holder: Holder, wanted: str | None) -> Response:
    scopes = frozenset(wanted.split()) if wanted else holder.caller.scopes
    if not scopes <= holder.caller.scopes:
        raise _Refused("invalid_scope", "more than the client may")
    now = gateway.clock.now()
    ends = min(now + tokens.LIFE, holder.expires_at or now + tokens.LIFE)
    signs = await gateway.signer.current()
    token = tokens.Token(holder.id, None, scopes, ends)
    told = AccessToken(
        access_token=tokens.mint(
            token, key=signs.private, kid=signs.kid, issuer=gateway.settings.public_url, now=now
        ),
        token_type="Bearer",  # noqa: S106 (a word)
        expires_in=int((ends - now).total_seconds()),
        scope=" ".join(sorted(scopes)),
    )
    headers = {"Cache-Control": "no-store"}
    return Response(encode(told), media_type=_JSON, headers=headers)
