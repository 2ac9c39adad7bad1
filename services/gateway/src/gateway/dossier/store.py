"""Making dossiers and keeping them as they were given."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any, Final

import asyncpg
from msgspec import to_builtins

from gateway.dossier.content import Wanted, content, find
from gateway.dossier.documents import Dossier, DossierFile, FileName
from gateway.dossier.sealing import sealed
from gateway.dossier.sheet import sheet
from gateway.who.doing import Doing
from gateway.who.organisations import new_id
from gateway.who.signing import SigningKey
from shared.database import Database
from shared.errors import NotFound

FILES: Final[Mapping[FileName, tuple[str, str]]] = {
    "dossier.json": ("document", "application/json"),
    "dossier.pdf": ("pdf", "application/pdf"),
}
"""The files of a dossier: in which column each lies, and what it is."""

_COLUMNS: Final = """
    id, process_id AS process, alert_id AS alert, language, flagged, made_at, partner,
    document_sha256, octet_length(document) AS document_size,
    pdf_sha256, octet_length(pdf) AS pdf_size
"""
LIST: Final = f"""
    SELECT {_COLUMNS} FROM dossier WHERE organisation_id = $1
      AND ($2::timestamptz IS NULL OR (made_at, id) < ($2, $3::text))
    ORDER BY made_at DESC, id DESC LIMIT $4
"""
_ONE: Final = f"SELECT {_COLUMNS} FROM dossier WHERE organisation_id = $1 AND id = $2"
_ADD: Final = """
    INSERT INTO dossier (id, organisation_id, process_id, alert_id, language, partner, flagged,
                         made_at, document, document_sha256, pdf, pdf_sha256)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_KEYS: Final = "SELECT kid, public, trusted_until FROM signing_key ORDER BY signs_from, kid"


async def make(
    do: Doing, database: Database, wanted: Wanted, *, key: SigningKey, issuer: str
) -> Dossier:
    """Make a dossier of one state of the view, sign it and keep it. Raises NotFound."""
    from gateway.dossier.pdf import pdf  # noqa: PLC0415 (only who makes one loads the typesetter)

    name, organisation = new_id("dos"), do.actor.organisation
    async with (
        database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = await find(connection, wanted)
    told = content(found, wanted, name=name, issuer=issuer, now=do.now)
    pages = await asyncio.to_thread(pdf, sheet(told))
    file = sealed(to_builtins(told), pages, key)
    await do.connection.execute(
        _ADD,
        name,
        organisation,
        told.purchase.id,
        wanted.alert,
        wanted.language,
        wanted.partner,
        sorted({line.code for line in told.flagged}),
        do.now,
        file,
        hashlib.sha256(file).hexdigest(),
        pages,
        hashlib.sha256(pages).hexdigest(),
    )
    return document(await one(do.connection, organisation, name))


async def one(
    connection: asyncpg.Connection, organisation: str | None, name: str
) -> asyncpg.Record:
    """Return a dossier of an organisation. Raises NotFound, also for another's."""
    row = await connection.fetchrow(_ONE, organisation, name)
    if row is None:
        raise NotFound("Your organisation has no such dossier.")
    return row


async def body(connection: asyncpg.Connection, dossier: str, name: FileName) -> bytes:
    """Return the bytes of a file of a dossier that is there."""
    column, _ = FILES[name]
    found: bytes = await connection.fetchval(f"SELECT {column} FROM dossier WHERE id = $1", dossier)
    return found


def document(row: Mapping[str, Any]) -> Dossier:
    """Return a dossier as it is told."""
    home = f"/v1/dossiers/{row['id']}"
    files = [
        DossierFile(
            name=name,
            media_type=media_type,
            size=row[f"{column}_size"],
            sha256=row[f"{column}_sha256"],
            link=f"{home}/files/{name}",
        )
        for name, (column, media_type) in FILES.items()
    ]
    told = {n: row[n] for n in Dossier.__struct_fields__ if n not in {"files", "links"}}
    links = {"self": home, "process": f"/v1/processes/{row['process']}"}
    return Dossier(**told, files=files, links=links)


async def keys(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Return the public halves of all keys that ever signed, the oldest first."""
    return list(await connection.fetch(_KEYS))
