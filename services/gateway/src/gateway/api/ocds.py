"""The compiled releases themselves, as OCDS packages anybody's tools can read."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from msgspec import Struct, field
from pydantic import Field

from gateway.api import examples
from gateway.api.asking import Words, allowed, each, organisations, send_list
from gateway.api.describing import PageInfo, answers
from gateway.api.filters import InPlaces
from gateway.api.metering import Rows
from gateway.reads import ocds
from gateway.state import Gateway
from gateway.usage import QuotaSpent
from shared.errors import CursorInvalid, RateLimited, ScopeMissing
from shared.errors import Unauthenticated as NoKey
from shared.late import Router

router = Router(prefix="/v1/ocds", tags=["ocds"])


class Attribution(Struct, frozen=True):
    """Whose data some releases of a package are, and on what terms."""

    id: str
    title: str
    publisher: str | None
    license: str | None
    attribution: str | None
    url: str | None


class Publisher(Struct, frozen=True):
    """Who published the package."""

    name: str


class ReleasePackage(Struct, frozen=True, kw_only=True):
    """An OCDS 1.1 release package of compiled releases, in the order in which they last changed.

    Publisher and licence are the source's where all releases come from one; `sources` names all.
    """

    uri: str
    version: str
    published_date: str = field(name="publishedDate")
    publisher: Publisher
    license: str | None = None
    sources: list[Attribution]
    page: PageInfo
    releases: list[dict[str, Any]]


class ReleaseFilter(InPlaces):
    """Which releases. A parameter that is repeated means any of its values."""

    process: Words = Field([], description="Id of the process (prc_…).")
    ocid: Words = Field([], description="The publisher's own id.")
    source: Words = Field([], description="Id of the publisher's data set.")
    buyer: Words = Field([], description="Id (org_…) or BIN of who buys.")


@router.get(
    "/releases",
    operation_id="list_releases",
    summary="Read OCDS releases",
    response_model=None,
    dependencies=[Depends(allowed("processes:read"))],
    responses=answers(
        ReleasePackage,
        examples.PACKAGE,
        CursorInvalid,
        NoKey,
        ScopeMissing,
        RateLimited,
        QuotaSpent,
    ),
)
async def list_releases(
    request: Request, asked: Annotated[ReleaseFilter, Query()], gateway: Gateway, meter: Rows
) -> Response:
    """Read compiled releases, in the order in which they last changed."""
    bound = asked.question("releases")
    after = gateway.cursor.decode(asked.cursor, question=bound) if asked.cursor else [-1, ""]
    question = ocds.Question(
        process=each(asked.process),
        ocid=each(asked.ocid),
        source=each(asked.source),
        buyer=organisations(asked.buyer, "/query/buyer"),
        places=asked.places(),
    )
    async with gateway.database.connection() as connection:
        rows, last = await ocds.find(connection, question, after=_place(*after), limit=asked.limit)
        known = await ocds.sources(connection)
    body = ocds.package(
        rows,
        known,
        uri=str(request.url),
        published=gateway.clock.now(),
        next_cursor=gateway.cursor.encode(last, question=bound) if last else None,
    )
    meter.give(len(rows))
    return send_list(body)


def _place(seq: object, process: object) -> tuple[int, str]:
    return (seq if isinstance(seq, int) else -1), str(process)
