"""Finding processes: the question as SQL, its answer as a page of ready bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

import asyncpg

from gateway.memory import Answer
from gateway.reads.answering import answer, joined
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
    currency: str | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    published_from: datetime | None = None
    published_to: datetime | None = None
    date_from: datetime | None = None
    date_to: datetime | None = None
    text: str | None = None
    sort: str = "-published"


@dataclass
class _Statement:
    clauses: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def where(self, clause: str, *values: Any) -> None:
        """Add a clause; `{}` in it stands for its values, in order."""
        first = len(self.values) + 1
        places = [f"${first + place}" for place in range(len(values))]
        self.clauses.append(clause.format(*places))
        self.values.extend(values)

    def where_any(self, clause: str, values: Sequence[str]) -> None:
        """Add a clause that takes a list, unless the list is empty."""
        if values:
            self.where(clause, list(values))


_TOOK_PART: Final = (
    "EXISTS (SELECT FROM part WHERE part.process_id = process.id AND role = '{role}'"
    " AND party_id = ANY({{}}::text[]))"
)


def _filtered(question: Question) -> _Statement:
    asked = _Statement()
    asked.where_any(_TOOK_PART.format(role="buyer"), question.buyer)
    asked.where_any(_TOOK_PART.format(role="supplier"), question.supplier)
    asked.where_any("method = ANY({}::text[])", question.method)
    asked.where_any("flagged && {}::text[]", question.indicator)
    asked.where_any("band = ANY({}::text[])", question.band)
    asked.where_any("source = ANY({}::text[])", question.source)
    asked.where_any("ocid = ANY({}::text[])", question.ocid)
    if question.currency:
        asked.where("currency = {}", question.currency)
    for column, begin, end in (
        ("amount", question.amount_from, question.amount_to),
        ("published", question.published_from, question.published_to),
        ("date", question.date_from, question.date_to),
    ):
        if begin is not None:
            asked.where(f"{column} >= {{}}", begin)
        if end is not None:
            known = "amount >= 0 AND " if column == "amount" else ""
            asked.where(f"{known}{column} <= {{}}", end)
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
    where = f"WHERE {' AND '.join(asked.clauses)}" if asked.clauses else ""
    turn = "DESC" if down else "ASC"
    rows = await connection.fetch(
        f"SELECT id, {order.column} AS place, brief, summary FROM process {where}"
        f" ORDER BY {order.column} {turn}, id {turn} LIMIT {limit + 1:d}",
        *asked.values,
    )
    page = rows[:limit]
    more = len(rows) > limit
    return Found(
        [joined(row["brief"], row["summary"]) for row in page],
        [_travelling(page[-1]["place"]), page[-1]["id"]] if more else None,
    )


def _travelling(place: Any) -> str | float:
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
