"""Finding lots, contracts and plan points, and whatever a number in somebody's hand names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import asyncpg
import msgspec
from msgspec import Struct

from gateway.listed import Candidate
from gateway.naming import Named
from gateway.reads.processes import Found, Order, travelling
from gateway.reads.statement import EVERYWHERE, Places, Statement
from gateway.view.search import patterns

ORDERS: Final = {
    "date": Order("date", datetime.fromisoformat),
    "amount": Order("amount", Decimal),
}
MOST_CANDIDATES: Final = 20

LISTS: Final = {
    "lot": "/v1/lots?id=",
    "contract": "/v1/contracts?id=",
    "plan": "/v1/plans?id=",
    "process": "/v1/processes/",
    "buyer": "/v1/buyers/",
    "supplier": "/v1/suppliers/",
}
"""Where each type of candidate is read."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which rows of a kind are asked for; empty means all. `sort`: date or amount, minus = down."""

    kind: str
    id: tuple[str, ...] = ()
    process: tuple[str, ...] = ()
    buyer: tuple[str, ...] = ()
    supplier: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    places: Places = EVERYWHERE
    currency: str | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    date_from: datetime | None = None
    date_to: datetime | None = None
    text: str | None = None
    sort: str = "-date"


async def find(
    connection: asyncpg.Connection, question: Question, *, after: Sequence[Any] | None, limit: int
) -> Found:
    """Return a page of lots, contracts or plan points."""
    order = ORDERS[question.sort.removeprefix("-")]
    down = question.sort.startswith("-")
    asked = _filtered(question)
    if after is not None:
        comparison = "<" if down else ">"
        asked.where(
            f"({order.column}, id) {comparison} ({{}}, {{}})", order.read(after[0]), after[1]
        )
    turn = "DESC" if down else "ASC"
    rows = await connection.fetch(
        f"SELECT id, {order.column} AS place, body FROM listed {asked.sql()}"
        f" ORDER BY {order.column} {turn}, id {turn} LIMIT {limit + 1:d}",
        *asked.values,
    )
    page = rows[:limit]
    last = [travelling(page[-1]["place"]), page[-1]["id"]] if len(rows) > limit else None
    return Found([row["body"] for row in page], last)


def _filtered(question: Question) -> Statement:
    asked = Statement()
    asked.where("kind = {}", question.kind)
    asked.where_any("id = ANY({}::text[])", question.id)
    asked.where_any("process_id = ANY({}::text[])", question.process)
    asked.where_any("buyers && {}::text[]", question.buyer)
    asked.where_any("suppliers && {}::text[]", question.supplier)
    asked.where_any("method = ANY({}::text[])", question.method)
    asked.where_any("status = ANY({}::text[])", question.status)
    asked.where_any("source = ANY({}::text[])", question.source)
    asked.in_places(question.places)
    if question.currency:
        asked.where("currency = {}", question.currency)
    if question.amount_to is not None:
        asked.where("amount >= 0")  # an unknown amount is not a small one
    asked.between("amount", question.amount_from, question.amount_to)
    asked.between("date", question.date_from, question.date_to)
    for pattern in patterns(question.text or ""):
        asked.where("search LIKE {}", pattern)
    return asked


class _Titled(Struct):
    title: str | None = None


_title = msgspec.json.Decoder(_Titled).decode

_THINGS: Final = f"""
    SELECT named.type, named.id, coalesce(process.brief, listed.body) AS body
    FROM (
        SELECT type, id FROM handle WHERE key = ANY($1::text[])
        UNION SELECT 'process', id FROM process WHERE id = $2 OR ocid = $3
        UNION SELECT kind, id FROM listed WHERE id = $2
    ) AS named
    LEFT JOIN process ON process.id = named.id
    LEFT JOIN listed ON listed.id = named.id
    WHERE process.id IS NOT NULL OR listed.id IS NOT NULL
    ORDER BY array_position(ARRAY['process', 'lot', 'contract', 'plan'], named.type), named.id
    LIMIT {MOST_CANDIDATES}
"""

_ROLES: Final = """
    SELECT CASE role WHEN 'buyer' THEN 'buyer' ELSE 'supplier' END AS type, max(name) AS title
    FROM part WHERE party_id = $1 GROUP BY 1 ORDER BY 1
"""


async def candidates(connection: asyncpg.Connection, named: Named) -> list[Candidate]:
    """Return what a text names of what the view holds; nothing if it names nothing there."""
    found = await connection.fetch(_THINGS, list(named.keys), named.own, named.ocid)
    things = [
        Candidate(row["type"], row["id"], _title(row["body"]).title, LISTS[row["type"]] + row["id"])
        for row in found
    ]
    if named.organisation is None:
        return things
    roles = await connection.fetch(_ROLES, named.organisation)
    return [
        *things,
        *(
            Candidate(
                row["type"],
                named.organisation,
                row["title"],
                LISTS[row["type"]] + named.organisation,
            )
            for row in roles
        ),
    ]
