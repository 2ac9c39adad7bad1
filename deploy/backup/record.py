"""The database as a backup sees it: one snapshot that is counted and dumped, and filled again."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import IO, Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

import asyncpg

from deploy.backup.manifest import RefusedError
from deploy.processes import ROLES
from deploy.servers import postgres_programs

AHEAD: Final = 1_000_000_000
"""How far the number of the view is set forward: beyond every number that a client may hold."""

_TABLES: Final = """
    SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY($1::text[]) ORDER BY 1, 2
"""
_FILES: Final = """
    SELECT encode(sha256, 'hex') FROM cases.evidence
    UNION SELECT encode(cleaned_sha256, 'hex') FROM cases.evidence WHERE cleaned_sha256 IS NOT NULL
"""


class Seen(NamedTuple):
    """What one snapshot of the database holds."""

    tables: dict[str, int]
    steps: dict[str, str]
    audit_head: str
    data_as_of: datetime | None
    files: list[str]
    postgres: int


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[tuple[asyncpg.Connection, str]]:
    """Lend a connection whose view of the data stands still, and the name others see the same by.

    Nobody waits for it: reading takes no lock that a writer wants.
    """
    unhurried = {"idle_in_transaction_session_timeout": "0", "statement_timeout": "0"}
    connection = await asyncpg.connect(url, server_settings=unhurried)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield connection, await connection.fetchval("SELECT pg_export_snapshot()")
    finally:
        await connection.close()


async def look(connection: asyncpg.Connection) -> Seen:
    """Count every table, and note how far the audit and the data reach."""
    tables = await counts(connection)
    head = await connection.fetchrow(
        "SELECT seq, encode(mac, 'hex') AS mac FROM gateway.audit_head"
    )
    as_of = await connection.fetchval("SELECT max(date) FROM gateway.process")
    files = [row[0] for row in await connection.fetch(_FILES)]
    steps = {
        role: await connection.fetchval(f"SELECT version_num FROM {role}.alembic_version")
        for role in ROLES
    }
    version = connection.get_server_version().major
    return Seen(tables, steps, f"{head['seq']}:{head['mac']}", as_of, files, version)


async def counts(connection: asyncpg.Connection) -> dict[str, int]:
    """How many rows every table of ours has."""
    found = await connection.fetch(_TABLES, list(ROLES))
    names = [f"{row['schemaname']}.{row['tablename']}" for row in found]
    return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in names}


async def make_room(url: str) -> None:
    """Take away the empty schemas of a database that is to be filled.

    Raises RefusedError where any of them has a table.
    """
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            if found := await connection.fetch(_TABLES, list(ROLES)):
                raise RefusedError(
                    f"The database is not empty: it has {len(found)} tables of ours."
                )
            for role in ROLES:
                await connection.execute(f"DROP SCHEMA IF EXISTS {role} CASCADE")
    finally:
        await connection.close()


async def begin_anew(url: str) -> None:
    """Let every reader read its feeds from the beginning, and clients ask for all that changed.

    A reader, or a telephone, may have seen numbers that the backup has not: they will be given to
    other things. A new epoch sends readers back to zero; events that were told are not told again.
    """
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            for role in ROLES:
                if await connection.fetchval("SELECT to_regclass($1)", f"{role}.feed_head"):
                    await connection.execute(
                        f"UPDATE {role}.feed_head SET epoch = gen_random_uuid()"
                    )
            await connection.execute("UPDATE gateway.change_head SET seq = seq + $1", AHEAD)
    finally:
        await connection.close()


async def living_keys(url: str) -> list[dict[str, Any]]:
    """The keys that the restored database accepts: some may have been revoked since."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT key.id, organisation.name AS organisation, key.name, key.last_used_at"
            " FROM gateway.api_key AS key"
            " JOIN gateway.organisation ON organisation.id = key.organisation_id"
            " WHERE key.revoked_at IS NULL ORDER BY organisation.name, key.id"
        )
    finally:
        await connection.close()
    return [dict(row) for row in rows]


def dumping(url: str, snapshot: str) -> subprocess.Popen[bytes]:
    """Start `pg_dump` of the database as a snapshot shows it; the dump comes by its output."""
    words = ["--format=custom", f"--snapshot={snapshot}", "--lock-wait-timeout=60000"]
    return _started("pg_dump", url, words, stdout=subprocess.PIPE)


def filling(url: str) -> subprocess.Popen[bytes]:
    """Start `pg_restore` into a database; the dump goes into its input. All of it, or nothing."""
    words = ["--single-transaction", "--exit-on-error", f"--dbname={_database(url)}"]
    return _started("pg_restore", url, words, stdin=subprocess.PIPE)


def ended(process: subprocess.Popen[bytes]) -> None:
    """Wait for one of the two. Raises RefusedError with its last words where it failed.

    They begin with the name of the program.
    """
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read().decode("utf-8", "replace").strip()
    if status := process.wait():
        raise RefusedError(said or f"the program for the record ended with {status}")


def _started(
    program: str,
    url: str,
    words: list[str],
    *,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    # A password on the command line would be readable by every user of the machine.
    told = {**os.environ, **_address(url)}
    command = [_program(program), "--no-password", *words]
    return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=told)


def _program(name: str) -> str:
    """PostgreSQL's own client: of the wheel, or of the system where the wheel is not installed."""
    try:
        return str(postgres_programs() / name)
    except ModuleNotFoundError:
        if found := shutil.which(name):
            return found
        raise RefusedError(
            f"{name} is not installed: neither the extra `local` nor PostgreSQL's."
        ) from None


def _address(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": _database(url),
    }


def _database(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/"))
