"""Evidence in the database: who may see a piece, and the line that every touch leaves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import asyncpg

from cases.casefile.store import Seen, found
from shared.errors import NotFound, RoleMissing
from shared.security import Caller

PART: Final = "evidence"


class Piece(NamedTuple):
    """A piece of evidence, and the case it belongs to as its reader sees it."""

    row: Mapping[str, Any]
    case: Seen

    @property
    def own(self) -> bool:
        """Whether the reader is of the organisation whose case it is."""
        return self.case.access == "own"


async def case_with_evidence(
    connection: asyncpg.Connection, case: str, caller: Caller, now: datetime
) -> Seen:
    """Return a case whose evidence the caller may see. Raises NotFound, RoleMissing."""
    seen = await found(connection, case, caller, now)
    if PART not in seen.parts:
        raise RoleMissing("The evidence of this case is not shared with you.")
    return seen


async def piece(connection: asyncpg.Connection, id_: str, caller: Caller, now: datetime) -> Piece:
    """Return a piece of evidence that the caller may see. Raises NotFound for any other."""
    row = await connection.fetchrow("SELECT * FROM evidence WHERE id = $1", id_)
    if row is not None:
        seen = await found(connection, row["case_id"], caller, now)
        if PART in seen.parts:
            return Piece(row, seen)
    raise NotFound("There is no piece of evidence under this id.")


async def of_case(
    connection: asyncpg.Connection, case: str, after: tuple[datetime, str] | None, limit: int
) -> Sequence[asyncpg.Record]:
    """List the evidence of a case, the newest first."""
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        _OF_CASE, case, *(after or (None, None)), limit
    )
    return rows


async def touch(
    connection: asyncpg.Connection,
    evidence: str,
    caller: Caller,
    now: datetime,
    *touches: tuple[str, bytes, str],
) -> None:
    """Write down what was done: what, the SHA-256 of what it was done to, and the result."""
    what, digests, results = zip(*touches, strict=True)
    await connection.execute(
        _TOUCH, evidence, now, caller.organisation, caller.member, what, digests, results
    )


async def named(connection: asyncpg.Connection, *digests: bytes) -> None:
    """Let nobody remove files until the transaction ends that names them."""
    await connection.execute(_NAMED, list(digests))


async def alone(
    connection: asyncpg.Connection, digest: bytes, where: str, organisation: str
) -> bool:
    """Say whether only evidence that is to be deleted names a file, and let nobody name it now."""
    await connection.execute(_LEFT, digest)
    named_by = "SELECT FROM evidence WHERE $2 IN (sha256, cleaned_sha256)"
    others = f"SELECT EXISTS ({named_by} AND NOT ({where}))"
    return not await connection.fetchval(others, organisation, digest)


async def custody(
    connection: asyncpg.Connection, evidence: str, after: int, limit: int
) -> Sequence[asyncpg.Record]:
    """List what was done with a piece of evidence, the first first."""
    rows: Sequence[asyncpg.Record] = await connection.fetch(_CUSTODY, evidence, after, limit)
    return rows


_OF_CASE: Final = """
    SELECT * FROM evidence
    WHERE case_id = $1 AND ($2::timestamptz IS NULL OR (added_at, id) < ($2, $3::text))
    ORDER BY added_at DESC, id DESC LIMIT $4
"""

_TOUCH: Final = """
    INSERT INTO custody (evidence_id, at, what, organisation, member, sha256, result)
    SELECT $1, $2, what, $3, $4, sha256, result
    FROM unnest($5::text[], $6::bytea[], $7::text[]) AS touched (what, sha256, result)
"""

_LOCK: Final = "hashtextextended(encode(digest, 'hex'), 0)"
_NAMED: Final = f"""
    SELECT pg_advisory_xact_lock_shared({_LOCK}) FROM unnest($1::bytea[]) AS digest ORDER BY digest
"""
_LEFT: Final = f"SELECT pg_advisory_xact_lock({_LOCK}) FROM (VALUES ($1::bytea)) AS one (digest)"

_CUSTODY: Final = """
    SELECT id, at, what, organisation, member, sha256, result FROM custody
    WHERE evidence_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""
