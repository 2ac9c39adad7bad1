"""Daily checkpoints: how far the audit and the published scores had come, signed and published.

Whoever keeps them can prove later that an entry was cut off the audit, or that a score, and with it
a flag, was changed or removed without a word: each names the one before by its hash, and the list
of all scores by its Merkle root. The lists themselves are kept for a week here, for whoever wants
to keep them longer.
"""

import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import asyncpg
import jwt

from gateway.audit.merkle import Tree
from gateway.who.documents import Checkpoint
from gateway.who.signing import SigningKey, jwk
from gateway.who.tokens import ALGORITHM

TYPE: Final = "checkpoint+jws"
LISTS_KEPT: Final = timedelta(days=7)
LINES_A_PART: Final = 10_000

_SCORES: Final = """
    SELECT subject_type || '/' || subject_id || ' ' || revision || ' '
           || encode(sha256(body), 'hex') AS line
    FROM score ORDER BY subject_type COLLATE "C", subject_id COLLATE "C"
"""
_ADD: Final = """
    INSERT INTO checkpoint (day, made_at, audit_seq, audit_mac, scores, scores_root, kid, signed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
COLUMNS: Final = """
    checkpoint.day, made_at, audit_seq, audit_mac, scores, scores_root, kid, public, signed,
    EXISTS (SELECT FROM checkpoint_part WHERE checkpoint_part.day = checkpoint.day) AS listed
"""
FROM: Final = "FROM checkpoint JOIN signing_key USING (kid)"


async def missing(connection: asyncpg.Connection, *, now: datetime) -> bool:
    """Say whether the checkpoint of today (UTC) is still to be made."""
    return not await connection.fetchval(
        "SELECT true FROM checkpoint WHERE day = $1", now.astimezone(UTC).date()
    )


async def make(
    connection: asyncpg.Connection, key: SigningKey, *, issuer: str, now: datetime
) -> date:
    """Make the checkpoint of today in the transaction of `connection`, which reads one state.

    Raises asyncpg.UniqueViolationError if another has made it meanwhile.
    """
    day = now.astimezone(UTC).date()
    head = await connection.fetchrow("SELECT seq, mac FROM audit_head WHERE id = 1")
    tree, parts = Tree(), []
    async for lines in _parts(connection):
        for line in lines:
            tree.add(line.encode())
        parts.append(gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0))
    before = await connection.fetchval("SELECT signed FROM checkpoint ORDER BY day DESC LIMIT 1")
    content = {
        "iss": issuer,
        "day": day.isoformat(),
        "made_at": now.astimezone(UTC).isoformat(),
        "audit": {"seq": head["seq"], "mac": head["mac"].hex()},
        "scores": {"count": tree.size, "root": tree.root().hex()},
        "before": hashlib.sha256(before.encode()).hexdigest() if before else None,
    }
    signed = _signed(content, key)
    counted = (tree.size, tree.root(), key.kid, signed)
    await connection.execute(_ADD, day, now, head["seq"], head["mac"], *counted)
    await connection.executemany(
        "INSERT INTO checkpoint_part (day, part, body) VALUES ($1, $2, $3)",
        [(day, number, body) for number, body in enumerate(parts)],
    )
    await connection.execute("DELETE FROM checkpoint_part WHERE day < $1", day - LISTS_KEPT)
    return day


def document(row: Mapping[str, Any]) -> Checkpoint:
    """Return a checkpoint as it is served."""
    content = jwt.decode(row["signed"], options={"verify_signature": False})
    at = f"/v1/transparency/checkpoints/{row['day']}/scores"
    return Checkpoint(
        day=row["day"],
        made_at=row["made_at"],
        audit=content["audit"],
        scores=content["scores"],
        before=content["before"],
        kid=row["kid"],
        key=jwk(row["kid"], row["public"]),
        signed=row["signed"],
        list=at if row["listed"] else None,
    )


async def part(connection: asyncpg.Connection, day: date, number: int) -> bytes | None:
    """Return one part of the list of a day; None after the last."""
    body = await connection.fetchval(
        "SELECT body FROM checkpoint_part WHERE day = $1 AND part = $2", day, number
    )
    return None if body is None else gzip.decompress(body)


async def _parts(connection: asyncpg.Connection) -> AsyncIterator[list[str]]:
    cursor = await connection.cursor(_SCORES)
    while rows := await cursor.fetch(LINES_A_PART):
        yield [row["line"] for row in rows]


def _signed(content: Mapping[str, Any], key: SigningKey) -> str:
    if key.private is None:
        raise RuntimeError("the key no longer signs")
    payload = json.dumps(content, separators=(",", ":")).encode()
    header = {"kid": key.kid, "typ": TYPE}
    return jwt.api_jws.encode(payload, key.private, algorithm=ALGORITHM, headers=header)
