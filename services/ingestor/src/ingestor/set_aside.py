"""What cannot be used, put into the quarantine: the first of each kind whole, the rest counted.

One file of another kind altogether can be refused on every line; a list of hundreds of the same
reasons hides the others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

import asyncpg

from ingestor import store
from ingestor.intake import Refused

LISTED: Final = 100  # rows of one code in one run
UNCAPPED: Final = frozenset({"fault"})  # ours to mend, so every one is kept to be replayed
REASON: Final = (
    f"Only the first {LISTED} refused with one code are listed; mend the file and load it again"
)

LISTED_BEFORE: Final = """
    SELECT code, count(*) FROM quarantine WHERE run = $1 AND raw_hash <> '' GROUP BY code
"""

# A payload of no bytes marks the row that stands for the rest.
ADD_REST: Final = """
    INSERT INTO quarantine (run, source, file, code, reason, raw_hash, size, truncated, count)
    SELECT $1, source, file, code, $2, '', size, true, count
    FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
        AS given (source, file, code, count, size)
    ON CONFLICT (source, file, coalesce(line, 0), coalesce(item, -1), code, raw_hash) DO UPDATE SET
        run = excluded.run, seen_at = now(), resolved_run = NULL,
        count = excluded.count
            + CASE WHEN quarantine.run = excluded.run THEN quarantine.count ELSE 0 END,
        size = excluded.size
            + CASE WHEN quarantine.run = excluded.run THEN quarantine.size ELSE 0 END
"""


class Rest(NamedTuple):
    """Things refused with one code that are not listed one by one; their size in bytes."""

    source: str
    file: str
    code: str
    things: int
    size: int


async def set_aside(
    connection: asyncpg.Connection, run: int, refused: Sequence[Refused], expires_on: date
) -> None:
    """Store what a batch of a run refused, inside the caller's transaction."""
    if not refused:
        return
    before = {row[0]: row[1] for row in await connection.fetch(LISTED_BEFORE, run)}
    listed, rest = divided(refused, before)
    await store.add_payloads(connection, [(r.source, r.payload) for r in listed], expires_on)
    await store.add_quarantined(connection, run, listed)
    if rest:
        columns = [list(column) for column in zip(*rest, strict=True)]
        await connection.execute(ADD_REST, run, REASON, *columns)


def divided(
    refused: Sequence[Refused], before: Mapping[str, int]
) -> tuple[list[Refused], list[Rest]]:
    """Divide into what is listed and what is only counted; `before`: listed by this run, by code.

    The same thing met twice at one place is one.
    """
    once = {(r.source, r.file, r.line, r.item, r.code, r.payload.hash): r for r in refused}
    taken = Counter(before)
    listed: list[Refused] = []
    rest: dict[tuple[str, str, str], Rest] = {}
    for one in once.values():
        if taken[one.code] < LISTED or one.code in UNCAPPED:
            taken[one.code] += 1
            listed.append(one)
        else:
            kind = (one.source, one.file, one.code)
            more = rest.get(kind, Rest(*kind, 0, 0))
            rest[kind] = Rest(*kind, more.things + 1, more.size + one.size)
    return listed, list(rest.values())
