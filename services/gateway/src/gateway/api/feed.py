"""The event log: ordered and without gaps, so that whoever follows can prove to have all of it."""

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Response
from msgspec import Struct, to_builtins
from pydantic import Field

from gateway.api.asking import Words, allowed, each, send_list
from gateway.api.describing import answers
from gateway.reads.answering import encode
from gateway.state import Gateway, State
from gateway.stream import reading
from gateway.stream.catalogue import EVENTS
from gateway.stream.reading import Event, Found, Heads
from gateway.who.roles import RECEIVE
from shared import events
from shared.bodies import Body
from shared.errors import FieldError, RateLimited, ScopeMissing, ValidationFailed
from shared.errors import Unauthenticated as NoKey
from shared.feed.serve import GREATEST_SEQ
from shared.late import Router
from shared.security import Caller

router = Router(prefix="/v1/feed", tags=["feed"])

Reader = Annotated[Caller, Depends(allowed("feed:read"))]
LONGEST_WAIT: Final = 20


class FeedQuestion(Body):
    """Which events."""

    stream: Literal["public", "own", "tips"] = Field(
        "public",
        description="What is for all, your organisation's own, or of the tips that you can open.",
    )
    after: int = Field(0, ge=0, le=GREATEST_SEQ, description="The last number that you have.")
    types: Words = Field([], description="Only events of these types.")
    limit: int = Field(200, ge=1, le=1000, description="Events looked at.")
    wait: int = Field(
        0, ge=0, le=LONGEST_WAIT, description="Seconds to wait where there is none yet."
    )

    def wanted(self) -> frozenset[str]:
        """Return the types asked for. Raises ValidationFailed for one there is not."""
        wanted = frozenset(each(self.types))
        if unknown := sorted(wanted - EVENTS.keys()):
            flaws = [FieldError("/query/types", "unknown", f"known: {', '.join(EVENTS)}")]
            raise ValidationFailed(f"No such type: {', '.join(unknown)}.", errors=flaws)
        return wanted


class EventPage(Struct, frozen=True, kw_only=True):
    """Events that follow a number. Ask on with `after` = `last_seq`.

    `last_seq` counts events of other types too: when it equals `head` nothing is left, and who has
    passed over every number up to it has missed none.
    """

    stream: str
    data: list[Event]
    last_seq: int
    head: int
    has_more: bool


_EXAMPLE_EVENT: Final = Event(
    seq=1042,
    id="alert.created/alr_01kjx3v0q6f7m8n9p0q1r2s3t4",
    type="alert.created",
    at="2026-03-02T06:15:09.120331Z",
    data={
        "alert": "alr_01kjx3v0q6f7m8n9p0q1r2s3t4",
        "process": "prc_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "band": "high",
        "indicators": ["R018", "R024"],
        "position": 311,
        "subject_type": "process",
        "subject_id": "prc_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "link": "/v1/scores/process/prc_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    },
)
_EXAMPLE: Final[Any] = to_builtins(
    EventPage(stream="public", data=[_EXAMPLE_EVENT], last_seq=1042, head=1042, has_more=False)
)


@router.get(
    "",
    operation_id="read_feed",
    summary="Follow what happens",
    response_model=None,
    responses=answers(EventPage, _EXAMPLE, NoKey, ScopeMissing, RateLimited, ValidationFailed),
)
async def read_feed(
    asked: Annotated[FeedQuestion, Query()], caller: Reader, gateway: Gateway
) -> Response:
    """Read events in their order: 1, 2, 3, … without a gap, and wait for the next if you like."""
    found = await _found(gateway, _stream(caller, asked.stream), asked, asked.wanted())
    page = b'{"stream":%b,"data":[%b],"last_seq":%d,"head":%d,"has_more":%b}' % (
        encode(asked.stream),
        b",".join(found.served),
        found.last_seq,
        found.head,
        b"true" if found.last_seq < found.head else b"false",
    )
    return send_list(page)


@router.get(
    "/heads",
    operation_id="read_feed_heads",
    summary="How many events are there?",
    response_model=None,
    responses=answers(
        Heads, to_builtins(Heads(public=1042, own=3)), NoKey, ScopeMissing, RateLimited
    ),
)
async def read_heads(caller: Reader, gateway: Gateway) -> Response:
    """Read the last number of the public stream and of your own: as many events there are."""
    async with gateway.database.connection() as connection:
        return send_list(encode(await reading.heads(connection, caller.organisation)))


async def _found(gateway: State, stream: str, asked: FeedQuestion, types: frozenset[str]) -> Found:
    """Read a page; where it is empty wait for the stream to grow, holding no connection."""
    clock = asyncio.get_running_loop().time
    after, ends = asked.after, clock() + asked.wait
    while True:
        ticket = gateway.waiting.ticket(stream)
        async with gateway.database.connection() as connection:
            found = await reading.read(
                connection, stream, after=after, limit=asked.limit, types=types
            )
        left = ends - clock()
        if found.served or found.last_seq < found.head or left <= 0:
            return found
        after = found.last_seq
        if not await gateway.waiting.wait(ticket, left):
            return found


def _stream(caller: Caller, stream: str) -> str:
    if stream == "public":
        return events.PUBLIC
    if caller.organisation is None:
        raise ScopeMissing("Only an organisation has a stream of its own.")
    if stream == "own":
        return events.organisation(caller.organisation)
    if caller.member is None or RECEIVE not in caller.scopes:
        raise ScopeMissing(f"Of tips a member is told who may receive them ({RECEIVE}).")
    return events.member(caller.member)
