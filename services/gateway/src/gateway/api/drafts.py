"""Indicators of one's own: sent as drafts, tried over all history, watched, proposed, approved.

A draft is the same document as an indicator of the catalogue; `GET /v1/indicator-schema` has its
format. Nobody but its organisation knows of a draft until it is proposed, and it alerts nobody.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Depends, Path, Query, Request, Response

from gateway.api import example_drafts as examples
from gateway.api.asking import allowed, each, send_list
from gateway.api.describing import answers, lists
from gateway.api.metering import charged
from gateway.desk import JSON
from gateway.reads.answering import encode, listing
from gateway.state import Gateway
from gateway.usage import QuotaSpent
from shared.contracts.drafts import BackTest, BackTestBody, Draft, DraftBrief, StepBody
from shared.errors import (
    CursorInvalid,
    GuardFailed,
    IdempotencyInProgress,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    NotFound,
    RateLimited,
    ScopeMissing,
    TransitionNotAllowed,
    ValidationFailed,
)
from shared.errors import Unauthenticated as NoKey
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.paging import After, Limit
from shared.security import Caller

router = Router(prefix="/v1", tags=["drafts"])

Reader = Annotated[Caller, Depends(allowed("drafts:read"))]
Writer = Annotated[Caller, Depends(allowed("drafts:write"))]
DraftId = Annotated[str, Path(max_length=40, pattern="^[a-z0-9_]+$", description="drf_…")]
DraftState = Literal["draft", "monitor", "proposed", "live", "retired"]
BackTestId = Annotated[str, Path(max_length=40, pattern="^[a-z0-9_]+$", description="bkt_…")]

REFUSALS: Final = (NoKey, ScopeMissing, RateLimited)
ONCE: Final = (
    IdempotencyKeyRequired,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    ValidationFailed,
)


class Schema(msgspec.Struct, frozen=True):
    """A JSON Schema (2020-12): the format of an indicator, as a file and as a draft."""


_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "description": "An indicator; its format is at GET /v1/indicator-schema.",
                    "required": ["code", "title", "subject", "query", "examples"],
                },
                "example": examples.DOCUMENT,
            }
        },
    }
}


@router.get(
    "/indicator-schema",
    operation_id="read_indicator_schema",
    summary="Read the format of an indicator",
    response_model=None,
    responses=answers(Schema, examples.SCHEMA, NoKey, RateLimited),
)
async def read_schema(
    request: Request, caller: Annotated[Caller, Depends(allowed(None))], gateway: Gateway
) -> Response:
    """Read the JSON Schema of an indicator: of the files of the catalogue, and of drafts."""
    return await gateway.drafts.get(request, "/indicator-schema", _of_catalogue(caller))


@router.post(
    "/indicator-drafts",
    operation_id="send_indicator_draft",
    summary="Send a draft, or a new version of one",
    response_model=None,
    status_code=201,
    dependencies=[Depends(charged("trials"))],
    openapi_extra=_BODY,
    responses={
        **answers(
            Draft, examples.DRAFT, *REFUSALS, *ONCE, QuotaSpent, TransitionNotAllowed, status=201
        ),
        200: {**answers(Draft, examples.DRAFT)[200], "description": "This very version is there."},
    },
)
async def send_draft(
    request: Request, caller: Writer, gateway: Gateway, idempotency_key: KeyHeader = None
) -> Response:
    """Check a document and keep it as a draft; the code of a draft of one's own: a new version.

    Checked are the format, the texts, the queries (an allow-list), and that the worked examples
    come out as they say. The queries run confined: no file, no network, little time and memory.
    """
    del idempotency_key  # passed on with the request
    body = await request.body()
    path = "/indicator-drafts"
    answer = await gateway.drafts.post(request, path, caller, content=body, trial=True)
    if answer.status_code < 300:  # noqa: PLR2004 (taken in)
        answer.headers["Location"] = f"/v1/indicator-drafts/{_id_of(answer)}"
    return answer


@router.get(
    "/indicator-drafts",
    operation_id="list_indicator_drafts",
    summary="List drafts",
    response_model=None,
    responses=lists(DraftBrief, examples.DRAFT_PAGE, *REFUSALS, CursorInvalid, ValidationFailed),
)
async def list_drafts(
    request: Request,
    *,
    caller: Reader,
    gateway: Gateway,
    state: Annotated[list[DraftState], Query(max_length=50)] = [],  # noqa: B006 (FastAPI copies it)
    cursor: After = None,
    limit: Limit = 50,
) -> Response:
    """List the drafts of one's organisation; who may approve sees all that are proposed or live."""
    states = each(state)
    bound = {"list": "drafts", "of": caller.organisation, "state": states}
    after = gateway.cursor.decode(cursor, question=bound) if cursor else [None, None]
    answer = await gateway.drafts.ask(
        request,
        "/indicator-drafts",
        caller,
        state=list(states) or None,
        after_at=after[0],
        after_id=after[1],
        limit=limit,
    )
    if answer.is_error:
        return gateway.drafts.passed_on(request, answer)
    found: list[dict[str, Any]] = answer.json()["data"]
    shown, mark = found[:limit], None
    if len(found) > limit:
        last = shown[-1]
        mark = gateway.cursor.encode([last["updated_at"], last["id"]], question=bound)
    return send_list(listing([encode(one) for one in shown], next_cursor=mark, **gateway.as_of()))


