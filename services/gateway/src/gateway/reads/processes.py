"""Finding processes: the question as SQL, its answer as a page of ready bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

import asyncpg

from gateway.memory import Answer
from gateway.reads.answering import answer, joined
from gateway.reads.statement import EVERYWHERE, Places, Statement
from gateway.view.search import patterns
from shared.errors import Ambiguous, NotFound

MOST_CANDIDATES: Final = 20


class Order(NamedTuple):
    """What a list is ordered by: a column that is never null, and how its value is read back."""

    column: str
    read: Callable[[Any], Any]


ORDERS: Final = {
    "published": Order("published", datetime.fromisoformat),
    "date": Order("date", datetime.fromisoformat),
    "score": Order("expected", float),
    "amount": Order("amount", Decimal),
}
"""Words of `sort`; a minus before one turns it round."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which processes are asked for; empty means all. Values of one tuple are alternatives."""

    buyer: tuple[str, ...] = ()
    supplier: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    indicator: tuple[str, ...] = ()
    band: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    ocid: tuple[str, ...] = ()
    places: Places = EVERYWHERE
    currency: str | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    published_from: datetime | None = None
    published_to: datetime | None = None
    date_from: datetime | None = None
    date_to: datetime | None = None
    text: str | None = None
    sort: str = "-published"


def _filtered(question: Question) -> Statement:
    asked = Statement()
    asked.took_part("buyer", question.buyer)
    asked.took_part("supplier", question.supplier)
    asked.where_any("method = ANY({}::text[])", question.method)
    asked.where_any("flagged && {}::text[]", question.indicator)
    asked.where_any("band = ANY({}::text[])", question.band)
    asked.where_any("source = ANY({}::text[])", question.source)
    asked.where_any("ocid = ANY({}::text[])", question.ocid)
    asked.in_places(question.places)
    if question.currency:
        asked.where("currency = {}", question.currency)
    if question.amount_to is not None:
        asked.where("amount >= 0")  # an unknown amount is not a small one
    asked.between("amount", question.amount_from, question.amount_to)
    asked.between("published", question.published_from, question.published_to)
    asked.between("date", question.date_from, question.date_to)
    for pattern in patterns(question.text or ""):
        asked.where("search LIKE {}", pattern)
    return asked


class Found(NamedTuple):
    """A page of processes as bytes, and the sort key after which the next one begins."""

    documents: list[bytes]
    last: list[str | float] | None


async def find(
    connection: asyncpg.Connection, question: Question, *, after: Sequence[Any] | None, limit: int
) -> Found:
    """Return a page of processes."""
    order = ORDERS[question.sort.removeprefix("-")]
    down = question.sort.startswith("-")
    asked = _filtered(question)
    if after is not None:
        comparison = "<" if down else ">"
        value = order.read(after[0])
        asked.where(f"({order.column}, id) {comparison} ({{}}, {{}})", value, after[1])
    turn = "DESC" if down else "ASC"
    rows = await connection.fetch(
        f"SELECT id, {order.column} AS place, brief, summary FROM process {asked.sql()}"
        f" ORDER BY {order.column} {turn}, id {turn} LIMIT {limit + 1:d}",
        *asked.values,
    )
    page = rows[:limit]
    more = len(rows) > limit
    return Found(
        [joined(row["brief"], row["summary"]) for row in page],
        [travelling(page[-1]["place"]), page[-1]["id"]] if more else None,
    )


def travelling(place: Any) -> str | float:
    """Write the value of a sort key as it stands in a cursor."""
    if isinstance(place, datetime):
        return place.isoformat()
    return place if isinstance(place, float) else str(place)


_ONE: Final = """
    SELECT process.id, process.source, process.detail, process.revision, score.summary,
           score.revision AS score_revision
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
        raise NotFound("There is no process under this id.")
    if len(rows) > 1:
        raise Ambiguous(
            f"{len(rows)} sources publish this ocid: add source, or ask for one of the candidates.",
            candidates=[{"id": row["id"], "source": row["source"]} for row in rows],
        )
    return _page(rows[0])


def _page(row: asyncpg.Record) -> Answer:
    body = joined(row["detail"], row["summary"])
    return answer(body, row["revision"], row["score_revision"])
