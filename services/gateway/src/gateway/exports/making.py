"""Making what was asked for: one export at a time, as one transaction on one state of the view.

Who makes an export holds a lock that ends with its connection. Killed at any moment, it leaves
nothing behind, and the next worker begins anew; so a file is whole or not there.
"""

import asyncio
import hashlib
from datetime import timedelta
from typing import Any, Final

import asyncpg
import msgspec
from msgspec import Struct

from gateway.exports.fields import FIELDS
from gateway.exports.formats import FORMATS
from shared import logs
from shared.clock import Clock
from shared.database import Database, transient

PAGE: Final = 1000
PART: Final = 1024 * 1024
LOOK_EVERY: Final = 2.0
KEPT: Final = timedelta(days=7)
MOST_TRIES: Final = 3
DICTIONARY: Final = "fields.json"

_log = logs.logger(__name__)

_NEXT: Final = """
    SELECT id, what, format, filter FROM export
    WHERE state = 'waiting' ORDER BY created_at, id LIMIT 20
"""
_LOCK: Final = "SELECT pg_try_advisory_lock(hashtextextended('export ' || $1, 0))"
_UNLOCK: Final = "SELECT pg_advisory_unlock(hashtextextended('export ' || $1, 0))"
_BEGIN: Final = """
    UPDATE export SET tries = tries + 1
    WHERE id = $1 AND state = 'waiting' AND tries < $2
    RETURNING id
"""
_DONE: Final = """
    UPDATE export SET state = 'done', rows = $2, as_of = $3, seq = $4, method_versions = $5,
           finished_at = $6, expires_at = $7, revision = revision + 1
    WHERE id = $1 AND state = 'waiting'
"""
_FAILED: Final = """
    UPDATE export SET state = 'failed', fault = $2, finished_at = $3, revision = revision + 1
    WHERE id = $1 AND state = 'waiting'
"""
_EXPIRE: Final = """
    WITH ended AS (
        UPDATE export SET state = 'expired', revision = revision + 1
        WHERE state = 'done' AND expires_at <= $1 RETURNING id
    ), parts AS (
        DELETE FROM export_part WHERE export_id IN (SELECT id FROM ended)
    )
    DELETE FROM export_file WHERE export_id IN (SELECT id FROM ended)
"""


class _Score(Struct):
    method_version: str | None = None


class _Scored(Struct):
    score: _Score | float | None = None  # alerts have the points alone
    method_version: str | None = None


_scored = msgspec.json.Decoder(_Scored).decode


def _version(document: bytes) -> str | None:
    scored = _scored(document)
    return (
        scored.score.method_version if isinstance(scored.score, _Score) else scored.method_version
    )


class Exporter:
    """Makes exports until told to end. `step` is one round."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self) -> None:
        """Make what is asked for, until cancelled."""
        while True:
            try:
                made = await self.step()
            except Exception as fault:  # noqa: BLE001 (whatever it is, it is told)
                if transient(fault):
                    _log.warning("database_away", fault=type(fault).__name__)
                else:  # the view, which is filled beside it, must not stand still for it
                    _log.exception("exports_not_made")
                made = 0
            if not made:
                await asyncio.sleep(LOOK_EVERY)

    async def step(self) -> int:
        """Make the exports that wait and let go of what has expired; return how many were made."""
        async with self._database.connection() as connection:
            await connection.execute(_EXPIRE, self._clock.now())
            waiting = await connection.fetch(_NEXT)
            made = 0
            for job in waiting:
                if await connection.fetchval(_LOCK, job["id"]):
                    try:
                        made += await self._try(connection, job)
                    finally:
                        if not connection.is_closed():
                            await connection.execute(_UNLOCK, job["id"])
        return made

    async def _try(self, connection: asyncpg.Connection, job: asyncpg.Record) -> int:
        if await connection.fetchval(_BEGIN, job["id"], MOST_TRIES) is None:
            ended = f"given up after {MOST_TRIES} tries"
            await connection.execute(_FAILED, job["id"], ended, self._clock.now())
            return 0
        try:
            async with connection.transaction(isolation="repeatable_read"):
                await self._make(connection, job)
        except asyncpg.SerializationError:
            return 0  # it was cancelled meanwhile
        except Exception as fault:
            if transient(fault):
                raise
            _log.exception("export_failed", export=job["id"])
            await connection.execute(_FAILED, job["id"], type(fault).__name__, self._clock.now())
        return 1

    async def _make(self, connection: asyncpg.Connection, job: asyncpg.Record) -> None:
        # The filters come with the framework of the routes: only who exports loads it.
        from gateway.exports.asked import KINDS, question  # noqa: PLC0415

        head = await connection.fetchrow("SELECT seq, changed_at FROM change_head WHERE id = 1")
        kind, form = KINDS[job["what"]], FORMATS[job["format"]]
        asked = question(job["what"], msgspec.json.decode(job["filter"]))
        file = _File(connection, job["id"], f"{job['what']}.{job['format']}", form.media_type)
        await file.write(form.head(job["what"]))
        rows, after, versions = 0, None, set[str]()
        while True:
            documents, after = await kind.find(connection, asked, after, PAGE)
            await file.write(form.page(job["what"], documents))
            rows += len(documents)
            versions |= {version for version in map(_version, documents) if version}
            if after is None:
                break
        await file.end()
        dictionary = _File(connection, job["id"], DICTIONARY, "application/json")
        await dictionary.write(msgspec.json.encode(FIELDS.get(job["what"], ())))
        await dictionary.end()
        now = self._clock.now()
        told = (rows, head["changed_at"], head["seq"], sorted(versions), now, now + KEPT)
        await connection.execute(_DONE, job["id"], *told)


class _File:
    """A file that is being written, a part at a time; no more than a part is held."""

    def __init__(
        self, connection: asyncpg.Connection, export: str, name: str, media_type: str
    ) -> None:
        self._connection = connection
        self._named: tuple[Any, ...] = (export, name)
        self._media_type = media_type
        self._held = bytearray()
        self._hash = hashlib.sha256()
        self._size = self._parts = 0

    async def write(self, body: bytes) -> None:
        self._held += body
        self._hash.update(body)
        self._size += len(body)
        while len(self._held) >= PART:
            await self._keep(bytes(self._held[:PART]))
            del self._held[:PART]

    async def end(self) -> None:
        if self._held:
            await self._keep(bytes(self._held))
        await self._connection.execute(
            "INSERT INTO export_file (export_id, name, media_type, size, sha256)"
            " VALUES ($1, $2, $3, $4, $5)",
            *self._named,
            self._media_type,
            self._size,
            self._hash.hexdigest(),
        )

    async def _keep(self, part: bytes) -> None:
        await self._connection.execute(
            "INSERT INTO export_part (export_id, name, number, body) VALUES ($1, $2, $3, $4)",
            *self._named,
            self._parts,
            part,
        )
        self._parts += 1
