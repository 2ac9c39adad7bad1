"""Applying what scoring counts: statistics, profiles and networks; each is kept as it came."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import asyncpg
import msgspec

from gateway.view import changes
from gateway.view.process import revision_of
from shared.contracts.statistics import Tile, TileBrief
from shared.feed import Entry

NETWORK: Final = "network"
REGION: Final = "region"

_tile = msgspec.json.Decoder(Tile).decode
_brief = msgspec.json.Encoder().encode

_PUT_TILE: Final = """
    INSERT INTO tile (id, revision, brief, body) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE
    SET revision = excluded.revision, brief = excluded.brief, body = excluded.body
"""

_PUT_FIGURES: Final = """
    INSERT INTO figures (kind, id, body)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
    ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body
"""

_REMOVE_FIGURES: Final = """
    DELETE FROM figures USING unnest($1::text[], $2::text[]) AS gone (kind, id)
    WHERE figures.kind = gone.kind AND figures.id = gone.id
"""


async def statistics(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Apply new states of tiles."""
    kept = {entry.key: entry.body for entry in entries if not entry.deleted}
    gone = [entry.key for entry in entries if entry.deleted]
    rows = [(key, revision_of(body), _in_short(body), body) for key, body in kept.items()]
    seq = await changes.take_number(connection)
    await connection.executemany(_PUT_TILE, rows)
    await connection.execute("DELETE FROM tile WHERE id = ANY($1::text[])", gone)
    await changes.record(connection, seq, "tile", None)


async def profiles(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Apply new figures; an organisation is read anew with them."""
    last = {entry.key: entry for entry in entries}
    kept = [(*_subject(key), entry.body) for key, entry in last.items() if not entry.deleted]
    gone = [_subject(key) for key, entry in last.items() if entry.deleted]
    seq = await changes.take_number(connection)
    await connection.execute(
        _PUT_FIGURES, [k for k, _, _ in kept], [i for _, i, _ in kept], [body for *_, body in kept]
    )
    await connection.execute(_REMOVE_FIGURES, [k for k, _ in gone], [i for _, i in gone])
    touched: dict[str, list[str]] = defaultdict(list)
    for kind, subject in map(_subject, last):
        touched[kind if kind in {NETWORK, REGION} else "organisation"].append(subject)
    for memory, subjects in touched.items():
        await changes.record(connection, seq, memory, subjects)


def _in_short(body: bytes) -> bytes:
    whole = _tile(body)
    return _brief(TileBrief(whole.id, whole.title, whole.definition, whole.columns))


def _subject(key: str) -> tuple[str, str]:
    kind, _, subject = key.partition("/")
    return kind, subject
