"""Finding lots, contracts and plan points, and whatever a number in somebody's hand names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import msgspec
from msgspec import Struct

from gateway.listed import Candidate
from gateway.naming import Named
from gateway.reads import market
from gateway.reads.market import Found, Shelf
from gateway.reads.statement import Statement

LISTED: Final = Shelf("body FROM listed", {"date": market.DATE, "amount": market.AMOUNT})
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
class Question(market.Question):
    """Which rows of a kind are asked for; `date` is when a lot was published, a contract signed."""

    kind: str
    sort: str = "-date"
    id: tuple[str, ...] = ()
    process: tuple[str, ...] = ()
    status: tuple[str, ...] = ()


async def find(
    connection: asyncpg.Connection, question: Question, *, after: Sequence[Any] | None, limit: int
) -> Found:
    """Return a page of lots, contracts or plan points."""
    asked = _filtered(question)
    found = await LISTED.page(connection, asked, question.sort, after=after, limit=limit)
    return Found([row["body"] for row in found.rows], found.last)


def _filtered(question: Question) -> Statement:
    asked = question.statement()
    asked.where("kind = {}", question.kind)
    asked.where_any("id = ANY({}::text[])", question.id)
    asked.where_any("process_id = ANY({}::text[])", question.process)
    asked.where_any("buyers && {}::text[]", question.buyer)
    asked.where_any("suppliers && {}::text[]", question.supplier)
    asked.where_any("status = ANY({}::text[])", question.status)
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
