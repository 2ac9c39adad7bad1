import hashlib
import json
from typing import Any

import asyncpg

from shared.vocabulary.identifiers import control_digit
from tests.ingestor.office import Office, release


def iin() -> str:
    """Make an IIN of nobody: born on the first of January 1988, with its control digit."""
    for number in range(1000):
        digits = f"8801013{number:04}"
        control = control_digit(digits)
        if control is not None:
            return f"{digits}{control}"
    raise AssertionError


async def everything(connection: asyncpg.Connection, schema: str) -> bytes:
    """Return all that the tables of a schema hold, as text and as bytes."""
    tables = await connection.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = $1", schema
    )
    found = []
    for (table,) in tables:
        for row in await connection.fetch(f'SELECT * FROM {schema}."{table}"'):
            found += [v if isinstance(v, bytes) else str(v).encode() for v in row.values()]
    return b"\n".join(found)


def personal() -> dict[str, Any]:
    number = iin()
    trader = {
        "id": number,
        "name": "ИП Ахметов Серик Болатович",
        "identifier": {"scheme": "KZ-IIN", "id": number},
        "contactPoint": {"name": "Ахметов Серик", "telephone": "+7 701 555 77 99"},
        "address": {"streetAddress": "Абай даңғылы 7-12"},
        "roles": ["supplier"],
    }
    return release(
        parties=[trader],
        awards=[
            {
                "id": "a",
                "title": f"Куплено у {number}",
                "suppliers": [{"id": number, "name": "ИП Ахметов Серик Болатович"}],
            }
        ],
    )


async def test_a_natural_person_appears_in_no_table_but_sealed_in_the_vault(
    office: Office,
) -> None:
    one = personal()
    broken = json.dumps({**personal(), "ocid": None}).encode()
    secrets = [iin(), "Ахметов", "555 77 99", "Абай даңғылы"]

    run = await office.take([one, broken, json.dumps(one).encode()[:-3]])

    assert (run.accepted, run.quarantined) == (1, 2)
    async with office.database.connection() as connection:
        own = await everything(connection, "ingestor")
    async with office.vault.connection() as connection:
        vault = await everything(connection, "ingestor_raw")
    for secret in secrets:
        for written in (secret.encode(), json.dumps(secret).strip('"').encode()):
            assert written not in own
            assert written not in vault
    assert b"prs_" in own


async def test_the_vault_gives_back_exactly_what_was_received_to_who_has_the_key(
    office: Office,
) -> None:
    raw = json.dumps(personal(), ensure_ascii=False).encode()

    await office.take([raw])

    digest = hashlib.sha256(raw).digest()
    async with office.vault.connection() as connection:
        sealed = await connection.fetchval("SELECT content FROM payload WHERE hash = $1", digest)
        expires = await connection.fetchval("SELECT expires_on FROM payload")
    assert office.desk.cipher.open(sealed, digest) == raw
    assert expires.isoformat() == "2027-11-24"
    [record] = await office.rows("SELECT raw_hash FROM source_record")
    assert record["raw_hash"] == digest
