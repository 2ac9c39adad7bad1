"""The door through which other services read the feeds of one: pages of entries as NDJSON."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Response

from shared.callers import internal_caller
from shared.database import Database
from shared.errors import NotFound, ScopeMissing, Unauthenticated, responses
from shared.feed.entries import MEDIA_TYPE, Page, lines
from shared.feed.pages import MOST_ENTRIES, read

GREATEST_SEQ: Final = 2**63 - 1
EXAMPLE_LINE: Final = '{"seq":1,"key":"prc_example","deleted":false,"body":{"id":"prc_example"}}\n'


def feed_router(database: Database, feeds: Sequence[str]) -> APIRouter:
    """The door through which other services read these feeds of ours.

    Needs an internal token with the scope feeds:read.
    """
    router = APIRouter(prefix="/internal/feeds", tags=["feeds"])

    @router.get(
        "/{name}",
        response_class=Response,
        dependencies=[Depends(internal_caller("feeds:read"))],
        responses={
            200: {"content": {MEDIA_TYPE: {"example": EXAMPLE_LINE}}},
            **responses(Unauthenticated, ScopeMissing, NotFound),
        },
    )
    async def read_feed(
        name: Annotated[str, Path(max_length=100)],
        after: Annotated[int, Query(ge=0, le=GREATEST_SEQ)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = 1000,
    ) -> Response:
        """Entries after a number, a line of JSON each."""
        if name not in feeds:
            raise NotFound(f"Feeds here: {', '.join(feeds)}.")
        async with database.connection() as connection:
            page = await read(connection, name, after=after, limit=limit)
        return Response(lines(page.entries), media_type=MEDIA_TYPE, headers=_headers(page, after))

    return router


def _headers(page: Page, after: int) -> dict[str, str]:
    """What a reader that leaves the lines unparsed needs to know of them."""
    last = page.entries[-1].seq if page.entries else after
    return {
        "Feed-Epoch": str(page.epoch),
        "Feed-Head": str(page.head),
        "Feed-Count": str(len(page.entries)),
        "Feed-Last": str(last),
    }
