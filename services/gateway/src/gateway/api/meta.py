"""About the data: where they come from and how fresh they are."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from gateway.api import examples
from gateway.api.asking import allowed, send_list
from gateway.api.describing import answers, lists
from gateway.reads import coverage, freshness, ocds
from gateway.reads.answering import encode, listing
from gateway.reads.coverage import SourceCoverage
from gateway.reads.freshness import Freshness
from gateway.state import Gateway, State
from shared.contracts.sources import Source
from shared.errors import RateLimited
from shared.errors import Unauthenticated as NoKey

router = APIRouter(prefix="/v1/meta", tags=["meta"])
anyone = Depends(allowed(None))


@router.get(
    "/freshness",
    operation_id="read_freshness",
    summary="How fresh is it?",
    response_model=None,
    dependencies=[anyone],
    responses=answers(Freshness, examples.FRESHNESS, NoKey, RateLimited),
)
async def read_freshness(gateway: Gateway) -> Response:
    """Read each source's last run and newest release, each feed's lag, and how much there is."""
    now = gateway.clock.now()
    async with gateway.database.transaction() as connection:
        found = await freshness.read(connection, now=now, **gateway.as_of())
    return send_list(encode(found))


@router.get(
    "/coverage",
    operation_id="read_coverage",
    summary="What can the data bear?",
    response_model=None,
    dependencies=[anyone],
    responses=lists(SourceCoverage, examples.COVERAGE, NoKey, RateLimited),
)
async def read_coverage(
    gateway: Gateway,
    period: coverage.Period = "year",
    source: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Id of one source.")
    ] = None,
) -> Response:
    """Read which fields a source has and which indicators were computed, a minute old at most."""
    key = f"{period} {source or ''}"
    body: bytes | None = gateway.counted.get(key)
    if body is None:
        async with gateway.counted.alone:
            body = gateway.counted.get(key) or await _counted(gateway, period, source, key)
    return send_list(body)


async def _counted(gateway: State, period: coverage.Period, source: str | None, key: str) -> bytes:
    async with gateway.database.transaction() as connection:
        found = await coverage.read(connection, period, source)
    documents = [encode(each) for each in found]
    body = listing(documents, next_cursor=None, **gateway.as_of())
    gateway.counted.put(key, body)
    return body


@router.get(
    "/sources",
    operation_id="list_sources",
    summary="List the sources",
    response_model=None,
    dependencies=[anyone],
    responses=lists(Source, examples.SOURCE_PAGE, NoKey, RateLimited),
)
async def list_sources(gateway: Gateway) -> Response:
    """List the publishers' data sets, with licence and attribution, all on one page."""
    async with gateway.database.connection() as connection:
        found = await ocds.sources(connection)
    documents = [encode(source) for source in found.values()]
    return send_list(listing(documents, next_cursor=None, **gateway.as_of()))
