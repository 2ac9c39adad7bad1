"""What the caller's organisation used, by the day, and what it may."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import Depends, Query, Request, Response

from gateway.api.asking import allowed, send_list
from gateway.api.describing import answers
from gateway.door import HOLDER, account_of
from gateway.reads.answering import encode
from gateway.state import Gateway
from gateway.tiers import USUAL
from gateway.usage import UsageDocument, document
from shared.errors import RateLimited
from shared.errors import Unauthenticated as NoKey
from shared.late import Router

router = Router(prefix="/v1", tags=["meta"])

_DAY = date(2026, 3, 2)
_EXAMPLE: Final[Any] = msgspec.to_builtins(
    document(
        [
            {"day": _DAY, "what": "requests", "used": 1840},
            {"day": _DAY, "what": "rows", "used": 90_000},
        ],
        tier=USUAL,
        per_minute=600,
        resets_at=datetime(2026, 3, 3, tzinfo=UTC),
    )
)


@router.get(
    "/usage",
    operation_id="read_usage",
    summary="How much was used?",
    response_model=None,
    dependencies=[Depends(allowed(None))],
    responses=answers(UsageDocument, _EXAMPLE, NoKey, RateLimited),
)
async def read_usage(
    request: Request,
    gateway: Gateway,
    days: Annotated[int, Query(ge=1, le=366, description="How many days, today included.")] = 30,
) -> Response:
    """Read what your organisation used on each day (UTC), and what its tier may use.

    What is limited by the day is refused with `daily_quota_spent` until the day has ended.
    """
    holder = request.scope[HOLDER]
    rows = await gateway.usage.read(account_of(holder), days=days)
    told = document(
        rows,
        tier=holder.tier,
        per_minute=holder.per_minute,
        resets_at=gateway.usage.resets_at(),
    )
    return send_list(encode(told))
