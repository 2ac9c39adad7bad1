"""Nothing is forwarded to cases that names an organisation, a member or a process not there."""

from collections.abc import Collection, Sequence
from typing import Final

import asyncpg
from pydantic import BaseModel

from shared.bodies import pointer
from shared.contracts.casework.naming import Kind, Named, named
from shared.database import Database
from shared.errors import FieldError, ValidationFailed
from shared.security import Caller


async def check(database: Database, body: BaseModel, caller: Caller) -> None:
    """Let a body pass that names what is there. Raises ValidationFailed, pointing at the rest."""
    asked = list(named(body))
    if not asked:
        return
    async with database.connection() as connection:
        known = {kind: await _known(connection, kind, asked, caller) for kind in _kinds(asked)}
    lost = [one for one in asked if one.id not in known[one.kind]]
    if lost:
        flaws = [FieldError(pointer("body", *one.path), "unknown", _SAID[one.kind]) for one in lost]
        raise ValidationFailed("Something that is named is not there.", errors=flaws)


async def _known(
    connection: asyncpg.Connection, kind: Kind, asked: Sequence[Named], caller: Caller
) -> Collection[str]:
    ids = [one.id for one in asked if one.kind == kind]
    if kind == "member":
        rows = await connection.fetch(_QUERIES[kind], ids, caller.organisation)
    else:
        rows = await connection.fetch(_QUERIES[kind], ids)
    return frozenset(row["id"] for row in rows)


def _kinds(asked: Sequence[Named]) -> Collection[Kind]:
    return dict.fromkeys(one.kind for one in asked)


_SAID: Final[dict[Kind, str]] = {
    "organisation": "no organisation of this platform",
    "partner": "no partner organisation of this platform: share the case, or send a complaint",
    "member": "no member of your organisation",
    "process": "no process that is or was published here",
}

_QUERIES: Final[dict[Kind, str]] = {
    "organisation": "SELECT id FROM organisation WHERE id = ANY($1) AND deleted_at IS NULL",
    "partner": """
        SELECT id FROM organisation
        WHERE id = ANY($1) AND kind = 'partner' AND deleted_at IS NULL
    """,
    "member": """
        SELECT id FROM member
        WHERE id = ANY($1) AND organisation_id = $2 AND removed_at IS NULL
    """,
    "process": """
        SELECT id FROM process WHERE id = ANY($1)
        UNION ALL SELECT id FROM removed_process WHERE id = ANY($1)
    """,
}
