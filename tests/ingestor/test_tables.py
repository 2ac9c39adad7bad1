import asyncio

import asyncpg
import pytest

from shared import migrations
from shared.database import Database


async def test_declared_tables_are_the_migrated_tables(
    platform_database_urls: dict[str, str],
) -> None:
    urls = platform_database_urls

    await asyncio.to_thread(migrations.check, urls["ingestor"], "ingestor")
    await asyncio.to_thread(migrations.check, urls["ingestor_raw"], "ingestor.raw")


async def test_the_role_that_loads_can_add_payloads_but_never_read_change_or_delete_them(
    ingestor_database: Database,
) -> None:
    add = """
        INSERT INTO ingestor_raw.payload (hash, size, key_name, content, source, expires_on)
        VALUES ('\\x01', 1, '\\x02', '\\x03', 'test', '2030-01-01') ON CONFLICT DO NOTHING
    """
    forbidden = (
        "SELECT hash FROM ingestor_raw.payload",
        "UPDATE ingestor_raw.payload SET size = 2",
        "DELETE FROM ingestor_raw.payload",
        "TRUNCATE ingestor_raw.payload",
    )
    async with ingestor_database.connection() as connection:
        assert await connection.execute(add) == "INSERT 0 1"
        assert await connection.execute(add) == "INSERT 0 0"
        for statement in forbidden:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_what_records_said_before_the_vault_had_them_moves_there_and_nowhere_else(
    platform_database_urls: dict[str, str],
) -> None:
    urls = platform_database_urls
    await asyncio.to_thread(migrations.downgrade, urls["ingestor"], "ingestor", "0005")
    connection = await asyncpg.connect(urls["ingestor"])
    try:
        await connection.execute(
            "INSERT INTO portal_record (root, id, hash, raw_hash, body, seen_at)"
            " VALUES ('Lots', 7, '\\x01', '\\x02', '\\x0304', now())"
        )
        await asyncio.to_thread(migrations.upgrade, urls["ingestor"], "ingestor")
        kept = await connection.fetchrow("SELECT * FROM portal_record")
    finally:
        await connection.close()
    vault = await asyncpg.connect(urls["ingestor_raw"])
    try:
        (moved,) = await vault.fetch("SELECT root, id, hash, content FROM portal_record")
    finally:
        await vault.close()

    assert (kept["id"], "body" in kept.keys()) == (7, False)  # noqa: SIM118 - a row is no mapping
    assert tuple(moved) == ("Lots", 7, b"\x01", b"\x03\x04")
