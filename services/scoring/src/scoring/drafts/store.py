"""Where drafts, their steps and back-tests lie. Every function runs in the caller's transaction."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg
import msgspec

from scoring.drafts.life import APPROVE, DRAFT, LIVE, PROPOSED, RETIRED, Standing
from shared.contracts.drafts import DraftEvent
from shared.feed import Change, publish_events
from shared.security import Caller

MOST_ATTEMPTS: Final = 3
"""Times that a back-test is begun: one that takes its worker along is not begun for ever."""

FEED: Final = "drafts"
"""Where the gateway reads what became of drafts, for the organisations that own them."""

_ID_BYTES: Final = 13


class Taken(NamedTuple):
    """A step that was taken: from where to where, with which version, and why."""

    step: str
    before: str | None
    after: str
    version: int
    reason: str | None = None


def digest(document: bytes) -> str:
    """Name the version of a document, as `Indicator.version` does."""
    return hashlib.sha256(document).hexdigest()[:12]


async def find(connection: asyncpg.Connection, draft: str) -> asyncpg.Record | None:
    """Return a draft with the document of its present version, locked until the end."""
    return await connection.fetchrow(
        "SELECT d.*, v.document, v.digest FROM draft d JOIN draft_version v "
        "ON v.draft = d.id AND v.version = d.version WHERE d.id = $1 FOR UPDATE OF d",
        draft,
    )


async def find_by_code(
    connection: asyncpg.Connection, organisation: str, code: str
) -> asyncpg.Record | None:
    """Return an organisation's draft of a code, unless it is retired."""
    return await connection.fetchrow(
        "SELECT d.*, v.digest FROM draft d JOIN draft_version v "
        "ON v.draft = d.id AND v.version = d.version "
        "WHERE d.organisation = $1 AND d.code = $2 AND d.state <> $3 FOR UPDATE OF d",
        organisation,
        code,
        RETIRED,
    )


async def listed(
    connection: asyncpg.Connection,
    caller: Caller,
    *,
    states: Sequence[str],
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[asyncpg.Record]:
    """Return the drafts that a caller may know of, the newest first."""
    found: Sequence[asyncpg.Record] = await connection.fetch(
        _LISTED,
        caller.organisation,
        APPROVE in caller.scopes,
        [PROPOSED, LIVE],
        list(states),
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return found


async def add(
    connection: asyncpg.Connection, code: str, document: bytes, caller: Caller, now: datetime
) -> str:
    """Write a new draft down and return its id."""
    draft = f"drf_{secrets.token_hex(_ID_BYTES)}"
    await connection.execute(
        "INSERT INTO draft (id, code, organisation, state, version, created_at, updated_at) "
        "VALUES ($1, $2, $3, 'draft', 1, $4, $4)",
        draft,
        code,
        caller.organisation,
        now,
    )
    await _add_version(connection, (draft, 1), document, caller, now)
    await note(connection, draft, Taken("create", None, DRAFT, 1), caller, now)
    return draft


async def revise(
    connection: asyncpg.Connection,
    draft: asyncpg.Record,
    document: bytes,
    caller: Caller,
    now: datetime,
) -> None:
    """Write a new version down; the draft begins its way again."""
    version = draft["version"] + 1
    await _add_version(connection, (draft["id"], version), document, caller, now)
    await connection.execute(
        "UPDATE draft SET state = 'draft', version = $2, updated_at = $3, monitored_since = NULL, "
        "proposed_by = NULL WHERE id = $1",
        draft["id"],
        version,
        now,
    )
    taken = Taken("revise", draft["state"], DRAFT, version)
    await note(connection, draft["id"], taken, caller, now)


async def move(
    connection: asyncpg.Connection, draft: asyncpg.Record, state: str, caller: Caller, now: datetime
) -> None:
    """Put a draft into another state."""
    await connection.execute(
        _MOVE,
        draft["id"],
        state,
        now,
        caller.member,
    )


async def note(
    connection: asyncpg.Connection, draft: str, taken: Taken, caller: Caller, now: datetime
) -> None:
    """Write a step down, in the history of the draft, and tell the organisation that owns it."""
    number = await connection.fetchval(
        "INSERT INTO draft_step (draft, at, step, before, after, version, organisation, member, "
        "reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        draft,
        now,
        taken.step,
        taken.before,
        taken.after,
        taken.version,
        caller.organisation,
        caller.member,
        taken.reason,
    )
    row = await connection.fetchrow("SELECT organisation, code FROM draft WHERE id = $1", draft)
    event = DraftEvent(
        organisation=row["organisation"],
        draft=draft,
        code=row["code"],
        version=taken.version,
        what=taken.step,
        state=taken.after,
        at=now.isoformat(),
    )
    change = Change(f"draft_step/{number}", msgspec.json.encode(event))
    await publish_events(connection, FEED, [change])


async def standing(
    connection: asyncpg.Connection, draft: asyncpg.Record, *, taken: bool
) -> Standing:
    """Gather what a step is decided by; `taken`: whether the catalogue has the code."""
    authors = await connection.fetch(
        "SELECT DISTINCT member FROM draft_version WHERE draft = $1", draft["id"]
    )
    cost = await connection.fetchval(_COST, draft["id"], draft["version"])
    live = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM draft WHERE code = $1 AND state = 'live' AND id <> $2)",
        draft["code"],
        draft["id"],
    )
    return Standing(
        state=draft["state"],
        organisation=draft["organisation"],
        authors=[row["member"] for row in authors],
        proposer=draft["proposed_by"],
        cost=cost,
        code_taken=taken or live,
    )


