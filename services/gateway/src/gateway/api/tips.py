"""Tips from anybody: without a key, a name, or a trace. Recipients' routes are in `casework`.

What comes is forwarded to cases by a token that names nobody. Nothing is kept here: no stored
answer (cases knows a repeat by the sender's own random value), no use, no audit, no address.
"""

from typing import Annotated, Any, Final

import httpx
import msgspec
from fastapi import Header, Query, Request, Response

from gateway.api import example_tips as examples
from gateway.api.describing import answers
from gateway.reads.answering import encode
from gateway.state import Gateway, State
from gateway.tip_recipients import offered, receiving
from gateway.tipline import take
from shared.contracts.casework.tip_holders import HeldChannels
from shared.contracts.casework.tip_refusals import (
    ReceiptTaken,
    RecipientsChanged,
    SessionOver,
    WorkMissing,
)
from shared.contracts.casework.tips import PieceTaken
from shared.contracts.casework.tips_of_senders import (
    OwnTip,
    PlainTaken,
    PlainTip,
    Receipt,
    SealedTip,
    SenderChunk,
    SenderMessage,
    TipChannels,
    TipSession,
    TipTaken,
)
from shared.errors import (
    DependencyDown,
    NotFound,
    RateLimited,
    TransitionNotAllowed,
    ValidationFailed,
)
from shared.late import Router
from shared.security import Caller, service_caller

router = Router(prefix="/v1/tips", tags=["tips"])

SENDER: Final[Caller] = service_caller("tips:send")
"""Nobody: what cases is told of who sends a tip."""

NOT_STORED: Final = {"Cache-Control": "no-store"}
_REFUSALS: Final = (ValidationFailed, RateLimited, DependencyDown)
_OF_TIPS: Final = (RecipientsChanged, ReceiptTaken, WorkMissing, *_REFUSALS)
_IN_SESSION: Final = (SessionOver, *_REFUSALS)
_WRITING: Final = (TransitionNotAllowed, RecipientsChanged, *_IN_SESSION)

Shown = Annotated[
    str, Header(alias="Tip-Session", max_length=500, description="The token of a session.")
]
_NAMES: Final = """
    SELECT id, name, region FROM organisation WHERE id = ANY($1::text[]) AND deleted_at IS NULL
"""


@router.get(
    "/channels",
    operation_id="read_tip_channels",
    summary="Read how a tip is sent, and what that reveals",
    response_model=None,
    responses=answers(TipChannels, examples.CHANNELS, *_REFUSALS),
)
async def read_tip_channels(request: Request, gateway: Gateway) -> Response:
    """Read who receives tips, with which keys, how they are sealed, and what each way reveals.

    Everything a client needs to seal a tip before it is sent.
    """
    await take(gateway.quotas, "tip-talk")
    answer = await gateway.cases.ask(request, "/tips/channels", SENDER)
    if answer.status_code != httpx.codes.OK:
        raise DependencyDown("Tips cannot be taken at the moment.")
    told = msgspec.json.decode(answer.content, type=HeldChannels)
    named = await _named(gateway, told)
    return Response(encode(named), headers=NOT_STORED, media_type="application/json")


@router.post(
    "",
    operation_id="send_tip",
    summary="Send a tip that you have sealed",
    response_model=None,
    status_code=201,
    responses=answers(TipTaken, examples.TAKEN, *_OF_TIPS, status=201),
)
async def send_tip(request: Request, body: SealedTip, gateway: Gateway) -> Response:
    """Send a tip. Your client made the receipt, and sealed the text to its recipients' keys.

    The server sees neither. Sent again with the same `once`, it is the same tip. The answer comes
    after the same time whatever it is. Files and further messages follow in a session.
    """
    await take(gateway.quotas, "tips")
    return await _forward(request, gateway, "/tips", body)


@router.post(
    ":plain",
    operation_id="send_plain_tip",
    summary="Send a tip in the clear",
    response_model=None,
    status_code=201,
    responses=answers(PlainTaken, examples.PLAIN, *_OF_TIPS, status=201),
)
async def send_plain_tip(request: Request, body: PlainTip, gateway: Gateway) -> Response:
    """Send a tip where there is no client that seals: the server seals and forgets it.

    The text and the receipt are in its memory for this one request. The receipt is shown once.
    """
    await take(gateway.quotas, "tips")
    return await _forward(request, gateway, "/tips:plain", body)


