"""Back-tests as rows: asked for, begun, ended. A worker that dies leaves its row to the next one.

Who works on a back-test holds an advisory lock of its own PostgreSQL session, which ends with the
process however that ends; a row that says `running` and is not locked is begun again.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import asyncpg
import msgspec

from scoring.drafts.store import FEED, MOST_ATTEMPTS
from shared.contracts.drafts import DraftEvent
from shared.feed import Change, publish_events

_LOCK_SPACE: Final = 7_231_952
MOST_WAITING: Final = 20
"""Back-tests of one organisation that may wait at one time."""


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The question of a back-test: which days, how large a sample, and what is known to be true."""

    first: date | None = None
    last: date | None = None
    sample: int = 20
    truth: dict[str, bool] | None = None


async def ask(
    connection: asyncpg.Connection,
    draft: str,
    version: int,
    asked: Asked,
    now: datetime,
    *,
    cause: str = "asked",
) -> str:
    """Write a back-test down, to be done; return its id."""
    identifier = f"bkt_{secrets.token_hex(13)}"
    await connection.execute(
        "INSERT INTO back_test (id, draft, version, cause, state, asked, attempts, asked_at) "
        "VALUES ($1, $2, $3, $4, 'queued', $5, 0, $6)",
        identifier,
        draft,
        version,
        cause,
        msgspec.json.encode(asked),
        now,
    )
    return identifier


async def waiting_of(connection: asyncpg.Connection, organisation: str) -> int:
    """Count the back-tests of an organisation that are not yet ended."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM back_test b JOIN draft d ON d.id = b.draft "
        "WHERE d.organisation = $1 AND b.state IN ('queued', 'running') AND b.cause = 'asked'",
        organisation,
    )
    return count


async def take(connection: asyncpg.Connection, now: datetime) -> asyncpg.Record | None:
    """Take the next back-test that nobody works on, and hold it by a lock of this session.

    What was asked for goes before monitoring. One that was begun too often is ended.
    """
    rows = await connection.fetch(
        "SELECT id FROM back_test WHERE state IN ('queued', 'running') "
        "ORDER BY cause <> 'asked', asked_at, id LIMIT 100"
    )
    for row in rows:
        if not await connection.fetchval(_TRY, _LOCK_SPACE, row["id"]):
            continue
        taken = await connection.fetchrow(_BEGIN, row["id"], now, MOST_ATTEMPTS)
        if taken is not None and taken["attempts"] <= MOST_ATTEMPTS:
            return taken
        if taken is not None:
            await finish(connection, row["id"], "failed", now, reason=_TOO_OFTEN)
        await release(connection, row["id"])
    return None


async def release(connection: asyncpg.Connection, identifier: str) -> None:
    """Give a back-test back."""
    await connection.fetchval(_UNLOCK, _LOCK_SPACE, identifier)


async def finish(
    connection: asyncpg.Connection,
    identifier: str,
    state: str,
    now: datetime,
    *,
    result: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Write down how a back-test ended, and tell the organisation that owns its draft."""
    async with connection.transaction():
        row = await connection.fetchrow(
            _FINISH,
            identifier,
            state,
            now,
            msgspec.json.encode(result) if result is not None else None,
            reason,
        )
        event = DraftEvent(
            organisation=row["organisation"],
            draft=row["draft"],
            code=row["code"],
            version=row["version"],
            what=state,
            state=row["draft_state"],
            at=now.isoformat(),
            back_test=identifier,
        )
        change = Change(f"back_test/{identifier}", msgspec.json.encode(event))
        await publish_events(connection, FEED, [change])


async def find(connection: asyncpg.Connection, identifier: str) -> asyncpg.Record | None:
    """Return a back-test with the draft it belongs to."""
    return await connection.fetchrow(
        "SELECT b.*, d.organisation, d.state AS draft_state, d.code FROM back_test b "
        "JOIN draft d ON d.id = b.draft WHERE b.id = $1",
        identifier,
    )


async def of_draft(connection: asyncpg.Connection, draft: str) -> Sequence[asyncpg.Record]:
    """Return the newest back-tests of a draft, without their results."""
    found: Sequence[asyncpg.Record] = await connection.fetch(
        "SELECT id, version, cause, state, asked_at, ended_at FROM back_test WHERE draft = $1 "
        "ORDER BY asked_at DESC, id LIMIT 50",
        draft,
    )
    return found


async def last_monitored(connection: asyncpg.Connection, draft: str) -> asyncpg.Record | None:
    """Return the newest round of monitoring of a draft's present version."""
    return await connection.fetchrow(
        "SELECT b.* FROM back_test b JOIN draft d ON d.id = b.draft AND d.version = b.version "
        "WHERE b.draft = $1 AND b.cause = 'monitor' ORDER BY b.asked_at DESC LIMIT 1",
        draft,
    )


async def demand_monitoring(
    connection: asyncpg.Connection, now: datetime, every: float, seq: int
) -> int:
    """Ask for a round of every draft on watch whose facts have moved, or who had none yet."""
    due = await connection.fetch(_DUE, now, every, seq)
    for row in due:
        asked = Asked(first=row["monitored_since"].date())
        await ask(connection, row["id"], row["version"], asked, now, cause="monitor")
    await connection.execute(_FORGET_ROUNDS)
    return len(due)


_TRY: Final = "SELECT pg_try_advisory_lock($1, hashtext($2))"
_UNLOCK: Final = "SELECT pg_advisory_unlock($1, hashtext($2))"

_FINISH: Final = """
UPDATE back_test SET state = $2, ended_at = $3, result = $4, reason = $5
FROM draft WHERE back_test.id = $1 AND draft.id = back_test.draft
RETURNING back_test.draft, back_test.version, draft.organisation, draft.code,
          draft.state AS draft_state
"""
_BEGIN: Final = """
UPDATE back_test SET
  state = 'running', attempts = attempts + 1,
  started_at = CASE WHEN attempts < $3 THEN $2::timestamptz ELSE started_at END
WHERE id = $1 AND state IN ('queued', 'running') RETURNING *"""
_TOO_OFTEN: Final = "it was begun three times and never ended"

_DUE: Final = """
SELECT d.id, d.version, d.monitored_since FROM draft d LEFT JOIN LATERAL (
  SELECT b.state, b.asked_at, b.result FROM back_test b
  WHERE b.draft = d.id AND b.version = d.version AND b.cause = 'monitor'
  ORDER BY b.asked_at DESC LIMIT 1) last ON true
WHERE d.state IN ('monitor', 'proposed') AND (last.state IS NULL
  OR (last.state NOT IN ('queued', 'running')
    AND last.asked_at < $1::timestamptz - make_interval(secs => $2)
    AND coalesce((convert_from(last.result, 'UTF8')::jsonb ->> 'facts_seq')::bigint, -1) <> $3))
ORDER BY d.id LIMIT 100"""

_FORGET_ROUNDS: Final = """
DELETE FROM back_test b WHERE b.cause = 'monitor' AND b.state NOT IN ('queued', 'running')
  AND EXISTS (SELECT FROM back_test n WHERE n.draft = b.draft AND n.cause = 'monitor'
    AND n.state = 'done' AND n.asked_at > b.asked_at)"""
