"""What waits for another person, and what others decided."""

from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import Depends, Query, Request, Response

from gateway.api import example_callers as examples
from gateway.api.administering import Anyone, Id, approval_document
from gateway.api.asking import send_list
from gateway.api.commanding import ONCE, REFUSALS, Made, carry_out, send_changed
from gateway.api.describing import answers, lists
from gateway.reads.answering import encode, listing
from gateway.state import Gateway
from gateway.who import approvals
from gateway.who.documents import Approval
from gateway.who.doing import Doing
from gateway.who.refusals import MemberRequired, SecondPersonRequired
from gateway.who.roles import ADMIN, OPERATOR
from shared.bodies import Body
from shared.errors import CursorInvalid, GuardFailed, NotFound, ScopeMissing, TransitionNotAllowed
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.paging import After, Limit
from shared.security import Caller


async def decider(caller: Anyone) -> Caller:
    """Return a caller who decides on anything at all. Raises ScopeMissing."""
    if not caller.scopes & {ADMIN, OPERATOR}:
        raise ScopeMissing(f"This needs the scope {ADMIN}.")
    return caller


router = Router(prefix="/v1/approvals", tags=["callers"])
Decider = Annotated[Caller, Depends(decider)]
State = Literal["waiting", "done", "rejected", "expired"]

_LIST: Final = f"""
    SELECT * FROM (SELECT {approvals.COLUMNS} FROM approval
                   WHERE organisation_id = $1 OR $2::boolean) AS seen
    WHERE ($3::text IS NULL OR state = $3)
      AND ($4::timestamptz IS NULL OR (asked_at, id) < ($4, $5::text))
    ORDER BY asked_at DESC, id DESC LIMIT $6
"""


class DecisionBody(Body):
    """What is decided."""

    decision: approvals.Decision


@router.get(
    "",
    operation_id="list_approvals",
    summary="List what waits for another person",
    response_model=None,
    responses=lists(Approval, examples.APPROVAL_PAGE, *REFUSALS, CursorInvalid),
)
async def list_approvals(
    caller: Decider,
    gateway: Gateway,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    cursor: After = None,
    limit: Limit = 50,
) -> Response:
    """List what was asked for in your organisation, the newest first; operators see all."""
    question = {"list": "approvals", "of": caller.organisation, "state": state}
    after = gateway.cursor.decode(cursor, question=question) if cursor else [None, None]
    moment = datetime.fromisoformat(str(after[0])) if after[0] else None
    everywhere = OPERATOR in caller.scopes
    async with gateway.database.connection() as connection:
        rows = await connection.fetch(
            _LIST, caller.organisation, everywhere, state, moment, after[1], limit + 1
        )
    mark = None
    if len(rows) > limit:
        last = rows[limit - 1]
        mark = gateway.cursor.encode([last["asked_at"].isoformat(), last["id"]], question=question)
    documents = [encode(approvals.document(row)) for row in rows[:limit]]
    return send_list(listing(documents, next_cursor=mark, **gateway.as_of()))


@router.get(
    "/{approval_id}",
    operation_id="read_approval",
    summary="Read what was asked for",
    response_model=None,
    responses=answers(Approval, examples.PROMOTION, *REFUSALS, NotFound),
)
async def read_approval(approval_id: Id, caller: Decider, gateway: Gateway) -> Response:
    """Read what was asked for, by whom, and who has approved."""
    async with gateway.database.transaction() as connection:
        await approvals.visible(connection, approval_id, caller)
        document = await approval_document(connection, approval_id)
    return send_changed(document, document.revision)


@router.post(
    "/{approval_id}/decisions",
    operation_id="decide_approval",
    summary="Approve or reject",
    response_model=None,
    responses=answers(
        Approval,
        examples.APPROVED,
        *REFUSALS,
        *ONCE,
        NotFound,
        MemberRequired,
        SecondPersonRequired,
        TransitionNotAllowed,
        GuardFailed,
    ),
)
async def decide_approval(
    request: Request,
    *,
    approval_id: Id,
    body: DecisionBody,
    caller: Decider,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Approve what somebody else asked for, with a key that you alone hold; or reject it.

    A token in a member's name does not approve: whoever has the organisation's key can get one.

    The last approval that is needed carries it out. Whoever asked takes it back by rejecting it.
    """

    async def work(do: Doing) -> Made:
        await approvals.decide(do, approval_id, body.decision, caller)
        return Made(await approval_document(do.connection, approval_id), 200)

    return await carry_out(request, gateway, idempotency_key, work)
