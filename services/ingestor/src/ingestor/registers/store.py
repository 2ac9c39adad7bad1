"""Every statement about registers, each over a whole batch."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import asyncpg
from msgspec import json

from ingestor.registers.history import Entry, Stretch
from ingestor.registers.judge import entry_key
from shared.contracts.registers import RegisterRow
from shared.feed import Change

FEED: Final = "registers"

COLUMNS: Final = (
    "key, base, register, source, party, valid_from, valid_to, known_from, known_to, ended, "
    "attributes, retrieved_at"
)

OF_BASES: Final = f"SELECT {COLUMNS} FROM register_entry WHERE base = ANY($1)"

OF_PARTIES: Final = f"""
    SELECT {COLUMNS} FROM register_entry
    WHERE register = $1 AND source = $2 AND party = ANY($3) AND ended IS NULL
"""

# Open ones that this run has not met; a list states them, or it no longer does.
MISSING: Final = f"""
    SELECT {COLUMNS} FROM register_entry
    WHERE register = $1 AND source = $2 AND seen <> $3 AND known_to IS NULL
    ORDER BY key LIMIT $4
"""

COUNT: Final = """
    SELECT count(*) AS open, count(*) FILTER (WHERE seen <> $3) AS missing FROM register_entry
    WHERE register = $1 AND source = $2 AND known_to IS NULL
"""

SEEN: Final = "UPDATE register_entry SET seen = $2 WHERE key = ANY($1)"

SEEN_PARTIES: Final = """
    UPDATE register_entry SET seen = $4
    WHERE register = $1 AND source = $2 AND party = ANY($3) AND known_to IS NULL
"""

SET: Final = f"""
    INSERT INTO register_entry ({COLUMNS}, seen)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (key) DO UPDATE SET
        valid_from = excluded.valid_from, valid_to = excluded.valid_to,
        known_from = excluded.known_from, known_to = excluded.known_to, ended = excluded.ended,
        attributes = excluded.attributes, retrieved_at = excluded.retrieved_at,
        seen = excluded.seen
"""

DELETE: Final = "DELETE FROM register_entry WHERE key = ANY($1)"

STRETCHES: Final = """
    SELECT party, known_from, known_to FROM register_coverage
    WHERE register = $1 AND source = $2 AND party = ANY($3)
"""

STRETCHES_OF_ALL: Final = """
    SELECT party, known_from, known_to FROM register_coverage
    WHERE register = $1 AND source = $2 AND party IS NULL
"""

SET_STRETCH: Final = """
    INSERT INTO register_coverage
        (key, register, source, party, known_from, known_to, retrieved_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (key) DO UPDATE SET
        known_to = excluded.known_to, retrieved_at = excluded.retrieved_at
"""

DELETE_STRETCHES: Final = "DELETE FROM register_coverage WHERE key = ANY($1)"

LAST: Final = """
    SELECT max(known_to) FROM register_coverage
    WHERE register = $1 AND source = $2 AND party IS NULL
"""


async def of_bases(connection: asyncpg.Connection, bases: Iterable[str]) -> dict[str, list[Entry]]:
    """Return what is kept of entries, by base."""
    found: dict[str, list[Entry]] = {}
    for row in await connection.fetch(OF_BASES, list(bases)):
        found.setdefault(row["base"], []).append(_entry(row))
    return found


async def open_of_parties(
    connection: asyncpg.Connection, register: str, source: str, parties: Sequence[str]
) -> list[Entry]:
    """Return the entries of parties whose end nobody has told."""
    rows = await connection.fetch(OF_PARTIES, register, source, list(parties))
    return [_entry(row) for row in rows]


async def missing(
    connection: asyncpg.Connection, register: str, source: str, run: int, limit: int
) -> list[Entry]:
    """Return listed entries which a run has not met."""
    rows = await connection.fetch(MISSING, register, source, run, limit)
    return [_entry(row) for row in rows]


async def see(connection: asyncpg.Connection, keys: Iterable[str], run: int) -> None:
    """Note that a run has met entries."""
    await connection.execute(SEEN, list(keys), run)


async def set_entries(
    connection: asyncpg.Connection, entries: Sequence[Entry], run: int
) -> list[Change]:
    """Store entries; returns what is to be published."""
    rows = [
        (
            *(e.key, e.base, e.register, e.source, e.party, e.valid_from, e.valid_to),
            *(e.known_from, e.known_to, e.ended, json.encode(e.attributes).decode()),
            *(e.retrieved_at, run),
        )
        for e in entries
    ]
    await connection.executemany(SET, rows)
    return [Change(entry.key, entry.body()) for entry in entries]


async def delete(connection: asyncpg.Connection, keys: Sequence[str]) -> list[Change]:
    """Take entries back; returns what is to be published."""
    await connection.execute(DELETE, list(keys))
    return [Change(key, None) for key in keys]


async def stretches(
    connection: asyncpg.Connection, register: str, source: str, parties: Iterable[str] | None
) -> dict[str | None, list[Stretch]]:
    """Return the covered days of parties, or with None those of every party."""
    rows = (
        await connection.fetch(STRETCHES_OF_ALL, register, source)
        if parties is None
        else await connection.fetch(STRETCHES, register, source, list(parties))
    )
    found: dict[str | None, list[Stretch]] = {}
    for row in rows:
        found.setdefault(row["party"], []).append(Stretch(row["known_from"], row["known_to"]))
    return found


async def set_stretches(
    connection: asyncpg.Connection,
    register: str,
    source: str,
    fates: Sequence[tuple[str | None, list[Stretch], list[Stretch]]],
    now: datetime,
) -> list[Change]:
    """Store covered days, each a party with those of before and those of now."""
    rows, gone, changes = [], [], []
    for party, before, after in fates:
        kept = {one.known_from for one in after}
        gone += [
            _stretch_key(register, source, party, o) for o in before if o.known_from not in kept
        ]
        for one in set(after) - set(before):
            key = _stretch_key(register, source, party, one)
            rows.append((key, register, source, party, one.known_from, one.known_to, now))
            changes.append(Change(key, _stretch_body(rows[-1])))
    await connection.execute(DELETE_STRETCHES, gone)
    await connection.executemany(SET_STRETCH, rows)
    return [*changes, *(Change(key, None) for key in gone)]


def _stretch_key(register: str, source: str, party: str | None, one: Stretch) -> str:
    words = ("coverage", register, source, party or "*", one.known_from.isoformat())
    return entry_key(words)


def _stretch_body(row: tuple[Any, ...]) -> bytes:
    key, register, source, party, known_from, known_to, now = row
    return json.encode(
        RegisterRow(
            key=key,
            kind="coverage",
            register=register,
            source=source,
            party=party,
            known_from=known_from,
            known_to=known_to,
            retrieved_at=now,
        )
    )


def _entry(row: Any) -> Entry:
    entry = Entry(**row)
    if isinstance(entry.attributes, str):
        return replace(entry, attributes=json.decode(entry.attributes))
    return entry