@router.post(
    "/session",
    operation_id="begin_tip_session",
    summary="Open your tip by its receipt",
    response_model=None,
    status_code=201,
    responses=answers(TipSession, examples.SESSION, NotFound, WorkMissing, *_REFUSALS, status=201),
)
async def begin_tip_session(request: Request, body: Receipt, gateway: Gateway) -> Response:
    """Open a tip for half an hour by what your client derives from its receipt.

    A client without Argon2id sends the receipt itself. A wrong one is answered like one that never
    was, in the same time.
    """
    await take(gateway.quotas, "tip-sessions")
    return await _forward(request, gateway, "/tips/session", body)


@router.get(
    "/me",
    operation_id="read_own_tip",
    summary="Read your tip",
    response_model=None,
    responses=answers(OwnTip, examples.OWN, *_IN_SESSION),
)
async def read_own_tip(
    request: Request,
    gateway: Gateway,
    tip_session: Shown = "",
    after: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Response:
    """Read how your tip stands, and what was written since the number `after`."""
    del tip_session  # handed on as it came
    await take(gateway.quotas, "tip-talk")
    answer = await gateway.cases.get(request, "/tips/me", SENDER, after=after)
    return _silent(answer)


@router.post(
    "/me/messages",
    operation_id="write_as_tip_sender",
    summary="Write to the recipients of your tip",
    response_model=None,
    status_code=201,
    responses=answers(PieceTaken, {"number": 3}, *_WRITING, status=201),
)
async def write_as_tip_sender(
    request: Request, body: SenderMessage, gateway: Gateway, tip_session: Shown = ""
) -> Response:
    """Write to the recipients: sealed, or in the clear in a session by the receipt itself."""
    del tip_session
    await take(gateway.quotas, "tip-talk")
    return await _forward(request, gateway, "/tips/me/messages", body)


@router.post(
    "/me/chunks",
    operation_id="add_tip_chunk",
    summary="Add a part of a file to your tip",
    response_model=None,
    status_code=201,
    responses=answers(PieceTaken, {"number": 4}, *_WRITING, status=201),
)
async def add_tip_chunk(
    request: Request, body: SenderChunk, gateway: Gateway, tip_session: Shown = ""
) -> Response:
    """Add a sealed part of a file, 256 KiB each; forty parts are as much as one tip takes."""
    del tip_session
    await take(gateway.quotas, "tip-talk")
    return await _forward(request, gateway, "/tips/me/chunks", body)


@router.post(
    "/me:withdraw",
    operation_id="withdraw_tip",
    summary="Withdraw your tip",
    response_model=None,
    responses=answers(TipTaken, examples.WITHDRAWN, *_IN_SESSION),
)
async def withdraw_tip(request: Request, gateway: Gateway, tip_session: Shown = "") -> Response:
    """Withdraw your tip: what it says is destroyed at once. A summary that was released stays."""
    del tip_session
    await take(gateway.quotas, "tip-talk")
    return _silent(await gateway.cases.command(request, "POST", "/tips/me:withdraw", SENDER, None))


async def _forward(request: Request, gateway: State, path: str, body: Any) -> Response:
    content = body.model_dump_json(exclude_unset=True).encode()
    return _silent(await gateway.cases.command(request, "POST", path, SENDER, content))


def _silent(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _named(gateway: State, told: HeldChannels) -> TipChannels:
    """Name the organisations that take tips: cases knows them by their ids alone.

    With the keys of those of their members who receive tips: cases knows nobody's role.
    """
    ids = [each.id for each in told.organisations]
    async with gateway.database.connection() as connection:
        rows = {row["id"]: row for row in await connection.fetch(_NAMES, ids)}
        receive = await receiving(connection, (told.holders or {}).values())
    known = [
        msgspec.structs.replace(each, name=rows[each.id]["name"], region=rows[each.id]["region"])
        for each in offered(told, receive)
        if each.id in rows
    ]
    return TipChannels(
        told.format, told.sizes, told.chunk, told.receipt, told.work, told.channels, known
    )