@router.get(
    "/indicator-drafts/{draft_id}",
    operation_id="read_indicator_draft",
    summary="Read a draft",
    response_model=None,
    responses=answers(Draft, examples.DRAFT, *REFUSALS, NotFound),
)
async def read_draft(
    request: Request, draft_id: DraftId, caller: Reader, gateway: Gateway
) -> Response:
    """Read a draft: its document, versions, steps and back-tests, and what watching it gives."""
    return await gateway.drafts.get(request, f"/indicator-drafts/{draft_id}", caller)


@router.post(
    "/indicator-drafts/{draft_id}/steps",
    operation_id="take_draft_step",
    summary="Take a draft a step further",
    response_model=None,
    responses=answers(
        Draft, examples.PROPOSED, *REFUSALS, *ONCE, NotFound, TransitionNotAllowed, GuardFailed
    ),
)
async def take_step(
    request: Request,
    *,
    draft_id: DraftId,
    body: StepBody,
    caller: Reader,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Watch a draft on live data, propose it, approve or reject what others proposed, retire it.

    Approving takes a second person: a member who neither wrote nor proposed it.
    """
    del idempotency_key  # passed on with the request
    content = body.model_dump_json(by_alias=True, exclude_none=True).encode()
    path = f"/indicator-drafts/{draft_id}/steps"
    return await gateway.drafts.post(request, path, caller, content=content)


@router.post(
    "/indicator-drafts/{draft_id}/back-tests",
    operation_id="ask_back_test",
    summary="Try a draft over a period",
    response_model=None,
    status_code=202,
    dependencies=[Depends(charged("trials"))],
    responses=answers(
        BackTest, examples.WAITING, *REFUSALS, *ONCE, QuotaSpent, NotFound, GuardFailed, status=202
    ),
)
async def ask_back_test(
    request: Request,
    *,
    draft_id: DraftId,
    body: BackTestBody,
    caller: Writer,
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Ask for a back-test of the present version; `Location` is where to look for its result."""
    del idempotency_key  # passed on with the request
    content = body.model_dump_json(by_alias=True, exclude_none=True).encode()
    path = f"/indicator-drafts/{draft_id}/back-tests"
    answer = await gateway.drafts.post(request, path, caller, content=content)
    if answer.status_code == 202:  # noqa: PLR2004 (accepted)
        answer.headers["Location"] = f"/v1/back-tests/{_id_of(answer)}"
        answer.headers["Retry-After"] = "2"
    return answer


@router.get(
    "/back-tests/{back_test_id}",
    operation_id="read_back_test",
    summary="Read a back-test",
    response_model=None,
    responses=answers(BackTest, examples.BACK_TEST, *REFUSALS, NotFound),
)
async def read_back_test(
    request: Request, back_test_id: BackTestId, caller: Reader, gateway: Gateway
) -> Response:
    """Read a back-test: how far it is, and its figures once it is done."""
    return await gateway.drafts.get(request, f"/back-tests/{back_test_id}", caller)


def _id_of(answer: Response) -> str:
    found: str = msgspec.json.decode(bytes(answer.body))["id"]
    return found


def _of_catalogue(caller: Caller) -> Caller:
    """Return the caller with what the format of an indicator takes, open to every key as it is."""
    return Caller(
        caller.organisation, caller.member, caller.role, caller.region, frozenset({"scores:read"})
    )
