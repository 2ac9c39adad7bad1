"""Members of one's own organisation, invitations to become one, and tokens in a member's name."""

from typing import Annotated

import msgspec
from fastapi import Depends, Request, Response
from pydantic import Field

from gateway.api import example_callers as examples
from gateway.api.administering import Admin, Id, Left, Named, approval_document, given
from gateway.api.asking import allowed
from gateway.api.commanding import (
    ON_VERSION,
    ONCE,
    REFUSALS,
    Made,
    actor_of,
    carry_out,
    changing,
    on_version,
    send_changed,
    send_one,
    send_page,
    shown,
)
from gateway.api.describing import answers, lists
from gateway.door import HOLDER
from gateway.state import Gateway
from gateway.who import approvals, members, tokens
from gateway.who.documents import Approval, Member, MemberToken
from gateway.who.doing import Doing
from gateway.who.refusals import MemberRequired, flaw
from gateway.who.refusals import shown as words
from gateway.who.roles import RECEIVE, ROLES, within_role
from shared.bodies import Body
from shared.errors import CursorInvalid, NotFound, ScopeMissing
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.paging import After, Limit
from shared.preconditions import IfMatch
from shared.security import Caller

router = Router(prefix="/v1/members", tags=["callers"])

Own = Annotated[Caller, Depends(allowed(None))]
Role = Annotated[str, Field(min_length=1, max_length=40)]
Reference = Annotated[str, Field(min_length=1, max_length=200)]

_LIST = f"""
    SELECT {members.COLUMNS}, created_at AS at FROM member
    WHERE organisation_id = $1 AND removed_at IS NULL
      AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::text))
    ORDER BY created_at, id LIMIT $4
"""


class MemberBody(Body):
    """A new member. `reference`: your own id of the person."""

    name: Named
    role: Role
    reference: Reference | None = None


class MemberChange(Body):
    """What is changed of a member; what is left out stays."""

    name: Named = Left
    role: Role = Left
    reference: Reference | None = None


class TokenBody(Body):
    """What the token shall allow; left out, all that both the key and the member's role do."""

    scopes: Annotated[list[str], Field(min_length=1, max_length=50)] | None = None


@router.get(
    "",
    operation_id="list_members",
    summary="List the members",
    response_model=None,
    responses=lists(Member, examples.MEMBER_PAGE, *REFUSALS, CursorInvalid),
)
async def list_members(
    request: Request, caller: Admin, gateway: Gateway, cursor: After = None, limit: Limit = 50
) -> Response:
    """List the members of your organisation, the oldest first. That they were read is noted."""
    async with changing(request, gateway) as do:
        do.note("members.read", str(caller.organisation))
    return await send_page(
        gateway,
        Member,
        _LIST,
        caller.organisation,
        question={"list": "members", "of": caller.organisation},
        cursor=cursor,
        limit=limit,
    )


