"""Drafts that were approved: the engine judges by them as by the files of the catalogue."""

import asyncio
from collections.abc import Mapping
from typing import Final

import msgspec

from scoring.indicator import Indicator
from scoring.store import Superseded
from shared.database import Database, transient

PAUSE: Final = 0.5

Promoted = Mapping[str, Indicator]


async def promoted(database: Database) -> dict[str, Indicator]:
    """Return the indicators that are live as drafts, by their codes; wait for the database."""
    while True:
        try:
            async with database.connection() as connection:
                rows = await connection.fetch(_LIVE)
        except Exception as fault:
            if not transient(fault):
                raise
            await asyncio.sleep(PAUSE)
        else:
            return {row["code"]: _indicator(row["document"], row["digest"]) for row in rows}


async def still(database: Database, known: Promoted) -> None:
    """Return while the same ones are live; raise Superseded, so that the engine begins anew."""
    async with database.connection() as connection:
        rows = await connection.fetch(_VERSIONS)
    if dict(rows) != {code: one.version for code, one in known.items()}:
        raise Superseded("other drafts are live now")


def _indicator(document: bytes, digest: str) -> Indicator:
    read = msgspec.json.decode(document, type=Indicator)
    return msgspec.structs.replace(read, version=digest)


_LIVE: Final = """
SELECT d.code, v.document, v.digest FROM draft d
JOIN draft_version v ON v.draft = d.id AND v.version = d.version
WHERE d.state = 'live' ORDER BY d.code"""

_VERSIONS: Final = """
SELECT d.code, v.digest FROM draft d
JOIN draft_version v ON v.draft = d.id AND v.version = d.version WHERE d.state = 'live'"""
