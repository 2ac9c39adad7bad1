"""Reading alerts in the order in which they were raised."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which alerts are asked for; empty means all."""

    indicator: tuple[str, ...] = ()
    band: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    process: tuple[str, ...] = ()
    raised_from: datetime | None = None
    raised_to: datetime | None = None
    after: int = 0
    sort: str = "position"


async def find(
    connection: asyncpg.Connection, question: Question, *, mark: int | None, limit: int
) -> tuple[list[bytes], int | None]:
    """Return a page of alerts and the position after which the next page begins."""
    down = question.sort.startswith("-")
    clauses, values = _filtered(question)
    if mark is not None:
        values.append(mark)
        clauses.append(f"position {'<' if down else '>'} ${len(values)}")
    where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
    rows = await connection.fetch(
        f"SELECT position, body FROM alert {where}"
        f" ORDER BY position {'DESC' if down else 'ASC'} LIMIT {limit + 1:d}",
        *values,
    )
    page = rows[:limit]
    return [row["body"] for row in page], page[-1]["position"] if len(rows) > limit else None


def _filtered(question: Question) -> tuple[list[str], list[Any]]:
    possible: list[tuple[str, Any]] = [
        ("indicators && {}::text[]", list(question.indicator)),
        ("band = ANY({}::text[])", list(question.band)),
        ("source = ANY({}::text[])", list(question.source)),
        ("process_id = ANY({}::text[])", list(question.process)),
        ("raised_at >= {}", question.raised_from),
        ("raised_at <= {}", question.raised_to),
        ("position > {}", question.after),
    ]
    asked = [(clause, value) for clause, value in possible if value not in ([], None)]
    clauses = [clause.format(f"${place}") for place, (clause, _) in enumerate(asked, start=1)]
    return clauses, [value for _, value in asked]
