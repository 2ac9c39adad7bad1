"""API keys and OAuth clients of one's own organisation: the same routes for both."""

from typing import Annotated, Any, Final, NamedTuple

from fastapi import Request, Response
from msgspec.structs import replace
from pydantic import Field

from gateway.api import example_callers as examples
from gateway.api.administering import Admin, Id, Left, Moment, Named, given
from gateway.api.commanding import (
    ON_VERSION,
    ONCE,
    REFUSALS,
    Made,
    carry_out,
    changing,
    on_version,
    send_changed,
    send_page,
    shown,
)
from gateway.api.describing import answers, lists
from gateway.door import HOLDER
from gateway.state import Gateway, State
from gateway.tiers import TIERS
from gateway.who import approvals, credentials
from gateway.who.credentials import Kind, Wanted
from gateway.who.documents import Credential
from gateway.who.doing import Doing
from gateway.who.refusals import MemberRequired, flaw
from gateway.who.refusals import shown as words
from gateway.who.roles import ADMIN, BY_TWO, GIVEN_BY_COMMAND, may_be_given
from shared.bodies import Body
from shared.errors import CursorInvalid, GuardFailed, NotFound
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.paging import After, Limit
from shared.preconditions import IfMatch

Scopes = Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=50)]
Places = Annotated[
    list[Annotated[str, Field(max_length=300)]], Field(max_length=50, default_factory=list)
]
PerMinute = Annotated[int, Field(ge=1, le=1_000_000)]
MOST: Final = 100
"""Valid keys, and clients, of one organisation."""

_LIST = f"""
    SELECT {credentials.COLUMNS}, created_at AS at FROM api_key
    WHERE organisation_id = $1 AND kind = $2 AND revoked_at IS NULL
      AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::text))
    ORDER BY created_at, id LIMIT $5
"""
_COUNT = (
    "SELECT count(*) FROM api_key WHERE organisation_id = $1 AND kind = $2 AND revoked_at IS NULL"
)


class ClientBody(Body):
    """A new client. `networks`: CIDR lists it may be used from; none: from everywhere."""

    name: Named
    scopes: Scopes
    networks: Places
    expires_at: Moment | None = None
    per_minute: PerMinute | None = None


class KeyBody(ClientBody):
    """A new key. `origins`: sites whose pages may use it. `member`: who alone holds it."""

    origins: Places
    member: Annotated[str, Field(max_length=40)] | None = None


class CredentialChange(Body):
    """What is changed; what is left out stays."""

    name: Named = Left
    scopes: Annotated[Scopes, Field(default_factory=list)]
    networks: Places
    expires_at: Moment | None = None
    per_minute: PerMinute | None = None


class KeyChange(CredentialChange):
    """What is changed; what is left out stays."""

    origins: Places


At = tuple[str, Kind, str]
"""Organisation, kind and id."""


class _Holding(NamedTuple):
    """What a key has before it is changed: nothing, if it is new; `usual` is its tier's limit."""

    usual: int
    test: bool
    scopes: frozenset[str] = frozenset()
    per_minute: int | None = None
    member: str | None = None

    @classmethod
    def of(cls, request: Request, gateway: State, row: Any = None) -> "_Holding":
        """Read it off the row of a key, and off the caller."""
        tier = TIERS[request.scope[HOLDER].tier].per_minute
        usual = tier or gateway.settings.requests_per_minute
        test = gateway.settings.mode == "test"
        if row is None:
            return cls(usual, test)
        return cls(usual, test, frozenset(row["scopes"]), row["per_minute"], row["member"])


class _Asked(NamedTuple):
    """What of a wish takes two: administration, acts in a member's name, and a higher limit."""

    admin: bool
    scopes: list[str]
    per_minute: int | None


class _Way(NamedTuple):
    """What is said of keys or of clients, and what is taken of either."""

    kind: Kind
    said: str
    body: type[Body]
    change: type[Body]

    @property
    def all(self) -> str:
        """The path of all of them."""
        return f"/{self.kind}s"

    @property
    def one(self) -> str:
        """The path of one."""
        return f"/{self.kind}s/{{credential_id}}"

    @property
    def example(self) -> Any:
        """One that was just made."""
        return examples.CREDENTIALS[self.kind][0]

    @property
    def page(self) -> Any:
        """A page of them."""
        return examples.CREDENTIALS[self.kind][1]


