"""Nightly dumps: the whole published view as files, for whoever would else walk every list.

They are exports that nobody in particular asked for, made by the same hands, with what anybody may
read; a dump of an earlier night goes when its time has come.
"""

from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final

import asyncpg
import msgspec

from gateway.exports.documents import Dump, DumpFile
from gateway.exports.store import file_name, sources, terms
from gateway.texts import NOTICE
from gateway.who.organisations import new_id

HERE: Final = timezone(timedelta(hours=5))
"""Kazakhstan's one time zone."""

NIGHT: Final = time(1)
"""From when on a day's dump is made, when little else is asked."""

DUMPED: Final = (
    ("processes", "ocds.gz"),
    *(
        (what, "ndjson.gz")
        for what in ("processes", "lots", "contracts", "scores", "findings", "alerts")
    ),
)
"""What a dump consists of: lists in their formats."""

_ADD: Final = """
    INSERT INTO export (id, what, format, filter, created_at, dump)
    SELECT id, what, format, $4, $5, $6 FROM unnest($1::text[], $2::text[], $3::text[])
        AS wanted (id, what, format)
    ON CONFLICT (dump, what, format) WHERE dump IS NOT NULL DO NOTHING
"""
_DONE: Final = """
    SELECT dump, what, format, rows, as_of, seq, method_versions, finished_at, expires_at,
           name, media_type, size, sha256
    FROM export JOIN export_file ON export_id = export.id
    WHERE dump IS NOT NULL AND state = 'done' ORDER BY dump DESC, what, format, name
"""
_FILE: Final = """
    SELECT export_id, what, media_type, size, sha256
    FROM export JOIN export_file ON export_id = export.id
    WHERE dump = $1 AND state = 'done' AND name = $2
"""


async def ask(connection: asyncpg.Connection, *, now: datetime) -> None:
    """Have the dump of this night made, once, whichever worker is first."""
    here = now.astimezone(HERE)
    if here.time() < NIGHT:
        return
    names = [new_id("exp") for _ in DUMPED]
    whats, formats = zip(*DUMPED, strict=True)
    nothing = msgspec.json.encode({})
    await connection.execute(_ADD, names, whats, formats, nothing, now, here.date())


async def listed(connection: asyncpg.Connection) -> list[Dump]:
    """Return the dumps there are, the newest first, each with the files that are done."""
    by_day: dict[date, list[DumpFile]] = {}
    for row in await connection.fetch(_DONE):
        if row["name"] == file_name(row["what"], row["format"]):
            by_day.setdefault(row["dump"], []).append(_file(row))
    licences = terms(await sources(connection))
    return [Dump(day, files, licences, NOTICE) for day, files in by_day.items()]


async def find(connection: asyncpg.Connection, day: date, name: str) -> asyncpg.Record | None:
    """Return a file of a dump."""
    return await connection.fetchrow(_FILE, day, name)


def _file(row: asyncpg.Record) -> DumpFile:
    told: dict[str, Any] = {
        name: row[name] for name in DumpFile.__struct_fields__ if name not in {"link", "made_at"}
    }
    link = f"/v1/dumps/{row['dump']}/files/{row['name']}"
    return DumpFile(**told, made_at=row["finished_at"], link=link)
