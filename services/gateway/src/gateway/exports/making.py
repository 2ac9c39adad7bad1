"""Making what was asked for: one export at a time, as one transaction on one state of the view.

Who makes an export holds a lock that ends with its connection. Killed at any moment, it leaves
nothing behind, and the next worker begins anew; so a file is whole or not there.
"""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec
from msgspec import Struct

from gateway import usage
from gateway.exports.fields import FIELDS
from gateway.exports.formats import FORMATS, OCDS, About, Writer
from gateway.exports.parts import PART
from gateway.exports.ranges import Ranges
from gateway.exports.store import file_name, sources
from shared import logs
from shared.clock import Clock
from shared.database import Database, transient

PAGE: Final = 1000
LOOK_EVERY: Final = 2.0
KEPT: Final = timedelta(days=7)
DUMP_KEPT: Final = timedelta(days=3)
MOST_TRIES: Final = 3
DICTIONARY: Final = "fields.json"

_log = logs.logger(__name__)

_NEXT: Final = """
    SELECT export.id, what, format, filter, partner, dump, organisation_id, tier
    FROM export LEFT JOIN organisation ON organisation.id = organisation_id
    WHERE state = 'waiting'
    ORDER BY dump IS NOT NULL, export.created_at, export.id LIMIT 20
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
           finished_at = $6, expires_at = $7, alerts = $8::text::int8multirange,
           revision = revision + 1
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
_PATIENT: Final = "SET LOCAL idle_in_transaction_session_timeout = 0"
"""A file is packed at its end, while the transaction it is written in has nothing to do."""


class TooManyRowsError(Exception):
    """More rows than the organisation may still have today."""


class _Score(Struct):
    method_version: str | None = None


class _Scored(Struct):
    score: _Score | float | None = None  # alerts have the points alone
    summary: _Score | None = None
    method_version: str | None = None
    position: int | None = None


_scored = msgspec.json.Decoder(_Scored).decode


def _version(scored: _Scored) -> str | None:
    if isinstance(scored.score, _Score):
        return scored.score.method_version
    return scored.summary.method_version if scored.summary else scored.method_version


class Exporter:
    """Makes exports until told to end. `step` is one round.

    `folder` is where formats are put together that cannot be written from front to back.
    """

    def __init__(
        self, database: Database, clock: Clock, *, folder: Path | None = None, public_url: str = ""
    ) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder or Path(tempfile.gettempdir())
        self._public_url = public_url

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
            with self._place_of(job["id"]) as folder:
                async with connection.transaction(isolation="repeatable_read"):
                    await connection.execute(_PATIENT)
                    await self._make(connection, job, folder)
        except asyncpg.SerializationError:
            return 0  # it was cancelled meanwhile
        except TooManyRowsError:
            spent = usage.QuotaSpent.code
            await connection.execute(_FAILED, job["id"], spent, self._clock.now())
        except Exception as fault:
            if transient(fault):
                raise
            _log.exception("export_failed", export=job["id"])
            await connection.execute(_FAILED, job["id"], type(fault).__name__, self._clock.now())
        return 1

    @contextmanager
    def _place_of(self, export: str) -> Iterator[Path]:
        """Lend a folder of its own; what one who was killed left there goes first."""
        folder = self._folder / f"export-{export}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _make(
        self, connection: asyncpg.Connection, job: asyncpg.Record, folder: Path
    ) -> None:
        head = await connection.fetchrow("SELECT seq, changed_at FROM change_head WHERE id = 1")
        form, name = FORMATS[job["format"]], file_name(job["what"], job["format"])
        uri = f"{self._public_url}/v1/exports/{job['id']}/files/{name}"
        about = About(job["what"], uri, head["changed_at"], await sources(connection), folder)
        file = _File(connection, job["id"], name, form.media_type)
        found = await self._write(connection, job, form.writer(about), file)
        dictionary = _File(connection, job["id"], DICTIONARY, "application/json")
        await dictionary.write(msgspec.json.encode(FIELDS[job["what"]]))
        await dictionary.end()
        await self._charge(job, found.rows)
        now = self._clock.now()
        ends = now + (KEPT if job["dump"] is None else DUMP_KEPT)
        told = (found.rows, head["changed_at"], head["seq"], sorted(found.versions), now, ends)
        await connection.execute(_DONE, job["id"], *told, found.alerts.text())

    async def _write(
        self, connection: asyncpg.Connection, job: asyncpg.Record, writer: Writer, file: "_File"
    ) -> "_Found":
        """Write all pages; what is heavy is done beside the loop, which fills the view as well."""
        # The filters come with the framework of the routes: only who exports loads it.
        from gateway.exports.asked import KINDS, question, releases  # noqa: PLC0415
        from gateway.exports.scored import public_codes  # noqa: PLC0415

        public = None if job["partner"] else await public_codes(connection)
        asked = question(job["what"], msgspec.json.decode(job["filter"]), public=public)
        find = releases if job["format"] in OCDS else KINDS[job["what"]].find
        found, most = _Found(), await self._left(job)
        await file.write(writer.head())
        after = None
        while True:
            documents, after = await find(connection, asked, after, PAGE)
            found.rows += len(documents)
            if find is not releases:
                found.look_at(documents)
            if most is not None and found.rows > most:
                raise TooManyRowsError
            await file.write(await asyncio.to_thread(writer.page, documents))
            if after is None:
                break
        end = writer.end()
        while (piece := await asyncio.to_thread(next, end, None)) is not None:
            await file.write(piece)
        await file.end()
        return found

    async def _left(self, job: asyncpg.Record) -> int | None:
        """Return how many rows an organisation may have today; a dump has as many as there are."""
        if job["organisation_id"] is None:
            return None
        async with self._database.connection() as connection:
            return await usage.left(connection, _account(job), "rows", self._today())

    async def _charge(self, job: asyncpg.Record, rows: int) -> None:
        """Count the rows to the day of the organisation, whatever becomes of the transaction."""
        if job["organisation_id"] is None:
            return
        async with self._database.connection() as connection:
            if not await usage.take(connection, _account(job), "rows", rows, self._today()):
                raise TooManyRowsError

    def _today(self) -> Any:
        return self._clock.now().astimezone(UTC).date()


def _account(job: asyncpg.Record) -> usage.Account:
    return usage.Account(job["organisation_id"], job["tier"])


class _Found:
    """What went into a file: rows, versions of the method, and which alerts."""

    def __init__(self) -> None:
        self.rows = 0
        self.versions = set[str]()
        self.alerts = Ranges()

    def look_at(self, documents: Sequence[bytes]) -> None:
        """Note what a page of a list of ours tells."""
        for scored in map(_scored, documents):
            if version := _version(scored):
                self.versions.add(version)
            if scored.position is not None:
                self.alerts.add(scored.position)


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
