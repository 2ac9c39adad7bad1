"""From the hash of a payload to what was made of it."""

from typing import Any, Final

from ingestor.runs import public_id
from shared.database import Database

RECORDS: Final = "SELECT process, key, date, run FROM source_record WHERE raw_hash = $1 LIMIT 100"

QUARANTINE: Final = "SELECT id FROM quarantine WHERE raw_hash = $1 ORDER BY id LIMIT 100"

HELD: Final = "SELECT size, received_at, expires_on FROM payload WHERE hash = $1"

NOT_HELD: Final = {"size": None, "received_at": None, "expires_on": None}


async def look_up(
    database: Database, vault: Database | None, digest: bytes
) -> dict[str, Any] | None:
    """Return what is known of a payload; None where nothing is.

    Its size and dates are known only where the process may read the vault.
    """
    async with database.connection() as connection:
        records = [dict(row) for row in await connection.fetch(RECORDS, digest)]
        quarantine = [row[0] for row in await connection.fetch(QUARANTINE, digest)]
    held = await _held(vault, digest)
    if not records and not quarantine and held is None:
        return None
    told = [{**row, "run": public_id(row["run"])} for row in records]
    return {
        "hash": digest.hex(),
        "records": told,
        "quarantine": quarantine,
        **(held or NOT_HELD),
    }


async def _held(vault: Database | None, digest: bytes) -> dict[str, Any] | None:
    if vault is None:
        return None
    async with vault.connection() as connection:
        row = await connection.fetchrow(HELD, digest)
    return dict(row) if row else None
