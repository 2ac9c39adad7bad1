"""Where scores, alerts, populations and the state of judging lie, and how they are written.

Every function runs in the caller's transaction, so that findings, scores, alerts, the feeds and
the place in the feed of releases become visible together or not at all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import asyncpg

from shared import deadletters
from shared.deadletters import DeadLetter


@dataclass(frozen=True, slots=True)
class State:
    """How far judging has come, and by what it judges."""

    scored_seq: int
    epoch: str | None
    alerts_since: datetime | None
    method: str | None
    population_version: int
    compared_seq: int
    compared_at: datetime | None
    registers_seq: int
    registers_epoch: str | None
    compared_registers: int
    compared_plans: int


UNKNOWN: Final = State(0, None, None, None, 0, 0, None, 0, None, 0, 0)
"""Before the state has been read."""


class Current(NamedTuple):
    """What must be known of a present score to tell whether a new one differs."""

    digest: bytes
    statuses: str
    band: str | None
    held_band: str | None


class Row(NamedTuple):
    """A score to be written."""

    subject_type: str
    subject_id: str
    valid_from: datetime
    document: bytes
    digest: bytes
    statuses: str
    band: str | None
    held_band: str | None
    expected: float
    cause: str
    data_seq: int
    recheck_on: date | None


class AlertRow(NamedTuple):
    """An alert to be kept."""

    id: str
    subject_type: str
    subject_id: str
    band: str
    previous_band: str | None
    indicators: list[str]
    stage: str
    data_seq: int
    raised_at: datetime
    document: bytes


class PopulationRow(NamedTuple):
    """One group of like purchases in one version."""

    indicator: str
    peer: str
    n: int
    q1: float | None
    q3: float | None
    low: float | None
    high: float | None


Tally = Counter[tuple[str, str, str]]
"""Subject type, indicator and status: how many more, or fewer."""


class Superseded(Exception):  # noqa: N818 (it is no error: another engine is at work)
    """The state of judging is not what this engine left: another one has taken over."""


async def state(connection: asyncpg.Connection) -> State:
    """Read how far judging has come."""
    row = await connection.fetchrow(f"SELECT {', '.join(_STATE)} FROM engine")
    return State(**row)


async def claim(connection: asyncpg.Connection, known: State) -> None:
    """Lock the state until the transaction ends.

    Raises Superseded when it is not the one known: what was worked out is then worth nothing.
    """
    row = await connection.fetchrow(f"SELECT {', '.join(_STATE)} FROM engine FOR UPDATE")
    if State(**row) != known:
        raise Superseded


async def advance(connection: asyncpg.Connection, changes: Mapping[str, Any]) -> None:
    """Store a new state; `changes` names columns of table engine."""
    names = ", ".join(f"{name} = ${n}" for n, name in enumerate(changes, 1))
    await connection.execute(f"UPDATE engine SET {names}", *changes.values())


async def current_scores(
    connection: asyncpg.Connection, subject_type: str, subject_ids: Sequence[str]
) -> dict[str, Current]:
    """Read the present scores of some subjects by id."""
    rows = await connection.fetch(_CURRENT, subject_type, list(subject_ids))
    return {row[0]: Current(*row[1:]) for row in rows}


async def documents(
    connection: asyncpg.Connection, subject_type: str, subject_ids: Sequence[str]
) -> dict[str, bytes]:
    """Read the present score documents of some subjects by id."""
    rows = await connection.fetch(_DOCUMENTS, subject_type, list(subject_ids))
    return {row[0]: bytes(row[1]) for row in rows}


async def scored_subjects(connection: asyncpg.Connection, subject_type: str) -> set[str]:
    """Name all subjects of a type that have a score."""
    statement = "SELECT subject_id FROM score WHERE subject_type = $1"
    return {row[0] for row in await connection.fetch(statement, subject_type)}


async def put_scores(
    connection: asyncpg.Connection, rows: Sequence[Row], superseded: Sequence[str]
) -> None:
    """Write scores of one subject type; those that take the place of another keep it as past."""
    if not rows:
        return
    if superseded:
        await connection.execute(
            _END_SCORES, rows[0].subject_type, list(superseded), rows[0].valid_from, "score"
        )
    await connection.copy_records_to_table("score", records=rows, columns=Row._fields)


async def end_scores(
    connection: asyncpg.Connection, subject_type: str, subject_ids: Sequence[str], now: datetime
) -> None:
    """Move the scores of withdrawn subjects to the past."""
    await connection.execute(_END_SCORES, subject_type, list(subject_ids), now, "withdrawn")


async def count(connection: asyncpg.Connection, tally: Tally) -> None:
    """Add differences to the tally of results."""
    changed = [(*key, n) for key, n in sorted(tally.items()) if n]
    if changed:
        await connection.execute(_COUNT, *(list(column) for column in zip(*changed, strict=True)))


async def tally(connection: asyncpg.Connection) -> Tally:
    """Read how many subjects have which result."""
    rows = await connection.fetch("SELECT subject_type, indicator, status, n FROM tally")
    return Counter({(row[0], row[1], row[2]): row[3] for row in rows})


async def put_alerts(connection: asyncpg.Connection, alerts: Iterable[AlertRow]) -> None:
    """Keep alerts as they were raised; one that is there already stays as it is."""
    await connection.executemany(_PUT_ALERT, list(alerts))


async def demand(connection: asyncpg.Connection, cause: str, subject_ids: Sequence[str]) -> None:
    """Ask for some processes to be judged anew; a process already waiting keeps its cause."""
    await connection.execute(_DEMAND, list(subject_ids), cause)


async def owe(connection: asyncpg.Connection, subject_ids: Sequence[str]) -> None:
    """Ask for processes with new data to be judged by all indicators; no other cause hides it."""
    await connection.execute(_OWE, list(subject_ids))


async def due_among_waiting(connection: asyncpg.Connection, day: date) -> dict[str, str]:
    """Name the processes whose day has come and that wait for a cause that raises no alert."""
    return {row[0]: row[1] for row in await connection.fetch(_DUE_AMONG_WAITING, day)}


async def demand_due(connection: asyncpg.Connection, day: date) -> bool:
    """Ask for the processes whose day has come to be judged anew; say whether there are any."""
    rows = await connection.fetch(_DEMAND_DUE, day)
    return bool(rows)


async def demand_all(connection: asyncpg.Connection, cause: str) -> None:
    """Ask for every process to be judged anew."""
    await connection.execute(_DEMAND_ALL, cause)


async def demanded(connection: asyncpg.Connection, limit: int) -> dict[str, str]:
    """Name some processes that wait to be judged anew, and why."""
    rows = await connection.fetch("SELECT subject_id, cause FROM rejudge LIMIT $1", limit)
    return {row[0]: row[1] for row in rows}


async def demanded_among(
    connection: asyncpg.Connection, subject_ids: Sequence[str]
) -> dict[str, str]:
    """Name those of some processes that wait to be judged anew for another cause than new data."""
    rows = await connection.fetch(_DEMANDED_AMONG, list(subject_ids))
    return {row[0]: row[1] for row in rows}


async def settle(connection: asyncpg.Connection, subject_ids: Sequence[str]) -> None:
    """Take processes off the list of those to be judged anew."""
    await connection.execute(
        "DELETE FROM rejudge WHERE subject_id = ANY($1::text[])", list(subject_ids)
    )


async def letters_to_replay(connection: asyncpg.Connection, feed: str) -> list[DeadLetter]:
    """Read the oldest dead letters of a feed that somebody asked to be taken in again.

    What was asked for and is no longer there is forgotten.
    """
    await connection.execute("DELETE FROM replay WHERE id NOT IN (SELECT id FROM dead_letter)")
    wanted = [row[0] for row in await connection.fetch(_TO_REPLAY, feed)]
    return await deadletters.some(connection, wanted) if wanted else []


async def ask_for_replay(connection: asyncpg.Connection, letter_ids: Sequence[int]) -> None:
    """Ask the engine to take in dead letters again."""
    await connection.execute(
        "INSERT INTO replay (id) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING",
        list(letter_ids),
    )


async def replayed(connection: asyncpg.Connection, letter_ids: Sequence[int]) -> None:
    """Note that the dead letters asked for were tried again."""
    await connection.execute("DELETE FROM replay WHERE id = ANY($1::bigint[])", list(letter_ids))


async def populations(connection: asyncpg.Connection, version: int) -> list[PopulationRow]:
    """Read the groups of a version."""
    columns = ", ".join(PopulationRow._fields)
    statement = f"SELECT {columns} FROM population WHERE version = $1 ORDER BY indicator, peer"
    return [PopulationRow(*row) for row in await connection.fetch(statement, version)]


async def base_rates(connection: asyncpg.Connection, version: int) -> dict[tuple[str, str], float]:
    """Read the base rates of a version by subject type and indicator."""
    statement = "SELECT subject_type, indicator, rate FROM base_rate WHERE version = $1"
    return {(row[0], row[1]): row[2] for row in await connection.fetch(statement, version)}


async def put_populations(
    connection: asyncpg.Connection,
    version: int,
    rows: Iterable[PopulationRow],
    rates: Mapping[tuple[str, str], float],
) -> None:
    """Keep the groups and base rates of a new version."""
    await connection.copy_records_to_table(
        "population",
        records=[(version, *row) for row in rows],
        columns=("version", *PopulationRow._fields),
    )
    await connection.copy_records_to_table(
        "base_rate",
        records=[(version, *key, rate) for key, rate in rates.items()],
        columns=("version", "subject_type", "indicator", "rate"),
    )


async def flagged_parties(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Read the open flags of buyers and suppliers."""
    found: list[asyncpg.Record] = await connection.fetch(_FLAGGED_PARTIES)
    return found