@router.post(
    "",
    operation_id="add_member",
    summary="Add a member",
    response_model=None,
    status_code=201,
    responses=answers(Member, examples.MEMBER, *REFUSALS, *ONCE, MemberRequired, status=201),
)
async def add_member(
    request: Request,
    body: MemberBody,
    caller: Admin,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Register somebody who works for you.

    A role that takes two to give (admin, officer, coordinator, operator) is asked for with the
    same call; until somebody else approves, the member is a reader.
    """

    async def work(do: Doing) -> Made:
        organisation = str(caller.organisation)
        await members.check_role(do.connection, organisation, body.role)
        two = ROLES[body.role].granted_by_two
        made = await members.add(
            do,
            organisation,
            name=body.name,
            role="reader" if two else body.role,
            reference=body.reference,
        )
        if two:
            await approvals.ask(do, "grant_role", organisation, made, role=body.role)
        row = await members.one(do.connection, organisation, made)
        return Made(shown(Member, row), 201, f"/v1/members/{made}")

    return await carry_out(request, gateway, idempotency_key, work)


@router.get(
    "/{member_id}",
    operation_id="read_member",
    summary="Read a member",
    response_model=None,
    responses=answers(Member, examples.MEMBER, *REFUSALS, NotFound, conditional=True),
)
async def read_member(request: Request, member_id: Id, caller: Admin, gateway: Gateway) -> Response:
    """Read a member of your organisation. That it was read is noted."""
    async with changing(request, gateway) as do:
        row = await members.one(do.connection, caller.organisation, member_id)
        do.note("member.read", member_id)
    return send_one(request, shown(Member, row), row["revision"])


@router.patch(
    "/{member_id}",
    operation_id="change_member",
    summary="Change a member",
    response_model=None,
    responses={
        **answers(Member, examples.MEMBER, *REFUSALS, *ON_VERSION, NotFound, MemberRequired),
        202: {
            **answers(Approval, examples.PROMOTION)[200],
            "description": "The role takes two: somebody else has to approve.",
        },
    },
)
async def change_member(
    request: Request,
    *,
    member_id: Id,
    body: MemberChange,
    caller: Admin,
    gateway: Gateway,
    if_match: IfMatch = None,
) -> Response:
    """Change name, reference or role. A role that takes two to give is asked for: 202."""
    changed = given(body)
    async with changing(request, gateway) as do:
        organisation = str(caller.organisation)
        row = await members.one(do.connection, organisation, member_id, lock=True)
        on_version(if_match, row)
        role = changed.get("role")
        if role is not None:
            await members.check_role(do.connection, organisation, role)
        if role not in (None, row["role"]) and ROLES[role].granted_by_two:
            del changed["role"]
            asked = await approvals.ask(do, "grant_role", organisation, member_id, role=role)
            if changed:
                await members.change(do, member_id, changed)
            answer = send_changed(await approval_document(do.connection, asked), 1)
            answer.status_code = 202
            return answer
        await members.change(do, member_id, changed)
        after = await members.one(do.connection, organisation, member_id)
    return send_changed(shown(Member, after), after["revision"])


@router.delete(
    "/{member_id}",
    operation_id="remove_member",
    summary="Remove a member",
    response_model=None,
    status_code=204,
    responses={
        **answers(Member, examples.MEMBER, *REFUSALS, *ON_VERSION, NotFound, status=204),
        204: {"description": "Removed; keys held by the member and tokens in the name have ended."},
    },
)
async def remove_member(
    request: Request, member_id: Id, caller: Admin, gateway: Gateway, if_match: IfMatch = None
) -> Response:
    """Remove a member. What was done in the name stays in the audit, the name itself goes."""
    async with changing(request, gateway) as do:
        row = await members.one(do.connection, caller.organisation, member_id, lock=True)
        on_version(if_match, row)
        await members.remove(do, member_id)
    return Response(status_code=204)


@router.post(
    "/{member_id}/tokens",
    operation_id="mint_member_token",
    summary="Get a token in the name of a member",
    response_model=None,
    status_code=201,
    responses=answers(MemberToken, examples.MEMBER_TOKEN, *REFUSALS, *ONCE, NotFound, status=201),
)
async def mint_token(
    request: Request,
    *,
    member_id: Id,
    body: TokenBody,
    caller: Own,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Get a token for ten minutes, so that what your application does carries a person.

    With a key of the organisation that no member holds. The token never allows more than both the
    key and the member's role do, and ends with either of them. It never allows tips:receive: tips
    are for whom they are sealed to, not for an application.
    """
    holder = request.scope[HOLDER]
    if holder.kind != "key" or caller.member is not None:
        raise ScopeMissing("This needs a key of the organisation that no member holds.")

    async def work(do: Doing) -> Made:
        row = await members.one(do.connection, caller.organisation, member_id)
        most = within_role(caller.scopes, row["role"]) - {RECEIVE}
        scopes = frozenset(body.scopes or most)
        if not scopes <= most:
            raise ScopeMissing(f"More than key and role allow: {words(scopes - most)}.")
        if not scopes:
            raise flaw("/body/scopes", "none", "nothing is left of what the key and the role allow")
        ends = min(do.now + tokens.LIFE, holder.expires_at or do.now + tokens.LIFE)
        token = tokens.Token(holder.id, member_id, scopes, ends)
        signs = await gateway.signer.current()
        text = tokens.mint(
            token, key=signs.private, kid=signs.kid, issuer=gateway.settings.public_url, now=do.now
        )
        do.note("member.token", member_id, scopes=sorted(scopes), by=actor_of(request).credential)
        seconds = int((ends - do.now).total_seconds())
        told = MemberToken(
            access_token=text,
            token_type="Bearer",  # noqa: S106 (a word)
            expires_in=seconds,
            scope=" ".join(sorted(scopes)),
            member=member_id,
        )
        return Made(told, 201, None, msgspec.structs.replace(told, access_token=None))

    return await carry_out(request, gateway, idempotency_key, work)
