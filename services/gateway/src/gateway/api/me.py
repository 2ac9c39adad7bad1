"""Who calls, and the caller's own organisation."""

from typing import Annotated

import asyncpg
from fastapi import Request, Response
from pydantic import Field

from gateway.api import example_callers as examples
from gateway.api.administering import (
    Admin,
    Anyone,
    Left,
    Named,
    approval_document,
    check_region,
    given,
)
from gateway.api.asking import send_list
from gateway.api.commanding import (
    ON_VERSION,
    ONCE,
    REFUSALS,
    Made,
    carry_out,
    changing,
    on_version,
    send_changed,
    shown,
)
from gateway.api.describing import answers
from gateway.door import HOLDER
from gateway.reads.answering import encode
from gateway.state import Gateway
from gateway.who import approvals, organisations
from gateway.who.documents import Approval, Me, OwnOrganisation
from gateway.who.doing import Doing
from gateway.who.refusals import AlreadyThere, MemberRequired, flaw
from shared.bodies import Body
from shared.errors import NotFound, RateLimited, Unauthenticated
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.preconditions import IfMatch
from shared.security import Caller
from shared.vocabulary.identifiers import Bin

router = Router(prefix="/v1", tags=["callers"])


class OrganisationBody(Body):
    """What is changed of an organisation; what is left out stays."""

    name: Named = Left
    region: Annotated[str, Field(pattern="^[0-9]{2}$")] | None = None


class SpeakerBody(Body):
    """For whom the organisation speaks, and the document that says so."""

    speaks_for: Annotated[str, Field(pattern=r"^(bin:[0-9]{12}|authority:[a-z0-9_.-]{2,80})$")]
    document: Annotated[str, Field(min_length=5, max_length=500)]


@router.get(
    "/me",
    operation_id="read_me",
    summary="Who am I?",
    response_model=None,
    responses=answers(Me, examples.ME, Unauthenticated, RateLimited),
)
async def read_me(request: Request, caller: Anyone, gateway: Gateway) -> Response:
    """Read whose key or token this is, what it may, and until when."""
    holder = request.scope[HOLDER]
    told = Me(
        id=holder.id,
        credential=holder.kind,
        mode=gateway.settings.mode,
        organisation=caller.organisation,
        member=caller.member,
        role=caller.role,
        region=caller.region,
        scopes=sorted(caller.scopes),
        per_minute=holder.per_minute,
        expires_at=holder.expires_at,
    )
    return send_list(encode(told))


@router.get(
    "/organisation",
    operation_id="read_organisation",
    summary="Read your organisation",
    response_model=None,
    responses=answers(
        OwnOrganisation,
        examples.ORGANISATION,
        Unauthenticated,
        RateLimited,
        NotFound,
    ),
)
async def read_organisation(caller: Anyone, gateway: Gateway) -> Response:
    """Read your own organisation: its kind, tier, and for whom it speaks."""
    async with gateway.database.connection() as connection:
        row = await _own(connection, caller)
    return send_changed(shown(OwnOrganisation, row), row["revision"])


@router.patch(
    "/organisation",
    operation_id="change_organisation",
    summary="Change your organisation",
    response_model=None,
    responses=answers(
        OwnOrganisation, examples.ORGANISATION, *REFUSALS, *ON_VERSION, NotFound, AlreadyThere
    ),
)
async def change_organisation(
    request: Request,
    body: OrganisationBody,
    caller: Admin,
    gateway: Gateway,
    if_match: IfMatch = None,
) -> Response:
    """Change its name or region. Kind, tier and for whom it speaks are not yours to change."""
    changed = given(body)
    check_region(changed.get("region"))
    async with changing(request, gateway) as do:
        row = await _own(do.connection, caller, lock=True)
        on_version(if_match, row)
        await organisations.change(do, row["id"], changed)
        after = await _own(do.connection, caller)
    return send_changed(shown(OwnOrganisation, after), after["revision"])


@router.delete(
    "/organisation",
    operation_id="delete_organisation",
    summary="Ask to delete your organisation",
    response_model=None,
    status_code=202,
    responses=answers(
        Approval,
        examples.DELETION,
        *REFUSALS,
        *ON_VERSION,
        NotFound,
        MemberRequired,
        status=202,
    ),
)
async def delete_organisation(
    request: Request, caller: Admin, gateway: Gateway, if_match: IfMatch = None
) -> Response:
    """Ask to delete the organisation: done once another admin approves, and not undone."""
    async with changing(request, gateway) as do:
        row = await _own(do.connection, caller, lock=True)
        on_version(if_match, row)
        made = await approvals.ask(do, "delete_organisation", row["id"], row["id"])
        document = await approval_document(do.connection, made)
    return Response(
        encode(document),
        202,
        {"Location": f"/v1/approvals/{made}", "Cache-Control": "no-store"},
        media_type="application/json",
    )


@router.post(
    "/verifications",
    operation_id="ask_verification",
    summary="Ask to be known as who speaks for a body",
    response_model=None,
    status_code=202,
    responses=answers(
        Approval, examples.VERIFICATION, *REFUSALS, *ONCE, NotFound, MemberRequired, status=202
    ),
)
async def ask_verification(
    request: Request,
    body: SpeakerBody,
    caller: Admin,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Say for which BIN or authority you speak, and by which document.

    Two operators of the platform look at it, one after the other. `document` is its reference
    (kind, number, date, where it can be seen); the document itself is not uploaded here.
    """
    kind, _, number = body.speaks_for.partition(":")
    if kind == "bin" and Bin.parse(number) != number:
        raise flaw("/body/speaks_for", "bin", "is no BIN: its control digit does not fit")

    async def work(do: Doing) -> Made:
        row = await _own(do.connection, caller)
        details = {"document": body.document}
        made = await approvals.ask(do, "verify_speaker", row["id"], body.speaks_for, **details)
        return Made(await approval_document(do.connection, made), 202, f"/v1/approvals/{made}")

    return await carry_out(request, gateway, idempotency_key, work)


async def _own(
    connection: asyncpg.Connection, caller: Caller, *, lock: bool = False
) -> asyncpg.Record:
    if lock:
        await connection.execute(
            "SELECT FROM organisation WHERE id = $1 FOR UPDATE", caller.organisation
        )
    row = await connection.fetchrow(organisations.READ, caller.organisation)
    if row is None:
        raise NotFound("You call for no organisation.")
    return row