async def document_at(
    connection: asyncpg.Connection, subject_type: str, subject_id: str, moment: datetime | None
) -> bytes | None:
    """Return the score document that was valid at a moment, or is now; None where none was."""
    if moment is None:
        found = await connection.fetchval(_DOCUMENT_NOW, subject_type, subject_id)
    else:
        found = await connection.fetchval(_DOCUMENT_AT, subject_type, subject_id, moment)
    return None if found is None else bytes(found)


_STATE: Final = tuple(State.__dataclass_fields__)

_CURRENT: Final = """
    SELECT subject_id, digest, statuses, band, held_band
    FROM score WHERE subject_type = $1 AND subject_id = ANY($2::text[])
"""

_DOCUMENTS: Final = """
    SELECT subject_id, document FROM score
    WHERE subject_type = $1 AND subject_id = ANY($2::text[])
"""

_END_SCORES: Final = f"""
    WITH ended AS (
        DELETE FROM score WHERE subject_type = $1 AND subject_id = ANY($2::text[]) RETURNING *
    )
    INSERT INTO score_past ({", ".join(Row._fields)}, valid_to, ended_by)
    SELECT {", ".join(Row._fields)}, $3, $4 FROM ended
"""

_COUNT: Final = """
    INSERT INTO tally (subject_type, indicator, status, n)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    ON CONFLICT (subject_type, indicator, status) DO UPDATE SET n = tally.n + excluded.n
"""