def _routes(way: _Way) -> Router:
    """Return the routes of keys or of clients."""
    router = Router(prefix="/v1", tags=["callers"])
    for add in (_listing, _making, _reading, _changing, _revoking):
        add(router, way)
    return router


def _listing(router: Router, way: _Way) -> None:
    @router.get(
        way.all,
        operation_id=f"list_{way.kind}s",
        summary=f"List the {way.said}s",
        response_model=None,
        responses=lists(Credential, way.page, *REFUSALS, CursorInvalid),
        description=f"List the valid {way.said}s of your organisation, the oldest first.",
    )
    async def list_them(
        caller: Admin, gateway: Gateway, cursor: After = None, limit: Limit = 50
    ) -> Response:
        return await send_page(
            gateway,
            Credential,
            _LIST,
            caller.organisation,
            way.kind,
            question={"list": way.all, "of": caller.organisation},
            cursor=cursor,
            limit=limit,
        )


def _making(router: Router, way: _Way) -> None:
    @router.post(
        way.all,
        operation_id=f"make_{way.kind}",
        summary=f"Make a {way.said}",
        response_model=None,
        status_code=201,
        responses=answers(
            Credential,
            way.example,
            *REFUSALS,
            *ONCE,
            NotFound,
            MemberRequired,
            GuardFailed,
            status=201,
        ),
        description=f"Make a {way.said}. `secret` is shown this once; it is kept nowhere, so an"
        " answer that is repeated (Idempotency-Replayed) has null there: revoke it then and make"
        " another."
        " The scope org:admin, more requests a minute than your tier has and, for a key that is not"
        f" your own, {words(BY_TWO)} wait for another person (`pending`); until then it works"
        " without them.",
    )
    async def make(
        request: Request,
        body: way.body,  # type: ignore[name-defined]  # one of two classes, read by FastAPI
        caller: Admin,
        gateway: Gateway,
        idempotency_key: KeyHeader = None,
    ) -> Response:
        async def work(do: Doing) -> Made:
            holding = _Holding.of(request, gateway)
            return await _make(do, str(caller.organisation), way.kind, body, holding)

        return await carry_out(request, gateway, idempotency_key, work)


def _reading(router: Router, way: _Way) -> None:
    @router.get(
        way.one,
        operation_id=f"read_{way.kind}",
        summary=f"Read a {way.said}",
        response_model=None,
        responses=answers(Credential, way.page["data"][0], *REFUSALS, NotFound),
        description=f"Read what a {way.said} may, from where, and when it was last used.",
    )
    async def read(credential_id: Id, caller: Admin, gateway: Gateway) -> Response:
        async with gateway.database.connection() as connection:
            row = await credentials.one(connection, caller.organisation, way.kind, credential_id)
        return send_changed(shown(Credential, row), row["revision"])


def _changing(router: Router, way: _Way) -> None:
    @router.patch(
        way.one,
        operation_id=f"change_{way.kind}",
        summary=f"Change a {way.said}",
        response_model=None,
        responses=answers(
            Credential, way.page["data"][0], *REFUSALS, *ON_VERSION, NotFound, MemberRequired
        ),
        description=f"Change what a {way.said} may, and from where; everywhere within seconds. What"
        " takes another person is asked for, and stands in `pending`.",
    )
    async def change_it(
        request: Request,
        *,
        credential_id: Id,
        body: way.change,  # type: ignore[name-defined]
        caller: Admin,
        gateway: Gateway,
        if_match: IfMatch = None,
    ) -> Response:
        at = (str(caller.organisation), way.kind, credential_id)
        async with changing(request, gateway) as do:
            row = await credentials.one(do.connection, *at, lock=True)
            on_version(if_match, row)
            wanted, asked = await _checked(do, at, given(body), _Holding.of(request, gateway, row))
            await credentials.change(do, credential_id, wanted)
            await _ask(do, at, asked)
            after = await credentials.one(do.connection, *at)
        return send_changed(shown(Credential, after), after["revision"])


