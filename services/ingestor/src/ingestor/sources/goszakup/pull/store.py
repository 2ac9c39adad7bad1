"""Every statement over the portal's records, each over a whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import asyncpg

from ingestor.sources.goszakup.pull.records import Record

Key = tuple[str, int]
"""Root and id."""

COLUMNS: Final = (
    *("root", "id", "notice", "family", "plans", "customer", "regions"),
    *("dated", "changed", "due", "hash", "raw_hash", "seen_at"),
)

HELD: Final = """
    SELECT root, id, notice, family, plans, hash, seen_at, gone_at FROM portal_record
    JOIN unnest($1::text[], $2::bigint[]) AS asked (root, id) USING (root, id)
"""

REPLACE: Final = """
    UPDATE portal_record SET
        notice = $3, family = $4, plans = $5, customer = $6, regions = $7, dated = $8,
        changed = $9, due = $10, hash = $11, raw_hash = $12, seen_at = $13,
        gone_at = NULL, gone_reason = NULL
    WHERE root = $1 AND id = $2
"""

ASKED: Final = "UPDATE portal_record SET asked_due = due WHERE root = 'TrdBuy' AND id = ANY($1)"

ASKED_FOR: Final = """
    SELECT id, asked_due FROM portal_record WHERE root = 'TrdBuy' AND id = ANY($1)
"""

TO_ASK: Final = """
    SELECT id, due FROM portal_record
    WHERE due IS NOT NULL AND due IS DISTINCT FROM asked_due AND due <= $2 AND gone_at IS NULL
        AND {failed} (
            SELECT FROM quarantine WHERE source = $1 AND file = 'TrdApp'
                AND coalesce(line, 0) = portal_record.id AND resolved_run IS NULL)
    ORDER BY due DESC LIMIT $3
"""
FIRST: Final = TO_ASK.format(failed="NOT EXISTS")
LAST: Final = TO_ASK.format(failed="EXISTS")
"""Apart, each by the index of what is due: put in order together, all of it would be looked up."""

KNOWN_IDS: Final = """
    SELECT id FROM portal_record WHERE root = $1 AND id = ANY($2) AND gone_at IS NULL
"""

KNOWN_PLANS: Final = """
    SELECT DISTINCT family FROM portal_record
    WHERE root = 'Plans' AND family = ANY($1) AND gone_at IS NULL
"""

GONE: Final = """
    UPDATE portal_record SET gone_at = $3, gone_reason = $4
    WHERE root = $1 AND id = ANY($2) AND gone_at IS NULL
    RETURNING root, id, notice, family, plans
"""

HELD_CONTRACTS: Final = """
    SELECT unnest(ARRAY[id, family]) FROM portal_record
    WHERE root = 'Contract' AND (id = ANY($1) OR family = ANY($1)) AND gone_at IS NULL
"""

FRESH_SUBJECTS: Final = """
    SELECT id FROM portal_record WHERE root = 'Subjects' AND id = ANY($1) AND seen_at > $2
"""


SEEN: Final = """
    UPDATE portal_record SET seen_at = $2
    WHERE root = 'Subjects' AND id = ANY($1) AND seen_at < $2
    RETURNING id
