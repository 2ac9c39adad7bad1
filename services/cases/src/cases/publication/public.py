"""Published cases as everybody reads them: the text, the replies, where the case stands now.

Nothing is kept for this page: it is put together from what holds at the moment, so that a closure,
a refuted outcome, an embargo or a withdrawal changes it at once.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import asyncpg
from fastapi import APIRouter, Query, Response

from cases.casefile.asking import moment_and_id
from cases.desk import Called, Shared, one, page, places, serves
from cases.lifecycle import life_cycle
from cases.publication import store
from cases.publication.checklist import checklist
from cases.publication.documents import figures, spoken
from cases.publication.moving import LIFE
from cases.publication.store import Row
from shared.contracts.casework.publication import (
    PublicationWithdrawn,
    PublishedBrief,
    PublishedCase,
    PublishedOutcome,
    PublishedParty,
    PublishedState,
)
from shared.errors import NotFound

router: Final = APIRouter(tags=["cases"])

Words = Annotated[list[str] | None, Query(max_length=50)]
LIFE_CYCLES: Final = "/v1/meta/workflows"


@serves(router, "list_published_cases")
async def list_published_cases(
    desk: Shared,
    caller: Called,
    *,
    process: Words = None,
    region: Words = None,
    organisation: Words = None,
    limit: int = 50,
    after: str | None = None,
) -> Response:
    """List the published cases, the newest first."""
    del caller
    at, id_ = moment_and_id(after) if after else (None, None)
    asked = (process or None, places(region) or None, organisation or None, at, id_, limit + 1)
    async with desk.database.connection() as connection:
        rows = await connection.fetch(_LISTED, *asked)
    found = [_brief(store.opened(row) or {}) for row in rows]
    return page(found, limit, lambda last: [last.published_at.isoformat(), last.id])


@serves(router, "read_published_case")
async def read_published_case(publication_id: str, desk: Shared, caller: Called) -> Response:
    """Read a published case; of one that was withdrawn, on what ground."""
    del caller
    async with desk.database.connection() as connection:
        row = store.opened(await connection.fetchrow(_FIND, publication_id))
        if row is None:
            raise NotFound("There is no such published case.")
        if row["state"] == "withdrawn":
            raise _tombstone(row)
        return one(await _whole(connection, row))


def _tombstone(row: Row) -> PublicationWithdrawn:
    ground = life_cycle(LIFE).moves["withdraw"].reasons[row["ground"]]
    moments = {name: row[name].isoformat() for name in ("published_at", "withdrawn_at")}
    return PublicationWithdrawn(
        ground, id=row["id"], organisation=row["organisation"], ground=row["ground"], **moments
    )


def _brief(row: Row) -> PublishedBrief:
    return PublishedBrief(
        id=row["id"],
        organisation=row["organisation"],
        titles={language: said["title"] for language, said in row["texts"].items()},
        region=row["region"],
        processes=row["processes"],
        parties=row["parties"],
        state=row["case_state"],
        published_at=row["published_at"],
    )


async def _whole(connection: asyncpg.Connection, row: Row) -> PublishedCase:
    outcomes = await connection.fetch(_OUTCOMES, row["case_id"])
    indicators = await connection.fetchval(_LED, row["case_id"], row["processes"])
    return PublishedCase(
        id=row["id"],
        organisation=row["organisation"],
        texts=row["texts"],
        region=row["region"],
        processes=row["processes"],
        figures=figures(row),
        parties=await _parties(connection, row),
        state=_state(row, await connection.fetchrow(_LAST_MOVE, row["case_id"], row["case_state"])),
        outcomes=[PublishedOutcome(**each) for each in outcomes],
        method=[LIFE_CYCLES, *(f"/v1/indicators/{code}" for code in indicators)],
        disclaimer=spoken(checklist().disclaimer),
        published_at=row["published_at"],
    )


async def _parties(connection: asyncpg.Connection, row: Row) -> list[PublishedParty]:
    """Return those it names, with what they say; who was taken out of the case is named no more."""
    named = {party["bin"] for party in await store.parties_of(connection, row["case_id"])}
    return [
        PublishedParty(
            bin=notice["bin"],
            name=notice["name"],
            answered=bool(notice["replies"]),
            replies=notice["replies"],
        )
        for notice in await store.notices_of(connection, row)
        if notice["bin"] in named
    ]


def _state(row: Row, last: Mapping[str, Any] | None) -> PublishedState:
    """Tell where a case stands; a reason is told where its declaration has words for it."""
    cycle = life_cycle("case")
    code, title = row["case_state"], spoken(cycle.states[row["case_state"]].title)
    move = cycle.moves.get(last["what"]) if last else None
    text = move.reasons.get(last["reason"] or "") if move and last else None
    if text is None or last is None:
        return PublishedState(code, title, None, None)
    return PublishedState(code, title, last["reason"], spoken(text))


_PARTIES: Final = """ARRAY(SELECT DISTINCT notice.bin FROM publication_notice AS notice
        JOIN case_party AS party ON party.case_id = publication.case_id
            AND party.bin = notice.bin AND party.role = 'named_party' AND party.ended_at IS NULL
        WHERE notice.publication_id = publication.id AND notice.round = publication.round
        ORDER BY notice.bin) AS parties"""

_FIND: Final = """
    SELECT publication.*, casefile.organisation, casefile.region, casefile.state AS case_state
    FROM publication JOIN casefile ON casefile.id = publication.case_id
    WHERE publication.id = $1 AND publication.state IN ('published', 'withdrawn')
        AND NOT casefile.embargoed
"""

_LISTED: Final = f"""
    SELECT publication.*, casefile.organisation, casefile.region, casefile.state AS case_state,
        {_PARTIES}
    FROM publication JOIN casefile ON casefile.id = publication.case_id
    WHERE publication.state = 'published' AND NOT casefile.embargoed
        AND ($1::text[] IS NULL OR publication.processes && $1)
        AND ($2::text[] IS NULL
             OR EXISTS (SELECT FROM unnest($2) AS place WHERE starts_with(casefile.region, place)))
        AND ($3::text[] IS NULL OR casefile.organisation = ANY($3))
        AND ($4::timestamptz IS NULL
             OR (publication.published_at, publication.id) < ($4, $5::text))
    ORDER BY publication.published_at DESC, publication.id DESC LIMIT $6
"""

_OUTCOMES: Final = """
    SELECT kind, amount_kind, count(*) AS number, sum(amount) AS amount
    FROM outcome WHERE case_id = $1 AND state = 'confirmed'
    GROUP BY kind, amount_kind ORDER BY kind, amount_kind
"""

_LED: Final = """
    SELECT ARRAY(SELECT DISTINCT code
        FROM case_link AS link JOIN alert ON alert.id = link.target
            CROSS JOIN LATERAL unnest(alert.indicators) AS code
        WHERE link.case_id = $1 AND link.kind = 'alert' AND link.ended_at IS NULL
            AND alert.process_id = ANY($2::text[]) ORDER BY code)
"""

_LAST_MOVE: Final = """
    SELECT what, reason FROM event
    WHERE object = 'case' AND object_id = $1 AND after = $2 ORDER BY id DESC LIMIT 1
"""
