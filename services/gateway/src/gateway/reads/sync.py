"""What changed of processes since a client last looked: one small row each, and who is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from msgspec import Raw, Struct

from gateway.reads.answering import encode
from gateway.reads.statement import Places, Statement


@dataclass(frozen=True, kw_only=True)
class Question:
    """Of which processes; empty means of all."""

    ids: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


class Row(Struct, frozen=True, omit_defaults=True):
    """A process as a small screen shows it; only its id and number where it is gone."""

    id: str
    changed: int
    gone: bool = False
    revision: str | None = None
    score: Raw | None = None


class Delta(Struct, frozen=True):
    """Rows in the order of their change, the place of the last, and how far the view has come."""

    rows: list[bytes]
    last: tuple[int, str] | None
    head: int


_FIND: Final = """
    SELECT head.seq AS head, found.* FROM change_head AS head LEFT JOIN LATERAL (
        (SELECT id, changed, false AS gone, revision, summary FROM process
         {present} ORDER BY changed, id LIMIT {one_more})
        UNION ALL
        (SELECT id, changed, true, NULL, NULL FROM removed_process
         {gone} ORDER BY changed, id LIMIT {one_more})
        ORDER BY changed, id LIMIT {one_more}
    ) AS found ON true
    WHERE head.id = 1 ORDER BY found.changed, found.id
"""

_LEFT: Final = """
    (everywhere OR places && {0}::text[]) AND NOT EXISTS (
        SELECT FROM process AS there WHERE there.id = removed_process.id
        AND (there.buyer_region && {0}::text[] OR there.delivery_region && {0}::text[]))
"""


async def find(
    connection: asyncpg.Connection, question: Question, *, after: tuple[int, str], limit: int
) -> Delta:
    """Return what changed after a place; `last` is None where nothing is left.

    Who is gone altogether is told to everybody; who left the places asked for, to who asked.
    """
    asked = Statement()
    asked.where("(changed, id) > ({}, {})", *after)
    asked.where_any("id = ANY({}::text[])", question.ids)
    gone = Statement([*asked.clauses], asked.values)  # both number the same values
    asked.in_places(Places(question.regions))
    if question.regions:
        gone.where(_LEFT, list(question.regions))
    else:
        gone.where("everywhere")
    statement = _FIND.format(present=asked.sql(), gone=gone.sql(), one_more=limit + 1)
    found = await connection.fetch(statement, *asked.values)
    rows = [row for row in found if row["id"] is not None]
    shown = rows[:limit]
    last = (shown[-1]["changed"], shown[-1]["id"]) if len(rows) > limit else None
    return Delta(_served(shown), last, found[0]["head"])


def _served(rows: Sequence[Any]) -> list[bytes]:
    return [
        encode(
            Row(
                row["id"],
                row["changed"],
                row["gone"],
                row["revision"],
                Raw(row["summary"]) if row["summary"] is not None else None,
            )
        )
        for row in rows
    ]
