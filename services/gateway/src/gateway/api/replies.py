"""Replies to alerts: the right of who is named to be heard beside the flag."""

from typing import Annotated, Final

from fastapi import Depends, Path, Request, Response
from pydantic import Field

from gateway.api import example_subscriptions as examples
from gateway.api.asking import allowed
from gateway.api.commanding import ONCE, REFUSALS, Made, carry_out
from gateway.api.describing import answers
from gateway.state import Gateway
from gateway.subscriptions import replies
from gateway.subscriptions.documents import AlertReply
from gateway.subscriptions.replies import Said
from gateway.who.doing import Doing
from gateway.who.refusals import flaw
from shared.bodies import Body
from shared.errors import GuardFailed, NotFound, ScopeMissing
from shared.idempotency import KeyHeader
from shared.late import Router
from shared.security import Caller
from shared.vocabulary.identifiers import person_numbers_in
from shared.vocabulary.text import Language

router = Router(prefix="/v1/alerts", tags=["alerts"])

LONGEST: Final = 4000
_PLAIN: Final = r"^[^\x00-\x09\x0b-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x09\x0b-\x1f\x7f]*$"
"""Lines of text, one of which is not empty."""

AlertId = Annotated[str, Path(max_length=100, pattern="^[A-Za-z0-9_-]+$")]


class ReplyBody(Body):
    """A reply in plain text, in the language it is written in; it is published as it is.

    Numbers of natural persons (IIN) are refused. What was said stays: a later reply adds to it.
    """

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST,
            pattern=_PLAIN,
        ),
    ]
    language: Language


@router.post(
    "/{alert_id}/replies",
    operation_id="reply_to_alert",
    summary="Reply to an alert",
    response_model=None,
    status_code=201,
    responses=answers(
        AlertReply, examples.REPLY, *REFUSALS, *ONCE, NotFound, GuardFailed, status=201
    ),
)
async def reply_to_alert(
    request: Request,
    *,
    alert_id: AlertId,
    body: ReplyBody,
    caller: Annotated[Caller, Depends(allowed("alerts:reply"))],
    gateway: Gateway,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Reply for a party of the purchase that your organisation is verified to speak for.

    It stands in `replies` of the alert, of the scores it concerns and of the process, and in their
    explanation; the event is `alert.replied`.
    """
    if caller.organisation is None:
        raise ScopeMissing("Only an organisation replies.")
    if person_numbers_in(body.text):
        raise flaw("/body/text", "personal", "holds the number of a natural person")

    async def work(do: Doing) -> Made:
        said = Said(body.language, body.text)
        return Made(await replies.add(do, str(caller.organisation), alert_id, said))

    return await carry_out(request, gateway, idempotency_key, work)
