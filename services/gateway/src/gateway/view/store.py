"""Writing the published view: every statement takes a whole batch, as arrays.

Columns of a row tuple travel as one array each, so a batch of a thousand is one round trip.
"""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from gateway.view.rows import AlertRow, Handle, ListedRow, Part, ProcessRow, ScoreRow

UPSERT_PROCESSES: Final = """
    INSERT INTO process (
        id, source, ocid, date, published, method, amount, currency, search, revision, brief,
        detail, release, buyer_region, delivery_region, shape, seq, changed, band, expected,
        flagged, summary
    )
    SELECT id, source, ocid, date, published, method, amount, currency, search, row.revision,
           brief, detail, release, string_to_array(buyer_region, ' '),
           string_to_array(delivery_region, ' '), shape, $17::bigint, $17::bigint,
           score.band,
           coalesce(score.expected, -1), coalesce(score.flagged, '{}'), score.summary
    FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[],
        $7::numeric[], $8::text[], $9::text[], $10::text[], $11::bytea[], $12::bytea[],
        $13::bytea[], $14::text[], $15::text[], $16::text[]
    ) AS row (
        id, source, ocid, date, published, method, amount, currency, search, revision, brief,
        detail, release, buyer_region, delivery_region, shape
    )
    LEFT JOIN score ON score.subject_type = 'process' AND score.subject_id = row.id
    ON CONFLICT (id) DO UPDATE SET
        source = excluded.source, ocid = excluded.ocid, date = excluded.date,
        published = excluded.published, method = excluded.method, amount = excluded.amount,
        currency = excluded.currency, search = excluded.search, revision = excluded.revision,
        brief = excluded.brief, detail = excluded.detail, release = excluded.release,
        buyer_region = excluded.buyer_region, delivery_region = excluded.delivery_region,
        shape = excluded.shape, seq = excluded.seq, changed = excluded.changed,
        band = excluded.band,
        expected = excluded.expected, flagged = excluded.flagged, summary = excluded.summary
"""

INSERT_PARTS: Final = """
    INSERT INTO part (process_id, party_id, role, name, bin, weak, amount, currency)
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[],
        $7::numeric[], $8::text[]
    )
    ON CONFLICT DO NOTHING
"""

INSERT_LISTED: Final = """
    INSERT INTO listed (
        id, kind, process_id, source, status, method, amount, currency, date, search, buyers,
        suppliers, buyer_region, delivery_region, body
    )
    SELECT id, kind, process_id, source, status, method, amount, currency, date, search,
           string_to_array(buyers, ' '), string_to_array(suppliers, ' '),
           string_to_array(buyer_region, ' '), string_to_array(delivery_region, ' '), body
    FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[],
        $8::text[], $9::timestamptz[], $10::text[], $11::text[], $12::text[], $13::text[],
        $14::text[], $15::bytea[]
    ) AS row (
        id, kind, process_id, source, status, method, amount, currency, date, search, buyers,
        suppliers, buyer_region, delivery_region, body
    )
    ON CONFLICT DO NOTHING
"""

INSERT_HANDLES: Final = """
    INSERT INTO handle (key, type, id, process_id)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
    ON CONFLICT DO NOTHING
"""

UPSERT_SCORES: Final = """
    INSERT INTO score (
        subject_type, subject_id, revision, body, summary, band, expected, flagged, outcome,
        at_risk
    )
    SELECT subject_type, subject_id, revision, body, summary, band, expected,
           string_to_array(flagged, ' '), md5(outcome), at_risk
    FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::text[],
        $7::double precision[], $8::text[], $9::text[], $10::numeric[]
    ) AS row (
        subject_type, subject_id, revision, body, summary, band, expected, flagged, outcome,
        at_risk
    )
    ON CONFLICT (subject_type, subject_id) DO UPDATE SET
        revision = excluded.revision, body = excluded.body, summary = excluded.summary,
        band = excluded.band, expected = excluded.expected, flagged = excluded.flagged,
        outcome = excluded.outcome, at_risk = excluded.at_risk
"""

INSERT_OUTCOMES: Final = """
    INSERT INTO outcome (id, lines)
    SELECT md5(lines), string_to_array(lines, ',') FROM unnest($1::text[]) AS lines
    ON CONFLICT DO NOTHING
"""

SCORES_ONTO_PROCESSES: Final = """
    UPDATE process SET band = row.band, expected = row.expected, summary = row.summary,
                       flagged = string_to_array(row.flagged, ' '),
                       changed = (SELECT seq FROM change_head)
    FROM unnest(
        $1::text[], $2::bytea[], $3::text[], $4::double precision[], $5::text[]
    ) AS row (id, summary, band, expected, flagged)
    WHERE process.id = row.id AND process.summary IS DISTINCT FROM row.summary
"""

DELETE_SCORES: Final = """
    DELETE FROM score USING unnest($1::text[], $2::text[]) AS gone (subject_type, subject_id)
    WHERE score.subject_type = gone.subject_type AND score.subject_id = gone.subject_id
"""

SCORES_OFF_PROCESSES: Final = """
    UPDATE process SET band = NULL, expected = -1, flagged = '{}', summary = NULL,
                       changed = (SELECT seq FROM change_head)
    WHERE id = ANY($1::text[])
"""

_AND_BEFORE: Final = """
    changed = excluded.changed,
    places = ARRAY(SELECT unnest(removed_process.places) UNION SELECT unnest(excluded.places))
"""

REMEMBER_REMOVED: Final = f"""
    INSERT INTO removed_process (id, changed, everywhere, places)
    SELECT id, $1::bigint, true, buyer_region || delivery_region FROM process {{which}}
    ON CONFLICT (id) DO UPDATE SET everywhere = true, {_AND_BEFORE}
"""

