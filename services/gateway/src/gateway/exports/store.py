"""What is kept of exports, as their organisation reads it."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from gateway.exports.documents import Export, ExportFile, Manifest, Terms
from gateway.exports.fields import FIELDS
from gateway.exports.formats import FORMATS
from gateway.exports.parts import PART
from gateway.texts import NOTICE
from gateway.who.organisations import new_id
from shared.contracts.sources import Source
from shared.database import Database
from shared.errors import NotFound

_COLUMNS: Final = """id, what, format, filter, state, fault, rows, as_of, seq, method_versions,
    created_at, finished_at, expires_at, revision, partner"""
LIST: Final = f"""
    SELECT {_COLUMNS} FROM export WHERE organisation_id = $1
      AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::text))
    ORDER BY created_at DESC, id DESC LIMIT $4
"""
_ONE: Final = f"SELECT {_COLUMNS} FROM export WHERE organisation_id = $1 AND id = $2"
_ADD: Final = """
    INSERT INTO export (id, organisation_id, what, format, filter, created_at, partner)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_CANCEL: Final = """
    UPDATE export SET state = 'cancelled', revision = revision + 1
    WHERE id = $1 AND state IN ('waiting', 'done')
"""
_FILES: Final = """
    SELECT name, media_type, size, sha256 FROM export_file WHERE export_id = $1 ORDER BY name
"""
_PART: Final = "SELECT body FROM export_part WHERE export_id = $1 AND name = $2 AND number = $3"
_SOURCES: Final = "SELECT body FROM source ORDER BY id"

_source = msgspec.json.Decoder(Source).decode


async def add(
    connection: asyncpg.Connection,
    organisation: str | None,
    wanted: tuple[str, str, Mapping[str, Any]],
    *,
    partner: bool,
    now: datetime,
) -> str:
    """Write down that a list is wanted (what, in which format, by which filter); return its id.

    `partner`: with the lines that only partners read.
    """
    name = new_id("exp")
    what, form, asked = wanted
    asked_for = msgspec.json.encode(asked)
    await connection.execute(_ADD, name, organisation, what, form, asked_for, now, partner)
    return name


async def one(
    connection: asyncpg.Connection, organisation: str | None, name: str
) -> asyncpg.Record:
    """Return an export of an organisation. Raises NotFound, also for another's."""
    row = await connection.fetchrow(_ONE, organisation, name)
    if row is None:
        raise NotFound("Your organisation has no such export.")
    return row


async def cancel(connection: asyncpg.Connection, organisation: str | None, name: str) -> None:
    """End an export and drop its files. Raises NotFound."""
    await one(connection, organisation, name)
    await connection.execute(_CANCEL, name)
    for table in ("export_part", "export_file"):
        await connection.execute(f"DELETE FROM {table} WHERE export_id = $1", name)


def document(row: Mapping[str, Any]) -> Export:
    """Return an export as it is told."""
    links = {"self": f"/v1/exports/{row['id']}"}
    if row["state"] == "done":
        links["manifest"] = f"/v1/exports/{row['id']}/manifest"
    told = {name: row[name] for name in Export.__struct_fields__ if name not in {"filter", "links"}}
    return Export(**told, filter=msgspec.json.decode(row["filter"]), links=links)


async def manifest(connection: asyncpg.Connection, row: Mapping[str, Any]) -> Manifest:
    """Return what an export that is done has made."""
    name = row["id"]
    files = await connection.fetch(_FILES, name)
    return Manifest(
        export=name,
        what=row["what"],
        format=row["format"],
        filter=msgspec.json.decode(row["filter"]),
        rows=row["rows"],
        as_of=row["as_of"],
        seq=row["seq"],
        method_versions=row["method_versions"],
        licences=terms(await sources(connection)),
        files=[
            ExportFile(**each, link=f"/v1/exports/{name}/files/{each['name']}") for each in files
        ],
        fields=list(FIELDS[row["what"]]),
        notice=NOTICE,
    )


async def sources(connection: asyncpg.Connection) -> list[Source]:
    """Return whose data the view holds."""
    return [_source(each["body"]) for each in await connection.fetch(_SOURCES)]


def terms(known: Iterable[Source]) -> list[Terms]:
    """Return on which terms sources publish."""
    return [Terms(each.id, each.licence, each.attribution) for each in known]


def file_name(what: str, form: str) -> str:
    """Return what the file of an export is called."""
    return f"{what}.{FORMATS[form].suffix}"


async def file(connection: asyncpg.Connection, export: str, name: str) -> asyncpg.Record:
    """Return what is known of a file. Raises NotFound."""
    for each in await connection.fetch(_FILES, export):
        if each["name"] == name:
            return each
    raise NotFound("This export has no such file, or has it no longer.")


async def parts(
    database: Database, export: str, name: str, first: int, last: int
) -> AsyncIterator[bytes]:
    """Read the bytes of a file from `first` up to and with `last`, a part at a time.

    No connection is held while the caller takes them in. Raises NotFound if it goes meanwhile.
    """
    for number in range(first // PART, last // PART + 1):
        async with database.connection() as connection:
            body = await connection.fetchval(_PART, export, name, number)
        if body is None:
            raise NotFound("The file is gone.")
        begins = number * PART
        yield body[max(0, first - begins) : last + 1 - begins]
