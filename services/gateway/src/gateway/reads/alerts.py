"""Reading alerts in the order in which they were raised."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg

from gateway.reads.statement import EVERYWHERE, Places, Statement

_BOUGHT_BY: Final = (
    "process_id IN (SELECT process_id FROM part"
    " WHERE role = 'buyer' AND party_id = ANY({}::text[]))"
)


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which alerts are asked for; empty means all."""

    indicator: tuple[str, ...] = ()
    band: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    process: tuple[str, ...] = ()
    buyer: tuple[str, ...] = ()
    places: Places = EVERYWHERE
    raised_from: datetime | None = None
    raised_to: datetime | None = None
    after: int = 0
    sort: str = "position"


async def find(
    connection: asyncpg.Connection, question: Question, *, mark: int | None, limit: int
) -> tuple[list[bytes], int | None]:
    """Return a page of alerts and the position after which the next page begins."""
    down = question.sort.startswith("-")
    asked = filtered(question)
    if mark is not None:
        asked.where(f"position {'<' if down else '>'} {{}}", mark)
    rows = await connection.fetch(
        f"SELECT position, body FROM alert {asked.sql()}"
        f" ORDER BY position {'DESC' if down else 'ASC'} LIMIT {limit + 1:d}",
        *asked.values,
    )
    page = rows[:limit]
    return [row["body"] for row in page], page[-1]["position"] if len(rows) > limit else None


def filtered(question: Question, values: list[Any] | None = None) -> Statement:
    """Return which alerts a question asks for; `values` are those of a statement it is part of."""
    asked = Statement(values=[] if values is None else values)
    asked.where_any("indicators && {}::text[]", question.indicator)
    asked.where_any("band = ANY({}::text[])", question.band)
    asked.where_any("source = ANY({}::text[])", question.source)
    asked.where_any("process_id = ANY({}::text[])", question.process)
    asked.where_any(_BOUGHT_BY, question.buyer)
    asked.of_processes_in("process_id", question.places)
    asked.between("raised_at", question.raised_from, question.raised_to)
    asked.where("position > {}", question.after)
    return asked