_PUT_ALERT: Final = f"""
    INSERT INTO alert ({", ".join(AlertRow._fields)})
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING
"""

_BEFORE_OTHERS: Final = """
    ON CONFLICT (subject_id) DO UPDATE SET cause = excluded.cause
    WHERE excluded.cause IN ('data', 'clock') AND rejudge.cause NOT IN ('data', 'clock')
"""
"""What may raise an alert takes the place of what may not, or the alert would be lost."""

_DEMAND: Final = f"""
    INSERT INTO rejudge (subject_id, cause) SELECT unnest($1::text[]), $2 {_BEFORE_OTHERS}
"""

_OWE: Final = """
    INSERT INTO rejudge (subject_id, cause) SELECT unnest($1::text[]), 'data'
    ON CONFLICT (subject_id) DO UPDATE SET cause = excluded.cause
"""

_TO_REPLAY: Final = f"""
    SELECT id FROM replay JOIN dead_letter USING (id)
    WHERE feed = $1 ORDER BY id LIMIT {deadletters.MOST_LISTED}
"""

_DEMANDED_AMONG: Final = """
    SELECT subject_id, cause FROM rejudge
    WHERE subject_id = ANY($1::text[]) AND cause <> 'data'
"""

_DEMAND_ALL: Final = f"""
    INSERT INTO rejudge (subject_id, cause)
    SELECT subject_id, $1 FROM score WHERE subject_type = 'process' {_BEFORE_OTHERS}
"""

_DUE_AMONG_WAITING: Final = """
    SELECT subject_id, rejudge.cause FROM rejudge JOIN score USING (subject_id)
    WHERE subject_type = 'process' AND recheck_on <= $1 AND rejudge.cause NOT IN ('data', 'clock')
"""

_DEMAND_DUE: Final = f"""
    WITH due AS (
        SELECT subject_id FROM score WHERE subject_type = 'process' AND recheck_on <= $1
    ), asked AS (
        INSERT INTO rejudge (subject_id, cause) SELECT subject_id, 'clock' FROM due
        {_BEFORE_OTHERS}
    )
    SELECT FROM due LIMIT 1
"""

_FLAGGED_PARTIES: Final = """
    SELECT subject_type, subject_id, indicator, value, threshold
    FROM finding WHERE closed_at IS NULL AND status = 'flagged' AND subject_type <> 'process'
"""

_DOCUMENT_NOW: Final = """
    SELECT document FROM score WHERE subject_type = $1 AND subject_id = $2
"""

_DOCUMENT_AT: Final = """
    SELECT document FROM score
    WHERE subject_type = $1 AND subject_id = $2 AND valid_from <= $3
    UNION ALL
    SELECT document FROM score_past
    WHERE subject_type = $1 AND subject_id = $2 AND valid_from <= $3 AND valid_to > $3
"""
