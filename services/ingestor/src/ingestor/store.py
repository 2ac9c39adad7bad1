"""Every statement of intake, each over a whole batch: one transaction stores it or nothing does."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import asyncpg

from ingestor.compile import Version
from ingestor.intake import Accepted, Refused
from ingestor.raw.cipher import Sealed

SOURCE_LOCK: Final = (
    0x51AD  # first key of the advisory locks: one source is written by one at a time
)

RECORD_COLUMNS: Final = ("process", "key", "hash", "raw_hash", "date", "run", "size", "body")

ADD_PAYLOADS: Final = """
    INSERT INTO ingestor_raw.payload (hash, size, key_name, content, source, expires_on)
    SELECT hash, size, key_name, content, source, $6
    FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bytea[], $5::text[])
        AS given (hash, size, key_name, content, source)
    ON CONFLICT DO NOTHING
"""

PROCESSES: Final = "SELECT id, revision, hash, withdrawn_at FROM process WHERE id = ANY($1)"

VERSIONS: Final = (
    "SELECT process, key, hash, date, run, size FROM source_record WHERE process = ANY($1)"
)

RECORDS: Final = """
    SELECT process, key, hash, body
    FROM source_record
    JOIN unnest($1::text[], $2::text[], $3::bytea[]) AS wanted (process, key, hash)
        USING (process, key, hash)
"""

DELIVERED_AGAIN: Final = """
    UPDATE source_record SET run = $1
    FROM unnest($2::text[], $3::text[], $4::bytea[]) AS again (process, key, hash)
    WHERE source_record.process = again.process AND source_record.key = again.key
        AND source_record.hash = again.hash
"""

SET_PROCESSES: Final = """
    INSERT INTO process (id, source, ocid, revision, hash, date, changed_at)
    SELECT given.*, $7
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::timestamptz[])
        AS given
    ON CONFLICT (id) DO UPDATE SET
        revision = excluded.revision,
        hash = excluded.hash,
        date = excluded.date,
        changed_at = excluded.changed_at,
        withdrawn_at = NULL,
        withdrawn_reason = NULL
"""

ADD_QUARANTINED: Final = """
    INSERT INTO quarantine
        (run, source, file, line, item, place, code, reason, raw_hash, size, truncated)
    SELECT $1, given.*
    FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
                $8::text[], $9::bytea[], $10::bigint[], $11::boolean[]) AS given
    ON CONFLICT (source, file, coalesce(line, 0), coalesce(item, -1), code, raw_hash) DO UPDATE SET
        run = excluded.run, reason = excluded.reason, seen_at = now(), resolved_run = NULL
"""


class Known(NamedTuple):
    """A process as it was last published."""

    revision: int
    hash: bytes
    withdrawn: bool


class ProcessRow(NamedTuple):
    """A process as it is now published."""

    id: str
    source: str
    ocid: str
    revision: int
    hash: bytes
    date: datetime | None


async def lock_sources(connection: asyncpg.Connection, sources: Iterable[str]) -> None:
    """Wait until nobody else writes these sources; in one order, so that nobody waits in a ring."""
    statement = "SELECT pg_advisory_xact_lock($1, hashtext($2))"
    for source in sorted(set(sources)):
        await connection.execute(statement, SOURCE_LOCK, source)


async def add_payloads(
    connection: asyncpg.Connection, payloads: Sequence[tuple[str, Sealed]], expires_on: date
) -> None:
    """Put sealed payloads, each with its source, into the vault; one that is there stays."""
    if payloads:
        sealed = [payload for _, payload in payloads]
        columns = [*_columns(sealed, 4), [source for source, _ in payloads]]
        await connection.execute(ADD_PAYLOADS, *columns, expires_on)


async def known_processes(
    connection: asyncpg.Connection, processes: Iterable[str]
) -> dict[str, Known]:
    """Return what is published of these processes."""
    rows = await connection.fetch(PROCESSES, list(processes))
    return {row[0]: Known(row[1], row[2], row[3] is not None) for row in rows}


async def known_versions(
    connection: asyncpg.Connection, processes: Iterable[str]
) -> dict[str, list[Version]]:
    """Return all versions of all releases of these processes, without their content."""
    found: dict[str, list[Version]] = {}
    for process, key, digest, moment, run, size in await connection.fetch(
        VERSIONS, list(processes)
    ):
        found.setdefault(process, []).append(Version(moment, run, size, digest, key))
    return found


async def records(
    connection: asyncpg.Connection, wanted: Sequence[tuple[str, str, bytes]]
) -> dict[tuple[str, str, bytes], bytes]:
    """Return the content of versions named by process, key and hash."""
    rows = await connection.fetch(RECORDS, *_columns(wanted, 3)) if wanted else []
    return {(row[0], row[1], row[2]): row[3] for row in rows}


async def add_records(
    connection: asyncpg.Connection, run: int, accepted: Iterable[Accepted]
) -> None:
    """Store new versions of releases."""
    rows = [
        (a.process, a.key, a.hash, a.payload.hash, a.date, run, a.size, a.record) for a in accepted
    ]
    await connection.copy_records_to_table("source_record", records=rows, columns=RECORD_COLUMNS)


async def delivered_again(
    connection: asyncpg.Connection, run: int, places: Sequence[tuple[str, str, bytes]]
) -> None:
    """Note that this run has delivered these versions, named by process, key and hash."""
    if places:
        await connection.execute(DELIVERED_AGAIN, run, *_columns(places, 3))


async def set_processes(
    connection: asyncpg.Connection, rows: Sequence[ProcessRow], now: datetime
) -> None:
    """Store what is now published of these processes."""
    if rows:
        await connection.execute(SET_PROCESSES, *_columns(rows, 6), now)


async def add_quarantined(
    connection: asyncpg.Connection, run: int, refused: Sequence[Refused]
) -> None:
    """List what cannot be used, each once; met again at the same place it stays one row."""
    if refused:
        rows = [_quarantine_row(r) for r in refused]
        await connection.execute(ADD_QUARANTINED, run, *_columns(rows, 10))


def _quarantine_row(r: Refused) -> tuple[Any, ...]:
    place = (r.source, r.file, r.line, r.item, r.offset)
    return (*place, r.code, r.reason, r.payload.hash, r.size, r.truncated())


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """Turn rows into the columns that unnest() takes."""
    return [[row[i] for row in rows] for i in range(width)]