def _revoking(router: Router, way: _Way) -> None:
    @router.delete(
        way.one,
        operation_id=f"revoke_{way.kind}",
        summary=f"Revoke a {way.said}",
        response_model=None,
        status_code=204,
        responses={
            **answers(Credential, way.example, *REFUSALS, *ON_VERSION, NotFound, status=204),
            204: {"description": "Revoked, with its tokens; refused everywhere within seconds."},
        },
        description=f"Make a {way.said} invalid for good, with all tokens it was used to get.",
    )
    async def revoke(
        request: Request,
        credential_id: Id,
        caller: Admin,
        gateway: Gateway,
        if_match: IfMatch = None,
    ) -> Response:
        async with changing(request, gateway) as do:
            row = await credentials.one(
                do.connection, caller.organisation, way.kind, credential_id, lock=True
            )
            on_version(if_match, row)
            await credentials.revoke(do, credential_id, organisation=caller.organisation)
        return Response(status_code=204)


async def _make(do: Doing, organisation: str, kind: Kind, body: Body, holding: _Holding) -> Made:
    """Make a key or client, and ask for what of it takes another person."""
    if await do.connection.fetchval(_COUNT, organisation, kind) >= MOST:
        raise GuardFailed(f"{MOST} are valid: revoke one first.")
    wished = given(body)
    holding = holding._replace(member=wished.get("member"))
    wanted, asked = await _checked(do, (organisation, kind, ""), wished, holding)
    made = await credentials.add(do, organisation, Wanted(**wanted, kind=kind, test=holding.test))
    at = (organisation, kind, made.id)
    await _ask(do, at, asked)
    document = shown(Credential, await credentials.one(do.connection, *at))
    return Made(replace(document, secret=made.text), 201, f"/v1/{kind}s/{made.id}", document)


async def _checked(
    do: Doing, at: At, wished: dict[str, Any], holding: _Holding
) -> tuple[dict[str, Any], _Asked]:
    """Return what can be done at once, and what another person has to approve.

    Raises ValidationFailed for what no organisation gives itself, or makes no sense.
    """
    plain = await credentials.check(do.connection, at[0], wished, role_of=holding.member)
    scopes = plain.get("scopes", [])
    if not may_be_given(set(scopes) - holding.scopes):
        given_by_command = set(scopes) & GIVEN_BY_COMMAND
        raise flaw("/body/scopes", "not_given", f"the operator gives: {words(given_by_command)}")
    if plain.get("expires_at") is not None and plain["expires_at"] <= do.now:
        raise flaw("/body/expires_at", "over", "lies in the past")
    admin = ADMIN in scopes and ADMIN not in holding.scopes
    by_two = sorted({*scopes} & _by_two(do, at[1], holding) - holding.scopes)
    if admin or by_two:
        waiting = {*by_two, ADMIN} - holding.scopes
        plain["scopes"] = [scope for scope in plain["scopes"] if scope not in waiting]
    more = plain.get("per_minute") or 0
    higher = more if more > max(holding.usual, holding.per_minute or 0) else None
    if higher:
        del plain["per_minute"]
    return plain, _Asked(admin, by_two, higher)


def _by_two(do: Doing, kind: Kind, holding: _Holding) -> frozenset[str]:
    """Return what this key gets from two only: nothing, if who asks in person is who holds it.

    A key that no member holds gets tokens in the name of all; a client acts in nobody's.
    """
    own = do.actor.in_person and holding.member == do.actor.person
    return frozenset() if own or kind == "client" else BY_TWO


async def _ask(do: Doing, at: At, asked: _Asked) -> None:
    organisation, kind, credential = at
    if asked.admin:
        await approvals.ask(do, "grant_admin_key", organisation, credential, kind=kind)
    if asked.scopes:
        wanted = {"kind": kind, "scopes": asked.scopes}
        await approvals.ask(do, "grant_scopes", organisation, credential, **wanted)
    if asked.per_minute:
        wish = {"kind": kind, "per_minute": asked.per_minute}
        await approvals.ask(do, "raise_limit", organisation, credential, **wish)


keys = _routes(_Way("key", "key", KeyBody, KeyChange))
clients = _routes(_Way("client", "client", ClientBody, CredentialChange))
