"""Complaints in the database: read with what they recommend, written whole."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from shared.contracts.casework.complaints import RecommendationAnswer

JSON_COLUMNS: Final = frozenset({"addressee_name", "said", "happened"})
COLUMNS: Final = (
    *("id", "organisation", "casefile", "route", "addressee", "addressee_name", "standing"),
    *("stage", "object", "method", "subject", "state", "said", "happened", "window_closes_on"),
    *("filed_on", "slip_number", "signed_copy", "registered_on", "registration_number", "due_on"),
    *("term_confirmed", "extended_until", "answered_on", "answer", "days_late", "author"),
    *("writers", "approver", "approved_on", "letter", "answer_attachment", "moved_on"),
    *("previous", "following", "reminded_on", "overdue_since", "revision"),
    *("created_at", "updated_at"),
)

Row = dict[str, Any]


def new_id(prefix: str) -> str:
    """Draw an id."""
    return f"{prefix}_{secrets.token_hex(13)}"


async def read(connection: asyncpg.Connection, id_: str, *, lock: bool = False) -> Row | None:
    """Return a complaint with its recommendations; `lock` keeps others from changing it."""
    query = f"{SELECT} WHERE complaint.id = $1{' FOR UPDATE' if lock else ''}"
    row = await connection.fetchrow(query, id_)
    return None if row is None else opened(row)


async def lock(connection: asyncpg.Connection, ids: Sequence[str]) -> None:
    """Keep others from changing some complaints, in whatever order they ask for them."""
    await connection.execute(_LOCK, ids)


def opened(row: Mapping[str, Any]) -> Row:
    """Return a row with its JSON read."""
    decode = msgspec.json.decode
    named = JSON_COLUMNS | {"recommendations"}
    return {name: decode(value) if name in named else value for name, value in row.items()}


async def insert(connection: asyncpg.Connection, row: Mapping[str, Any]) -> None:
    """Write a new complaint with its recommendations."""
    names = ", ".join(COLUMNS)
    places = ", ".join(f"${number}" for number in range(1, len(COLUMNS) + 1))
    statement = f"INSERT INTO complaint ({names}) VALUES ({places})"
    await connection.execute(statement, *[_written(name, row.get(name)) for name in COLUMNS])
    await recommend(connection, row["id"], [one["text"] for one in row["recommendations"]])


async def update(
    connection: asyncpg.Connection, id_: str, changes: Mapping[str, Any], now: datetime
) -> None:
    """Change columns of a complaint: its next revision."""
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(changes, 3))
    values = [_written(name, value) for name, value in changes.items()]
    statement = (
        "UPDATE complaint SET revision = revision + 1, updated_at = $2, looked_on = NULL"
        f"{', ' if sets else ''}{sets} WHERE id = $1"
    )
    await connection.execute(statement, id_, now, *values)


async def note(connection: asyncpg.Connection, id_: str, changes: Mapping[str, Any]) -> None:
    """Write what the clock says of a complaint, which is no change by anybody."""
    sets = ", ".join(f"{name} = ${number}" for number, name in enumerate(changes, 2))
    values = [_written(name, value) for name, value in changes.items()]
    await connection.execute(f"UPDATE complaint SET {sets} WHERE id = $1", id_, *values)


async def look_again(connection: asyncpg.Connection, route: str) -> None:
    """Have what is due of a route's complaints looked at anew: somebody stands by it now."""
    await connection.execute("UPDATE complaint SET looked_on = NULL WHERE route = $1", route)


async def recommend(connection: asyncpg.Connection, id_: str, texts: Sequence[str]) -> None:
    """Write what a complaint recommends, in the place of what it did."""
    await connection.execute("DELETE FROM recommendation WHERE complaint = $1", id_)
    await connection.execute(_RECOMMEND, id_, texts)


async def answer(
    connection: asyncpg.Connection, id_: str, answers: Sequence[RecommendationAnswer]
) -> None:
    """Write what was answered to recommendations."""
    await connection.execute(
        _ANSWER,
        id_,
        [one.number for one in answers],
        [one.code for one in answers],
        [one.reason for one in answers],
        [one.attachment for one in answers],
    )


def _written(name: str, value: Any) -> Any:
    return msgspec.json.encode(value).decode() if name in JSON_COLUMNS else value


SELECT: Final = f"""
    SELECT {", ".join(f"complaint.{name}" for name in COLUMNS)},
           coalesce((SELECT jsonb_agg(jsonb_build_object(
                                'number', number, 'text', text, 'code', code, 'reason', reason,
                                'attachment', attachment) ORDER BY number)
                     FROM recommendation WHERE recommendation.complaint = complaint.id),
                    '[]') AS recommendations
    FROM complaint
"""

_LOCK: Final = "SELECT FROM complaint WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE"

_RECOMMEND: Final = """
    INSERT INTO recommendation (complaint, number, text)
    SELECT $1, number, text FROM unnest($2::text[]) WITH ORDINALITY AS given (text, number)
"""

_ANSWER: Final = """
    UPDATE recommendation SET code = given.code, reason = given.reason,
                              attachment = given.attachment
    FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[])
         AS given (number, code, reason, attachment)
    WHERE recommendation.complaint = $1 AND recommendation.number = given.number
"""
