"""Who stands by the law's data: a named person's word for one version of a route or a template.

What nobody stands by raises no overdue and renders no letter. Other words or other terms are
another version, and wait for another word.
"""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from cases.law.catalogue import Confirmation as Word
from cases.letters.template import Template
from shared.contracts.casework.legal import NewConfirmation


async def words(connection: asyncpg.Connection) -> list[Word]:
    """Return the words that were given for routes, as the law's catalogue takes them."""
    rows = await connection.fetch(_WORDS)
    return [Word(*row) for row in rows]


async def stands_by(connection: asyncpg.Connection, template: Template) -> bool:
    """Return whether somebody stands by this version of a template."""
    return template.confirmed or bool(
        await connection.fetchval(_STANDS_BY, "template", template.code, template.version)
    )


async def confirmed_templates(connection: asyncpg.Connection) -> set[tuple[str, str]]:
    """Return the codes and versions of templates that somebody stands by."""
    return {(row["code"], row["version"]) for row in await connection.fetch(_TEMPLATES)}


async def write(
    connection: asyncpg.Connection, id_: str, body: NewConfirmation, by: str | None, now: Any
) -> None:
    """Write a word down."""
    values = (body.kind, body.code, body.version, body.name, body.capacity)
    await connection.execute(_WRITE, id_, *values, body.confirmed_on, body.note, by, now)


async def listed(
    connection: asyncpg.Connection, code: str | None, after: Sequence[Any], limit: int
) -> Sequence[asyncpg.Record]:
    """Return words that were given, the newest first, after one of them."""
    at, id_ = (*after, None, None)[:2]
    found: Sequence[asyncpg.Record] = await connection.fetch(_LISTED, code, at, id_, limit)
    return found


_WORDS: Final = """
    SELECT code, version, name, confirmed_on FROM confirmation WHERE kind = 'route' ORDER BY id
"""

_STANDS_BY: Final = """
    SELECT EXISTS (SELECT FROM confirmation WHERE kind = $1 AND code = $2 AND version = $3)
"""

_TEMPLATES: Final = "SELECT code, version FROM confirmation WHERE kind = 'template'"

_WRITE: Final = """
    INSERT INTO confirmation (id, kind, code, version, name, capacity, confirmed_on, note,
                              recorded_by, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

_LISTED: Final = """
    SELECT id, kind, code, version, name, capacity, confirmed_on, note, recorded_by, recorded_at
    FROM confirmation
    WHERE ($1::text IS NULL OR code = $1)
      AND ($2::timestamptz IS NULL OR (recorded_at, id) < ($2, $3::text))
    ORDER BY recorded_at DESC, id DESC LIMIT $4
"""
