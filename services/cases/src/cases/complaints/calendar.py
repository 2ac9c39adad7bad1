"""The deadlines of an organisation as a calendar that phones and offices read."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from cases.casefile.store import RESTS_ON_TIP
from cases.complaints import store
from cases.complaints.clock import WAITING, clock, declared_of
from cases.complaints.letters import reader_of
from cases.complaints.store import Row
from cases.desk import Shared
from cases.law.catalogue import Confirmation
from cases.law.counting import local_day
from cases.law.deadlines import Deadline
from cases.law.invitations import Entry, entry, ics
from cases.letters.confirmations import words
from shared.clock import Clock
from shared.security import Caller
from shared.vocabulary.text import Language, negotiate

router: Final = APIRouter(tags=["complaints"])

MEDIA: Final = "text/calendar"
MOST: Final = 500


@router.get("/internal/complaints.ics", name="read_deadlines")
async def read_deadlines(
    desk: Shared,
    request: Request,
    caller: Annotated[Caller, Depends(reader_of)],
    address: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """Write the days of an organisation's complaints; none of an embargoed case or one on a tip.

    `address`: where the gateway is asked, before the paths that entries lead to.
    """
    language = negotiate(request.headers.get("accept-language"))
    async with desk.database.connection() as connection:
        rows = await connection.fetch(_OPEN, caller.organisation, MOST)
        given = await words(connection)
    entries = [
        found
        for row in map(store.opened, rows)
        if (found := _entry(row, desk.clock, given, language, address)) is not None
    ]
    body = ics(entries, name="Qadaga", language=language, stamp=desk.clock.now())
    return Response(body, media_type=MEDIA, headers={"Content-Language": language})


def _entry(
    row: Row, clock_: Clock, given: Sequence[Confirmation], language: Language, address: str
) -> Entry | None:
    now = clock_.now()
    declared = declared_of(row["route"], row["filed_on"] or local_day(now), given)
    if declared is None:
        return None
    found = clock(declared, row["happened"], now)
    due: Deadline = found.answer if row["state"] in WAITING else found.window
    title = f"{declared.route.title.in_(language)}: {row['addressee_name'][language]}"
    uid = f"{row['id']}.{due.term}"
    url = f"{address}/v1/complaints/{row['id']}"
    return entry(due, uid=uid, title=title, language=language, url=url)


_OPEN: Final = f"""
    {store.SELECT} JOIN casefile ON casefile.id = complaint.casefile
    WHERE complaint.organisation = $1 AND NOT casefile.embargoed AND NOT {RESTS_ON_TIP}
      AND (complaint.state IN ('filed', 'registered', 'in_consideration')
             AND complaint.due_on IS NOT NULL
           OR complaint.state IN ('draft', 'in_approval', 'ready')
             AND complaint.window_closes_on IS NOT NULL)
    ORDER BY coalesce(complaint.due_on, complaint.window_closes_on), complaint.id LIMIT $2
"""