"""


class Tie(NamedTuple):
    """What ties a record to its purchase."""

    root: str
    id: int
    notice: int | None
    family: int | None
    plans: Sequence[int]


class _Held(NamedTuple):
    tie: Tie
    hash: bytes
    seen_at: datetime
    gone_at: datetime | None


class Kept(NamedTuple):
    """A record as it is held: by what it is found, and what it says once that was read."""

    root: str
    id: int
    notice: int | None
    family: int | None
    plans: Sequence[int]
    hash: bytes
    raw_hash: bytes
    asked: bool
    body: bytes | None = None
    expires_on: date | None = None


async def keep(
    connection: asyncpg.Connection,
    records: Iterable[Record],
    seen_at: datetime,
) -> list[Record | Tie]:
    """Store records; returns those that say something new, and what those were tied to before.

    An answer older than the one that is kept changes nothing.
    """
    latest: dict[Key, Record] = {(one.root, one.id): one for one in records}
    held = await _held(connection, latest)
    changed = [
        one for key, one in latest.items() if _says_something_new(one, held.get(key), seen_at)
    ]
    rows = [_row(one, seen_at) for one in changed]
    new = [row for row in rows if (row[0], row[1]) not in held]
    old = [row for row in rows if (row[0], row[1]) in held]
    await connection.copy_records_to_table("portal_record", records=new, columns=COLUMNS)
    await connection.executemany(REPLACE, old)
    before = [held[one.root, one.id].tie for one in changed if (one.root, one.id) in held]
    return [*changed, *before]


async def seen(
    connection: asyncpg.Connection, records: Iterable[Record], seen_at: datetime
) -> list[Record]:
    """Note that participants came as they were, who are not asked for again for a while then.

    Returns those of whom it was not known.
    """
    came = {one.id: one for one in records if one.root == "Subjects"}
    rows = await connection.fetch(SEEN, list(came), seen_at) if came else []
    return [came[row[0]] for row in rows]


async def asked(connection: asyncpg.Connection, notices: Iterable[int]) -> None:
    """Note that the bids on these notices were asked for."""
    await connection.execute(ASKED, list(notices))


async def asked_for(
    connection: asyncpg.Connection, notices: Iterable[int]
) -> dict[int, datetime | None]:
    """Return for which publication of results the bids on notices were asked for."""
    rows = await connection.fetch(ASKED_FOR, list(notices))
    return {row[0]: row[1] for row in rows}


async def to_ask(
    connection: asyncpg.Connection, source: str, now: datetime, limit: int
) -> list[tuple[int, datetime]]:
    """Name notices whose bids are to be seen and were not asked for, newest results first.

    Those whose bids did not come when they were asked for are last.
    """
    rows = await connection.fetch(FIRST, source, now, limit)
    if len(rows) < limit:
        rows += await connection.fetch(LAST, source, now, limit - len(rows))
    return [(row[0], row[1]) for row in rows]


async def known(connection: asyncpg.Connection, root: str, numbers: Iterable[int]) -> set[int]:
    """Tell which of these records are held."""
    return {row[0] for row in await connection.fetch(KNOWN_IDS, root, list(numbers))}


async def known_plans(connection: asyncpg.Connection, roots: Iterable[int]) -> set[int]:
    """Tell which plan points are held, by their root records."""
    return {row[0] for row in await connection.fetch(KNOWN_PLANS, list(roots))}


async def held_contracts(connection: asyncpg.Connection, numbers: Iterable[int]) -> set[int]:
    """Tell which contracts are held, each by its own id and by its root's."""
    return {row[0] for row in await connection.fetch(HELD_CONTRACTS, list(numbers))}


async def fresh_subjects(
    connection: asyncpg.Connection, numbers: Iterable[int], since: datetime
) -> set[int]:
    """Tell which of these participants were read lately."""
    return {row[0] for row in await connection.fetch(FRESH_SUBJECTS, list(numbers), since)}


async def mark_gone(
    connection: asyncpg.Connection, root: str, numbers: Iterable[int], now: datetime, reason: str
) -> list[Tie]:
    """Note that the portal no longer has these records; returns those that were held."""
    rows = await connection.fetch(GONE, root, list(numbers), now, reason)
    return [Tie(*row) for row in rows]


async def _held(connection: asyncpg.Connection, wanted: Mapping[Key, Any]) -> dict[Key, _Held]:
    roots, numbers = [key[0] for key in wanted], [key[1] for key in wanted]
    rows = await connection.fetch(HELD, roots, numbers)
    return {(row[0], row[1]): _Held(Tie(*row[:5]), *row[5:]) for row in rows}


def _says_something_new(one: Record, held: _Held | None, seen_at: datetime) -> bool:
    if held is None:
        return True
    return held.seen_at <= seen_at and (held.hash != one.hash or held.gone_at is not None)


def _row(one: Record, seen_at: datetime) -> Sequence[Any]:
    found_by = (one.notice, one.family, one.plans, one.customer, one.regions)
    dates = (one.dated, one.changed, one.due)
    return (one.root, one.id, *found_by, *dates, one.hash, one.raw_hash, seen_at)