async def history(connection: asyncpg.Connection, draft: str) -> Sequence[asyncpg.Record]:
    """Return the steps of a draft, the first one first."""
    sql = "SELECT * FROM draft_step WHERE draft = $1 ORDER BY id"
    found: Sequence[asyncpg.Record] = await connection.fetch(sql, draft)
    return found


async def versions(connection: asyncpg.Connection, draft: str) -> Sequence[asyncpg.Record]:
    """Return the versions of a draft, the first one first."""
    found: Sequence[asyncpg.Record] = await connection.fetch(
        "SELECT version, digest, member, created_at FROM draft_version WHERE draft = $1 "
        "ORDER BY version",
        draft,
    )
    return found


async def _add_version(
    connection: asyncpg.Connection,
    named: tuple[str, int],
    document: bytes,
    caller: Caller,
    now: datetime,
) -> None:
    await connection.execute(
        "INSERT INTO draft_version (draft, version, document, digest, member, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        *named,
        document,
        digest(document),
        caller.member,
        now,
    )


_COST: Final = """
SELECT (convert_from(result, 'UTF8')::jsonb #>> '{cost,query_cpu_seconds}')::float8 FROM back_test
WHERE draft = $1 AND version = $2 AND state = 'done' ORDER BY ended_at DESC LIMIT 1"""

_MOVE: Final = """
UPDATE draft SET state = $2::text, updated_at = $3::timestamptz,
  monitored_since = CASE WHEN $2::text = 'monitor' THEN coalesce(monitored_since, $3::timestamptz)
    ELSE monitored_since END,
  proposed_by = CASE WHEN $2::text = 'proposed' THEN $4::text ELSE proposed_by END
WHERE id = $1"""

_LISTED: Final = """
SELECT d.*, v.digest, v.document FROM draft d
JOIN draft_version v ON v.draft = d.id AND v.version = d.version
WHERE (d.organisation = $1 OR ($2 AND d.state = ANY($3)))
  AND (cardinality($4::text[]) = 0 OR d.state = ANY($4))
  AND ($5::timestamptz IS NULL OR (d.updated_at, d.id) < ($5, $6))
ORDER BY d.updated_at DESC, d.id DESC LIMIT $7"""