REMEMBER_LEFT: Final = f"""
    INSERT INTO removed_process (id, changed, everywhere, places)
    SELECT id, $4::bigint, false, lost.places
    FROM unnest($1::text[], $2::text[], $3::text[]) AS row (id, buyer_region, delivery_region)
    JOIN process USING (id) CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT place) AS places
        FROM unnest(process.buyer_region || process.delivery_region) AS place
        WHERE place <> ALL (string_to_array(row.buyer_region || ' ' || row.delivery_region, ' '))
    ) AS lost WHERE lost.places IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET {_AND_BEFORE}
"""

BACK_AGAIN: Final = """
    UPDATE removed_process SET everywhere = false WHERE id = ANY($1::text[]) AND everywhere
"""

INSERT_ALERTS: Final = """
    INSERT INTO alert (
        position, id, process_id, source, subject_type, subject_id, band, indicators, raised_at,
        body
    )
    SELECT position, id, process_id, source, subject_type, subject_id, band,
           string_to_array(indicators, ' '), raised_at, body
    FROM unnest(
        $1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::text[], $9::timestamptz[], $10::bytea[]
    ) AS row (
        position, id, process_id, source, subject_type, subject_id, band, indicators, raised_at,
        body
    )
    ON CONFLICT DO NOTHING
"""

UPSERT_REGISTER_COVERAGE: Final = """
    INSERT INTO register_coverage (key, register, source, of_all, known_from, known_to)
    SELECT key, register, source, of_all, known_from, coalesce(known_to, known_from)
    FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::boolean[], $5::date[], $6::date[]
    ) AS row (key, register, source, of_all, known_from, known_to)
    ON CONFLICT (key) DO UPDATE SET
        register = excluded.register, source = excluded.source, of_all = excluded.of_all,
        known_from = excluded.known_from, known_to = excluded.known_to
"""

ORGANISATIONS_OF: Final = "SELECT DISTINCT party_id FROM part WHERE process_id = ANY($1::text[])"


async def organisations_of(connection: asyncpg.Connection, processes: Sequence[str]) -> set[str]:
    """Return the organisations that took part in these processes."""
    rows = await connection.fetch(ORGANISATIONS_OF, processes)
    return {row["party_id"] for row in rows}


async def put_processes(
    connection: asyncpg.Connection, seq: int, rows: Sequence[ProcessRow], parts: Sequence[Part]
) -> None:
    """Write processes and who took part in them, in place of what was there."""
    await connection.execute(
        "DELETE FROM part WHERE process_id = ANY($1::text[])", [row.id for row in rows]
    )
    if rows:
        found = [(row.id, row.buyer_region, row.delivery_region) for row in rows]
        await connection.execute(REMEMBER_LEFT, *_columns(found), seq)
        await connection.execute(UPSERT_PROCESSES, *_columns(rows), seq)
        await connection.execute(BACK_AGAIN, [row.id for row in rows])
    if parts:
        await connection.execute(INSERT_PARTS, *_columns(parts))


async def remove_processes(connection: asyncpg.Connection, ids: Sequence[str]) -> None:
    """Take withdrawn processes out of the view."""
    await connection.execute("DELETE FROM part WHERE process_id = ANY($1::text[])", ids)
    head = await connection.fetchval("SELECT seq FROM change_head")
    which = "WHERE id = ANY($2::text[])"
    await connection.execute(REMEMBER_REMOVED.format(which=which), head, ids)
    await connection.execute("DELETE FROM process WHERE id = ANY($1::text[])", ids)


async def put_listed(
    connection: asyncpg.Connection,
    processes: Sequence[str],
    rows: Sequence[ListedRow],
    handles: Sequence[Handle],
) -> None:
    """Write what processes consist of and the numbers it goes by, in place of what was there."""
    await remove_listed(connection, processes)
    if rows:
        await connection.execute(INSERT_LISTED, *_columns(rows))
    if handles:
        await connection.execute(INSERT_HANDLES, *_columns(handles))


async def remove_listed(connection: asyncpg.Connection, processes: Sequence[str]) -> None:
    """Take what processes consisted of out of the view."""
    for table in ("listed", "handle"):
        await connection.execute(
            f"DELETE FROM {table} WHERE process_id = ANY($1::text[])", processes
        )


async def put_scores(connection: asyncpg.Connection, rows: Sequence[ScoreRow]) -> None:
    """Write scores, and beside each process what it is found by."""
    if rows:
        await connection.execute(UPSERT_SCORES, *_columns(rows))
    outcomes = sorted({row.outcome for row in rows if row.outcome is not None})
    await connection.execute(INSERT_OUTCOMES, outcomes)
    shown = [
        (row.subject_id, row.summary, row.band, row.expected, row.flagged)
        for row in rows
        if row.subject_type == "process"
    ]
    if shown:
        await connection.execute(SCORES_ONTO_PROCESSES, *_columns(shown))


async def remove_scores(
    connection: asyncpg.Connection, subjects: Sequence[tuple[str, str]]
) -> None:
    """Take scores out of the view."""
    await connection.execute(DELETE_SCORES, *_columns(subjects) or ([], []))
    processes = [subject_id for subject_type, subject_id in subjects if subject_type == "process"]
    await connection.execute(SCORES_OFF_PROCESSES, processes)


async def put_alerts(connection: asyncpg.Connection, rows: Sequence[AlertRow]) -> None:
    """Write alerts; one that is there already stays as it is."""
    if rows:
        await connection.execute(INSERT_ALERTS, *_columns(rows))


async def put_register_coverage(
    connection: asyncpg.Connection, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Write on which days registers are known."""
    if rows:
        await connection.execute(UPSERT_REGISTER_COVERAGE, *_columns(rows))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
