"""Reading scores and the catalogue they are explained with."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import msgspec

from gateway.memory import Answer
from gateway.reads.answering import answer, encode
from gateway.state import State

_LOOKUP: Final = """
    SELECT subject_id, summary FROM score
    WHERE subject_type = $1 AND subject_id = ANY($2::text[])
"""


async def by_subject(
    connection: asyncpg.Connection, subject_type: str, subject_id: str
) -> Answer | None:
    """Return the score of a subject, as scoring wrote it."""
    row = await connection.fetchrow(
        "SELECT body, revision FROM score WHERE subject_type = $1 AND subject_id = $2",
        subject_type,
        subject_id,
    )
    return answer(row["body"], row["revision"]) if row else None


async def in_short(
    connection: asyncpg.Connection, subject_type: str, ids: Sequence[str]
) -> tuple[list[bytes], list[str]]:
    """Return the scores in short, in the order asked for, and the ids that have none."""
    rows = await connection.fetch(_LOOKUP, subject_type, ids)
    found = {row["subject_id"]: row["summary"] for row in rows}
    wanted = list(dict.fromkeys(ids))
    lines = [b'{"id":%b,%b' % (encode(i), found[i][1:]) for i in wanted if i in found]
    return lines, [each for each in wanted if each not in found]


async def catalogue(connection: asyncpg.Connection) -> tuple[dict[str, Any], str]:
    """Return what every indicator says of itself, by code, and the version of the whole."""
    rows = await connection.fetch("SELECT code, revision, body FROM indicator ORDER BY code")
    entries = {row["code"]: msgspec.json.decode(row["body"]) for row in rows}
    return entries, "".join(row["revision"][:4] for row in rows)


async def indicator_documents(connection: asyncpg.Connection) -> list[bytes]:
    """Return the catalogue as stored, in the order of codes."""
    rows = await connection.fetch("SELECT body FROM indicator ORDER BY code")
    return [row["body"] for row in rows]


async def indicator(connection: asyncpg.Connection, code: str) -> Answer | None:
    """Return one indicator."""
    row = await connection.fetchrow("SELECT body, revision FROM indicator WHERE code = $1", code)
    return answer(row["body"], row["revision"]) if row else None


async def known_catalogue(gateway: State) -> tuple[dict[str, Any], str]:
    """Return the catalogue and its version, from memory where it is there."""
    remembered: tuple[dict[str, Any], str] | None = gateway.memory.get("indicator", "all")
    if remembered is not None:
        return remembered
    mark = gateway.memory.mark()
    async with gateway.database.connection() as connection:
        found = await catalogue(connection)
    gateway.memory.put("indicator", "all", found, size=4096 * len(found[0]), mark=mark)
    return found
