"""About the data: where they come from and how fresh they are."""

from datetime import UTC
from typing import Annotated, NamedTuple

from fastapi import Depends, Query, Request, Response

from gateway.api import examples
from gateway.api.asking import TRANSLATED, Language, allowed, send_list
from gateway.api.describing import answers, lists
from gateway.api_changes import ApiChange
from gateway.coverage import SourceCoverage
from gateway.reads import coverage, freshness, ocds
from gateway.reads.answering import encode, listing
from gateway.reads.freshness import Freshness
from gateway.state import Gateway, State
from shared.contracts.sources import Source
from shared.errors import RateLimited
from shared.errors import Unauthenticated as NoKey
from shared.late import Router
from shared.vocabulary.text import Language as Spoken
from shared.vocabulary.text import negotiate

router = Router(prefix="/v1/meta", tags=["meta"])
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
    """Read each source's last run and newest release, each feed's lag, and how much there is.

    Counts may be some seconds old where there is much to count.
    """
    counts, now = await gateway.held.counts(), gateway.clock.now()
    async with gateway.database.transaction() as connection:
        found = await freshness.read(connection, counts, now=now, **gateway.as_of())
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
    accept_language: Language = None,
) -> Response:
    """Read which indicators a source and period bear, and because of what not.

    Fields, registers and plan points are counted beside them. A minute old at most.
    """
    asked = _Coverage(period, source, negotiate(accept_language))
    key = " ".join((period, asked.language, source or ""))
    body: bytes | None = gateway.counted.get(key)
    if body is None:
        async with gateway.counted.alone:
            body = gateway.counted.get(key) or await _counted(gateway, asked, key)
    return send_list(body, TRANSLATED | {"Content-Language": asked.language})


class _Coverage(NamedTuple):
    period: coverage.Period
    source: str | None
    language: Spoken


async def _counted(gateway: State, asked: _Coverage, key: str) -> bytes:
    today = gateway.clock.now().astimezone(UTC).date()
    async with gateway.database.transaction() as connection:
        found = await coverage.read(
            connection, asked.period, asked.source, language=asked.language, today=today
        )
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


@router.get(
    "/changelog",
    operation_id="read_api_changes",
    summary="What changed in the API?",
    response_model=None,
    dependencies=[anyone],
    responses=lists(ApiChange, examples.API_CHANGES, NoKey, RateLimited),
)
async def read_api_changes(request: Request, gateway: Gateway) -> Response:
    """Read what was added, changed, deprecated and removed, the newest first, all on one page."""
    documents = [encode(change) for change in reversed(request.app.state.changes)]
    return send_list(listing(documents, next_cursor=None, **gateway.as_of()))
