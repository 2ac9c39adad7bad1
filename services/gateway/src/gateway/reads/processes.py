"""Finding processes: the question as SQL, its answer as a page of ready bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg

from gateway.memory import Answer
from gateway.reads import market
from gateway.reads.answering import answer, joined
from gateway.reads.market import Found, Order, Shelf
from gateway.reads.replies import with_replies
from gateway.reads.statement import Statement
from gateway.texts import BANDS
from shared.errors import Ambiguous, NotFound

MOST_CANDIDATES: Final = 20

PROCESSES: Final = Shelf(
    "brief, summary FROM process",
    {
        "published": Order("published", datetime.fromisoformat),
        "date": market.DATE,
        "score": Order("expected", float),
        "amount": market.AMOUNT,
    },
)


@dataclass(frozen=True, kw_only=True)
class Question(market.Question):
    """Which processes are asked for; `date` is that of the newest release."""

    sort: str = "-published"
    indicator: tuple[str, ...] = ()
    band: tuple[str, ...] = ()
    ocid: tuple[str, ...] = ()
    published_from: datetime | None = None
    published_to: datetime | None = None


def filtered(question: Question, values: list[Any] | None = None) -> Statement:
    """Return which processes a question asks for; `values`: see `Question.statement`."""
    asked = question.statement(values)
    asked.took_part("buyer", question.buyer)
    asked.took_part("supplier", question.supplier)
    asked.where_any("flagged && {}::text[]", question.indicator)
    if question.band:
        asked.where(_in_band(question.band))
    asked.where_any("ocid = ANY({}::text[])", question.ocid)
    asked.between("published", question.published_from, question.published_to)
    return asked


def _in_band(bands: Sequence[str]) -> str:
    """Say which bands in the text of the question: only so is the plan one for few or for many.

    A plan for any band looks for those of high risk, of which there are few, by date.
    """
    known = ", ".join(f"'{band}'" for band in BANDS if band in bands)
    return f"band IN ({known})" if known else "FALSE"


async def find(
    connection: asyncpg.Connection, question: Question, *, after: Sequence[Any] | None, limit: int
) -> Found:
    """Return a page of processes."""
    asked = filtered(question)
    found = await PROCESSES.page(connection, asked, question.sort, after=after, limit=limit)
    return Found([joined(row["brief"], row["summary"]) for row in found.rows], found.last)


NOT_OF_SOURCE: Final = (
    "There is no process under this id of this source: GET /v1/meta/sources names them."
)

_ONE: Final = """
    SELECT process.id, process.source, process.detail, process.revision, score.summary,
           score.revision AS score_revision,
           array(SELECT body FROM reply WHERE process_id = process.id ORDER BY created_at, reply.id)
               AS replies
    FROM process
    LEFT JOIN score ON score.subject_type = 'process' AND score.subject_id = process.id
"""


async def by_id(connection: asyncpg.Connection, process: str) -> Answer | None:
    """Return a process under its public id."""
    row = await connection.fetchrow(f"{_ONE} WHERE process.id = $1", process)
    return _page(row) if row else None


async def by_ocid(connection: asyncpg.Connection, ocid: str, source: str | None) -> Answer:
    """Return the process under a publisher's ocid, which several publishers may use.

    Raises NotFound, and Ambiguous naming the candidates.
    """
    rows = await connection.fetch(
        f"{_ONE} WHERE process.ocid = $1 AND ($2::text IS NULL OR process.source = $2)"
        f" ORDER BY process.source LIMIT {MOST_CANDIDATES}",
        ocid,
        source,
    )
    if not rows:
        raise NotFound("There is no process under this id." if source is None else NOT_OF_SOURCE)
    if len(rows) > 1:
        raise Ambiguous(
            f"{len(rows)} sources publish this ocid: add source, or ask for one of the candidates.",
            candidates=[{"id": row["id"], "source": row["source"]} for row in rows],
        )
    return _page(rows[0])


def _page(row: asyncpg.Record) -> Answer:
    replies = row["replies"]
    body = with_replies(joined(row["detail"], row["summary"]), replies)
    said = [str(len(replies))] if replies else []
    return answer(body, row["revision"], row["score_revision"], *said)
