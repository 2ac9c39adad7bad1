"""What changed, for mobile clients: small, resumable, and nothing sent twice that is known."""

from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request, Response
from msgspec import Struct
from pydantic import Field

from gateway.api.asking import Word, allowed, each
from gateway.api.describing import answers
from gateway.api.examples import SUMMARY
from gateway.api.filters import Katos
from gateway.api.metering import Rows
from gateway.api.squeezed import squeezed, tag_of
from gateway.documents import ScoreSummary
from gateway.memory import Answer
from gateway.reads import sync
from gateway.reads.answering import encode
from gateway.state import Gateway
from gateway.usage import QuotaSpent
from shared.bodies import Body
from shared.errors import CursorInvalid, RateLimited, ScopeMissing
from shared.errors import Unauthenticated as NoKey
from shared.feed.serve import GREATEST_SEQ
from shared.late import Router

router = Router(prefix="/v1", tags=["scores"])
MOST_WATCHED: Final = 200


class Synced(Struct, frozen=True, kw_only=True):
    """A process that changed, or is `gone`. `score` is null where it has none (yet)."""

    id: str
    changed: int
    gone: bool = False
    revision: str | None = None
    score: ScoreSummary | None = None


class SyncPage(Struct, frozen=True, kw_only=True):
    """What changed. While `next_cursor` is there, ask on with it; else keep `seq` as `since`.

    Asking again with the same number or cursor, as after a broken line, gives the same rows or
    newer ones of the same processes: rows replace what you have by id.
    """

    data: list[Synced]
    seq: int
    next_cursor: str | None


class SyncQuestion(Body):
    """Of which processes, and since when."""

    since: int = Field(0, ge=0, lt=GREATEST_SEQ, description="`seq` of the last complete answer.")
    cursor: str | None = Field(None, max_length=2048, description="`next_cursor`, to ask on.")
    region: Katos = Field(
        [],
        description="KATO code: seat of the buyer or place of delivery. What left the region is"
        " gone; what is gone altogether is told to all.",
    )
    id: list[Word] = Field(
        [], max_length=MOST_WATCHED, description="Ids of the processes you watch (prc_…)."
    )
    limit: int = Field(500, ge=1, le=1000, description="Rows of an answer.")

    def bound(self) -> dict[str, Any]:
        """Return what a cursor is bound to."""
        return {"list": "sync", "region": sorted(self.region), "id": sorted(self.id)}


_EXAMPLE: Final[Any] = {
    "data": [
        {
            "id": "prc_aaaaaaaaaaaaaaaaaaaaaaaaaa",
            "changed": 4711,
            "revision": "9c1185a5c5e9fc54",
            "score": SUMMARY,
        },
        {"id": "prc_bbbbbbbbbbbbbbbbbbbbbbbbbb", "changed": 4712, "gone": True},
    ],
    "seq": 4712,
    "next_cursor": None,
}


@router.get(
    "/sync",
    operation_id="sync_scores",
    summary="What changed since I looked?",
    response_model=None,
    dependencies=[Depends(allowed("scores:read"))],
    responses=answers(
        SyncPage,
        _EXAMPLE,
        CursorInvalid,
        NoKey,
        ScopeMissing,
        RateLimited,
        QuotaSpent,
        conditional=True,
    ),
)
async def sync_scores(
    request: Request, asked: Annotated[SyncQuestion, Query()], gateway: Gateway, meter: Rows
) -> Response:
    """Read the scores in short of processes that changed, by region or by what you watch."""
    seq = gateway.follower.seq
    if gateway.memory.trusted() and not asked.cursor and 0 < asked.since == seq:
        body = _body([], seq, None)  # known without asking, and by the door the next time
        gateway.level.put(request.scope["query_string"], seq, Answer(body, tag_of(body)))
        return squeezed(request, body)
    bound = asked.bound()
    after = gateway.cursor.decode(asked.cursor, question=bound) if asked.cursor else None
    question = sync.Question(ids=each(asked.id), regions=each(asked.region))
    place = _place(*after) if after else (asked.since + 1, "")
    async with gateway.database.connection() as connection:
        found = await sync.find(connection, question, after=place, limit=asked.limit)
    mark = gateway.cursor.encode(list(found.last), question=bound) if found.last else None
    meter.give(len(found.rows))
    return squeezed(request, _body(found.rows, found.head, mark))


def _body(rows: list[bytes], seq: int, mark: str | None) -> bytes:
    return b'{"data":[%b],%b' % (b",".join(rows), encode({"seq": seq, "next_cursor": mark})[1:])


def _place(seq: object, process: object) -> tuple[int, str]:
    return (seq if isinstance(seq, int) else 0), str(process)
