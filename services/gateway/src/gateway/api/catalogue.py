"""The indicators: what each is, why it matters, by which law, and what would clear it."""

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from gateway.api import examples
from gateway.api.asking import allowed, send, send_list
from gateway.api.describing import answers, lists
from gateway.api.example_judgement import INDICATOR
from gateway.reads import scores
from gateway.reads.answering import listing
from gateway.state import Gateway
from shared.contracts.catalogue import Indicator
from shared.errors import NotFound, RateLimited
from shared.errors import Unauthenticated as NoKey
from shared.late import Router

router = Router(prefix="/v1/indicators", tags=["indicators"])
anyone = Depends(allowed(None))


@router.get(
    "",
    operation_id="list_indicators",
    summary="List the indicators",
    response_model=None,
    dependencies=[anyone],
    responses=lists(Indicator, examples.INDICATOR_PAGE, NoKey, RateLimited),
)
async def list_indicators(gateway: Gateway) -> Response:
    """List every indicator, in Kazakh, Russian and English, all on one page."""
    async with gateway.database.connection() as connection:
        found = await scores.indicator_documents(connection)
    return send_list(listing(found, next_cursor=None, **gateway.as_of()))


@router.get(
    "/{code}",
    operation_id="read_indicator",
    summary="Read an indicator",
    response_model=None,
    dependencies=[anyone],
    responses=answers(Indicator, INDICATOR, NoKey, NotFound, RateLimited, conditional=True),
)
async def read_indicator(
    request: Request, code: Annotated[str, Path(max_length=100)], gateway: Gateway
) -> Response:
    """Read one indicator."""
    async with gateway.database.connection() as connection:
        found = await scores.indicator(connection, code)
    if found is None:
        raise NotFound("There is no indicator under this code.")
    return send(request, found)
