"""Applying batches of the feeds to the view, each in the transaction its reader gives.

Every batch first takes a number of the view, which locks it: the releases and the scores of one
process may come in any order, and the second to come always sees the first.
"""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import msgspec

from gateway.needs import needs_of
from gateway.reads import replies
from gateway.stream import ageing, telling
from gateway.view import changes, shapes, store
from gateway.view.process import listed_of, revision_of, view_of
from gateway.view.score import alert_row, score_row
from shared.contracts.casework.events import CaseEvent
from shared.contracts.catalogue import Indicator
from shared.contracts.drafts import DraftEvent
from shared.contracts.registers import RegisterRow
from shared.contracts.releases import ReleaseEntry
from shared.contracts.sources import BlindSpot, Source
from shared.feed import Entry

PERSON_PREFIX: Final = "prs_"

_release = msgspec.json.Decoder(ReleaseEntry).decode
_source = msgspec.json.Decoder(Source).decode
_indicator = msgspec.json.Decoder(Indicator).decode
_draft = msgspec.json.Decoder(DraftEvent).decode
_case_event = msgspec.json.Decoder(CaseEvent).decode
_register = msgspec.json.Decoder(RegisterRow).decode


async def releases(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Apply new states of processes."""
    asked = await shapes.watched(connection)
    views = [view_of(_release(entry.body), asked) for entry in entries if not entry.deleted]
    gone = [entry.key for entry in entries if entry.deleted]
    parts = [part for view in views for part in view.parts]
    seq = await changes.take_number(connection)
    rows = [view.row for view in views]
    await shapes.keep(connection, [view.shape for view in views])
    keys = [row.id for row in rows] + gone
    touched = await store.organisations_of(connection, keys)
    await store.put_processes(connection, seq, rows, parts)
    await store.remove_processes(connection, gone)
    listed = [row for view in views for row in view.listed]
    handles = [handle for view in views for handle in view.handles]
    await store.put_listed(connection, keys, listed, handles)
    await changes.record(connection, seq, "process", keys)
    await changes.record(connection, seq, "organisation", touched | {p.party_id for p in parts})


async def plans(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Apply plan points that no purchase has taken up; one that is taken up leaves."""
    made = [listed_of(_release(entry.body)) for entry in entries if not entry.deleted]
    seq = await changes.take_number(connection)
    listed = [row for rows, _ in made for row in rows]
    handles = [handle for _, held in made for handle in held]
    await store.put_listed(connection, [entry.key for entry in entries], listed, handles)
    await changes.record(connection, seq, "listed", [entry.key for entry in entries])


async def scores(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Apply new scores; a natural person, known by a pseudonym only, has none in public."""
    entries = [entry for entry in entries if "/" + PERSON_PREFIX not in entry.key]
    rows = [score_row(entry.body) for entry in entries if not entry.deleted]
    gone = [_subject(entry.key) for entry in entries if entry.deleted]
    subjects = [(row.subject_type, row.subject_id) for row in rows] + gone
    seq = await changes.take_number(connection)
    rows = await replies.onto_scores(connection, rows)
    await telling.scores_changed(connection, rows, seq=seq)
    await store.put_scores(connection, rows)
    await store.remove_scores(connection, gone)
    processes = [subject for kind, subject in subjects if kind == "process"]
    touched = await store.organisations_of(connection, processes)
    touched |= {subject for kind, subject in subjects if kind != "process"}
    await changes.record(connection, seq, "score", ["/".join(subject) for subject in subjects])
    await changes.record(connection, seq, "process", processes)
    await changes.record(connection, seq, "organisation", touched)


async def alerts(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Append alerts in the order of their feed."""
    rows = [alert_row(entry.seq, entry.body) for entry in entries if not entry.deleted]
    seq = await changes.take_number(connection)
    rows = await replies.onto_alerts(connection, rows)
    await store.put_alerts(connection, rows)
    await telling.alerts_created(connection, rows, seq=seq)
    await changes.record(connection, seq, "alert", [row.id for row in rows])


async def drafts(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Tell organisations what became of their drafts; the view itself holds none."""
    seq = await changes.take_number(connection)
    await telling.drafts_moved(
        connection, [(entry.key, _draft(entry.body)) for entry in entries], seq=seq
    )
    await changes.record(connection, seq, "draft", [entry.key for entry in entries])


async def case_events(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Tell what happened to cases to whom it may be told; the view itself holds none."""
    seq = await changes.take_number(connection)
    told = [(entry.key, _case_event(entry.body)) for entry in entries]
    await telling.cases_moved(connection, told, seq=seq)
    await changes.record(connection, seq, "case", [entry.key for entry in entries])


async def catalogue(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Apply what the indicators say of themselves."""
    kept = [entry for entry in entries if not entry.deleted]
    known = [_indicator(entry.body) for entry in kept]
    rows = [
        (each.code, revision_of(entry.body), entry.body, list(needs_of(each.fields).release))
        for each, entry in zip(known, kept, strict=True)
    ]
    seq = await changes.take_number(connection)
    revisions = [(one, row[1], row[2]) for one, row in zip(known, rows, strict=True)]
    gone = [entry.key for entry in entries if entry.deleted]
    await telling.indicators_changed(connection, revisions, gone, seq=seq)
    await connection.executemany(
        "INSERT INTO indicator (code, revision, body, fields) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (code) DO UPDATE SET revision = excluded.revision, body = excluded.body,"
        " fields = excluded.fields",
        rows,
    )
    await _remove(connection, "indicator", "code", entries)
    await changes.record(connection, seq, "indicator", None)


async def sources(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Apply what is known of the publishers and their runs."""
    kept = [entry for entry in entries if not entry.deleted]
    told = [_source(entry.body) for entry in kept]
    seq = await changes.take_number(connection)
    before = await connection.fetch(
        "SELECT body FROM source WHERE id = ANY($1::text[])", [each.id for each in told]
    )
    await connection.executemany(
        "INSERT INTO source (id, body) VALUES ($1, $2)"
        " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        [(each.id, entry.body) for each, entry in zip(told, kept, strict=True)],
    )
    await _remove(connection, "source", "id", entries)
    await ageing.keep(connection, told, [entry.key for entry in entries if entry.deleted])
    await changes.record(connection, seq, "source", None)
    if _hidden(told) != _hidden([_source(row["body"]) for row in before]):
        await changes.record(connection, seq, "organisation", None)


def _hidden(told: Sequence[Source]) -> dict[str, list[BlindSpot]]:
    """Return what is kept off each source: buyers' profiles show it."""
    return {source.id: source.blind_spots for source in told if source.blind_spots}


async def registers(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Apply on which days registers are known; who stands in them is no business of the view."""
    rows = [_register(entry.body) for entry in entries if not entry.deleted]
    told = [
        (row.key, row.register, row.source, row.party is None, row.known_from, row.known_to)
        for row in rows
        if row.kind == "coverage"
    ]
    gone = [entry.key for entry in entries if entry.deleted]
    if not told and not gone:
        return
    seq = await changes.take_number(connection)
    await store.put_register_coverage(connection, told)
    await connection.execute("DELETE FROM register_coverage WHERE key = ANY($1::text[])", gone)
    await changes.record(connection, seq, "coverage", None)


PORTION: Final = 5_000
"""Rows that are forgotten in one transaction."""

_PLANS_ALONE: Final = """
    SELECT process_id FROM (
        SELECT process_id FROM listed UNION ALL SELECT process_id FROM handle) AS held
    WHERE NOT EXISTS (SELECT FROM process WHERE process.id = held.process_id) LIMIT $1
"""


async def empty(
    connection: asyncpg.Connection, *, tables: Sequence[str], kinds: Sequence[str]
) -> None:
    """Forget what a feed said, before it is read again from its beginning."""
    seq = await changes.take_number(connection)
    for table in tables:
        await connection.execute(f"DELETE FROM {table}")
    for kind in kinds:
        await changes.record(connection, seq, kind, None)


async def forget_releases(connection: asyncpg.Connection) -> bool:
    """Forget some processes with all they consist of; plan points alone stay. Say if some are left.

    All at once would take longer than a statement may.
    """
    rows = await connection.fetch("SELECT id FROM process LIMIT $1", PORTION)
    ids = [row["id"] for row in rows]
    seq = await changes.take_number(connection)
    await store.remove_listed(connection, ids)
    await store.remove_processes(connection, ids)
    for kind in ("process", "organisation"):
        await changes.record(connection, seq, kind, None)
    return bool(ids)


async def forget_plans(connection: asyncpg.Connection) -> bool:
    """Forget some plan points that no purchase has taken up; say if some may be left."""
    ids = [row["process_id"] for row in await connection.fetch(_PLANS_ALONE, PORTION)]
    await store.remove_listed(connection, ids)
    await empty(connection, tables=(), kinds=("listed",))
    return bool(ids)


async def forget_scores(connection: asyncpg.Connection) -> bool:
    """Forget some scores, also as shown beside processes; say if some may be left."""
    rows = await connection.fetch("SELECT subject_type, subject_id FROM score LIMIT $1", PORTION)
    await empty(connection, tables=(), kinds=("score", "process", "organisation"))
    await store.remove_scores(connection, [tuple(row) for row in rows])
    return bool(rows)


async def _remove(
    connection: asyncpg.Connection, table: str, column: str, entries: Sequence[Entry]
) -> None:
    gone = [entry.key for entry in entries if entry.deleted]
    await connection.execute(f"DELETE FROM {table} WHERE {column} = ANY($1::text[])", gone)


def _subject(key: str) -> tuple[str, Any]:
    subject_type, _, subject_id = key.partition("/")
    return subject_type, subject_id
