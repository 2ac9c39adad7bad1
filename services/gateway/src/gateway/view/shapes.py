"""Which fields a release has of those that the indicators declare to read, and what is doubted.

Releases with the same fields and doubts share one shape, so that counting them is counting rows.
After the indicators ask for other fields, releases are looked at again, some hundreds at a time.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import asyncpg

from gateway.view import changes, reading
from shared.quality import Check, check

LOOKED_AT: Final = 500
UNKNOWN: Final = "unknown"  # the verdict of a check for which the data are not there

_WATCHED: Final = "SELECT DISTINCT unnest(fields) AS field FROM indicator ORDER BY field"

_STALE: Final = """
    SELECT id, release FROM process
    WHERE shape IS NULL OR shape IN (SELECT id FROM shape WHERE watched <> $1)
    LIMIT $2
"""

_INSERT: Final = """
    INSERT INTO shape (id, watched, fields, checks)
    SELECT id, watched, string_to_array(fields, ' '), string_to_array(checks, ' ')
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS row (id, watched, fields, checks)
    ON CONFLICT DO NOTHING
"""

_SET: Final = """
    UPDATE process SET shape = row.shape FROM unnest($1::text[], $2::text[]) AS row (id, shape)
    WHERE process.id = row.id
"""

_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})


class Watched(NamedTuple):
    """The fields that any indicator declares, and the name of that set."""

    fields: tuple[str, ...]
    id: str


NOTHING_WATCHED: Final = Watched((), "")


class Shape(NamedTuple):
    """The watched fields that are there, and of each check that could be made "code:verdict"."""

    id: str
    watched: str
    fields: str
    checks: str


async def watched(connection: asyncpg.Connection) -> Watched:
    """Return what the catalogue declares now."""
    fields = tuple(row["field"] for row in await connection.fetch(_WATCHED))
    return Watched(fields, _name(*fields))


def shape_of(release: reading.Json, asked: Watched, checks: Iterable[Check]) -> Shape:
    """Say which of the watched fields a release has, and what the checks said of it."""
    found = [field for field in asked.fields if has(release, field)]
    said = [f"{each.code}:{each.verdict}" for each in checks if each.verdict != UNKNOWN]
    return Shape(
        _name(asked.id, *found, "checks", *said), asked.id, " ".join(found), " ".join(said)
    )


def has(value: Any, field: str) -> bool:
    """Tell whether a field, "awards.suppliers.id" or a pointer, is in any row of its lists."""
    parts = field.strip("/").replace("/", ".").split(".")
    return _has(value, parts)


def _has(value: Any, parts: Sequence[str]) -> bool:
    if isinstance(value, list):
        return any(_has(each, parts) for each in value)
    if not parts:
        return value not in _NOTHING
    return isinstance(value, dict) and _has(value.get(parts[0]), parts[1:])


async def keep(connection: asyncpg.Connection, shapes: Iterable[Shape]) -> None:
    """Store shapes that are not known yet."""
    rows = sorted(set(shapes))
    if rows:
        await connection.execute(_INSERT, *(list(c) for c in zip(*rows, strict=True)))


async def stale(connection: asyncpg.Connection) -> bool:
    """Tell whether some release was looked at for other fields than are watched."""
    asked = await watched(connection)
    return await connection.fetchrow(_STALE, asked.id, 1) is not None


async def look_again(connection: asyncpg.Connection) -> int:
    """Look at some releases whose shape tells of other fields than are watched; return how many."""
    seq = await changes.take_number(connection)
    asked = await watched(connection)
    rows = await connection.fetch(_STALE, asked.id, LOOKED_AT)
    releases = [reading.decode(row["release"]) for row in rows]
    shapes = [shape_of(release, asked, check(release)) for release in releases]
    await keep(connection, shapes)
    await connection.execute(_SET, [row["id"] for row in rows], [each.id for each in shapes])
    await changes.record(connection, seq, "coverage", None)
    return len(rows)


def _name(*words: str) -> str:
    return blake2b(" ".join(words).encode(), digest_size=9).hexdigest()
