"""A key for trying, for everybody, where the data are invented."""

from datetime import UTC, datetime
from typing import Final

from fastapi import Request, Response
from msgspec import to_builtins

from gateway.api.commanding import NOT_STORED
from gateway.api.describing import answers
from gateway.reads.answering import encode
from gateway.state import Gateway
from gateway.who import trials
from gateway.who.networks import address_of
from gateway.who.trials import NoTrials, Trial
from shared.errors import RateLimited
from shared.late import Router

router = Router(prefix="/v1/trials", tags=["callers"])

_EXAMPLE: Final = to_builtins(
    Trial(
        key="qdg_test_aaaaaaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        organisation="own_0123456789abcdef",
        member="mem_0123456789abcdef",
        scopes=list(trials.SCOPES),
        requests_per_minute=60,
        expires_at=datetime(2026, 3, 16, tzinfo=UTC),
    )
)


@router.post(
    "",
    operation_id="begin_trial",
    summary="Get a key for trying",
    response_model=None,
    status_code=201,
    responses=answers(Trial, _EXAMPLE, NoTrials, RateLimited, status=201),
)
async def begin_trial(request: Request, gateway: Gateway) -> Response:
    """Get a key for trying, good for fourteen days, without an account.

    It is held by the admin of a partner organisation of its own: it starts cases, adds members.
    Only a gateway of the sandbox gives them: there the data are invented.
    """
    made = await trials.begin(gateway, address_of(request.scope, gateway.proxies))
    return Response(encode(made), 201, NOT_STORED, media_type="application/json")
