"""Invitations to become a member: made by an admin, accepted by whoever is shown the token."""

from typing import Annotated

from fastapi import Request, Response
from msgspec.structs import replace
from pydantic import Field

from gateway.api import example_callers as examples
from gateway.api.administering import Admin, Id, Named
from gateway.api.commanding import (
    NOT_STORED,
    ON_VERSION,
    ONCE,
    REFUSALS,
    Made,
    carry_out,
    changing,
    on_version,
    send_page,
    shown,
)
from gateway.api.describing import answers, lists
from gateway.audit.chain import Actor
from gateway.reads.answering import encode
from gateway.state import Gateway
from gateway.who import invitations, members
from gateway.who.documents import Invitation, Member
from gateway.who.doing import Doing, acting
from gateway.who.networks import address_of
from gateway.who.refusals import InvitationInvalid
from shared.bodies import Body
from shared.errors import (
    CursorInvalid,
    GuardFailed,
    MalformedBody,
    NotFound,
    RateLimited,
    ValidationFailed,
)
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.paging import After, Limit
from shared.preconditions import IfMatch

router = Router(prefix="/v1", tags=["callers"])

_LIST = f"""
    SELECT {invitations.COLUMNS}, created_at AS at FROM invitation
    WHERE organisation_id = $1
      AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::text))
    ORDER BY created_at, id LIMIT $4
"""
_ONE = f"""
    SELECT {invitations.COLUMNS} FROM invitation WHERE id = $1 AND organisation_id = $2 FOR UPDATE
"""


class InvitationBody(Body):
    """What whoever is invited will be."""

    role: Annotated[str, Field(min_length=1, max_length=40)]


class AcceptBody(Body):
    """The token of the invitation, and the name to be known by in the organisation."""

    token: Annotated[str, Field(min_length=1, max_length=200)]
    name: Named


@router.get(
    "/invitations",
    operation_id="list_invitations",
    summary="List invitations",
    response_model=None,
    responses=lists(Invitation, examples.INVITATION_PAGE, *REFUSALS, CursorInvalid),
)
async def list_invitations(
    caller: Admin, gateway: Gateway, cursor: After = None, limit: Limit = 50
) -> Response:
    """List the invitations of your organisation, the oldest first."""
    return await send_page(
        gateway,
        Invitation,
        _LIST,
        caller.organisation,
        question={"list": "invitations", "of": caller.organisation},
        cursor=cursor,
        limit=limit,
    )


@router.post(
    "/invitations",
    operation_id="make_invitation",
    summary="Invite somebody",
    response_model=None,
    status_code=201,
    responses=answers(Invitation, examples.INVITATION, *REFUSALS, *ONCE, status=201),
)
async def make_invitation(
    request: Request,
    body: InvitationBody,
    caller: Admin,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Make a token that admits one person within a week; hand it over by a way you trust."""

    async def work(do: Doing) -> Made:
        made = await invitations.invite(do, str(caller.organisation), body.role)
        row = await do.connection.fetchrow(_ONE, made.id, caller.organisation)
        document = shown(Invitation, row)
        told = replace(document, token=made.text)
        return Made(told, 201, None, document)

    return await carry_out(request, gateway, idempotency_key, work)


@router.delete(
    "/invitations/{invitation_id}",
    operation_id="withdraw_invitation",
    summary="Withdraw an invitation",
    response_model=None,
    status_code=204,
    responses={
        **answers(
            Invitation,
            examples.INVITATION,
            *REFUSALS,
            *ON_VERSION,
            NotFound,
            GuardFailed,
            status=204,
        ),
        204: {"description": "Withdrawn."},
    },
)
async def withdraw_invitation(
    request: Request, invitation_id: Id, caller: Admin, gateway: Gateway, if_match: IfMatch = None
) -> Response:
    """Withdraw an invitation that nobody has accepted. Its `revision` is its ETag."""
    async with changing(request, gateway) as do:
        row = await do.connection.fetchrow(_ONE, invitation_id, caller.organisation)
        if row is None:
            raise NotFound("There is no such invitation.")
        on_version(if_match, row)
        if row["state"] != "open":
            raise GuardFailed(f"It is {row['state']}: nothing is left to withdraw.")
        await invitations.withdraw(do, invitation_id)
    return Response(status_code=204)


@router.post(
    "/invitations:accept",
    operation_id="accept_invitation",
    summary="Accept an invitation",
    response_model=None,
    status_code=201,
    responses=answers(
        Member,
        examples.MEMBER,
        InvitationInvalid,
        MalformedBody,
        ValidationFailed,
        RateLimited,
        status=201,
    ),
)
async def accept_invitation(request: Request, body: AcceptBody, gateway: Gateway) -> Response:
    """Become a member by the token you were given; no key is needed. It admits once."""
    await gateway.crowds.take("invitations", address_of(request.scope, gateway.proxies))
    nobody = Actor(None, None, None)
    async with acting(gateway.database, gateway.clock, gateway.audit, nobody) as do:
        organisation, member = await invitations.accept(do, body.token, body.name)
        row = await members.one(do.connection, organisation, member)
    return Response(encode(shown(Member, row)), 201, NOT_STORED, media_type="application/json")
