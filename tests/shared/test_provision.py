"""Roles and schemas: each service reaches its own tables and no others."""

from collections.abc import Mapping

import asyncpg
import pytest

from shared.provision import ROLES, provision
from tests.support.postgres import PASSWORDS, Cluster

DENIED = asyncpg.InsufficientPrivilegeError


async def _as(urls: Mapping[str, str], role: str, statement: str) -> str | None:
    """Run a statement as a role and return its first value."""
    connection = await asyncpg.connect(urls[role])
    try:
        value: str | None = await connection.fetchval(statement)
        return value
    finally:
        await connection.close()


@pytest.fixture
async def urls(kernel_urls: dict[str, str]) -> dict[str, str]:
    """A database in which the vault has a table, made after the roles were."""
    await _as(kernel_urls, "ingestor_raw", "CREATE TABLE payload (hash text, content text)")
    return kernel_urls


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_finds_itself_in_its_own_schema(urls: dict[str, str], role: str) -> None:
    assert await _as(urls, role, "SELECT current_schema()") == role


@pytest.mark.parametrize(
    ("role", "table"),
    [
        ("ingestor", "scoring.feed_head"),
        ("scoring", "ingestor.feed_state"),
        ("gateway", "scoring.feed_state"),
        ("gateway", "ingestor_raw.payload"),
        ("ingestor_raw", "ingestor.feed_state"),
    ],
)
@pytest.mark.parametrize(
    "statement", ["SELECT count(*) FROM {}", "DELETE FROM {}", "INSERT INTO {} DEFAULT VALUES"]
)
@pytest.mark.check("A6", tier=1, limit="all denied")
async def test_no_role_touches_the_tables_of_another(
    urls: dict[str, str], role: str, table: str, statement: str
) -> None:
    with pytest.raises(DENIED):
        await _as(urls, role, statement.format(table))


async def test_the_ingestor_adds_to_the_vault(urls: dict[str, str]) -> None:
    await _as(urls, "ingestor", "INSERT INTO ingestor_raw.payload VALUES ('a', 'b')")

    assert await _as(urls, "ingestor_raw", "SELECT content FROM payload") == "b"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT content FROM ingestor_raw.payload",
        "INSERT INTO ingestor_raw.payload VALUES ('a', 'b') RETURNING content",
        "UPDATE ingestor_raw.payload SET content = ''",
        "DELETE FROM ingestor_raw.payload",
        "TRUNCATE ingestor_raw.payload",
        "DROP TABLE ingestor_raw.payload",
    ],
)
@pytest.mark.check("A6", tier=1, limit="all denied")
async def test_the_ingestor_neither_reads_nor_changes_the_vault(
    urls: dict[str, str], statement: str
) -> None:
    with pytest.raises(DENIED):
        await _as(urls, "ingestor", statement)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE public.t (a int)", "CREATE ROLE intruder", "CREATE DATABASE intruder"],
)
async def test_no_role_makes_anything_outside_its_schema(
    urls: dict[str, str], role: str, statement: str
) -> None:
    with pytest.raises(DENIED):
        await _as(urls, role, statement)


async def test_provisioning_again_changes_nothing(
    urls: dict[str, str], cluster: Cluster, admin_database_url: str
) -> None:
    await _as(urls, "ingestor", "INSERT INTO ingestor_raw.payload VALUES ('a', 'b')")
    database = urls["ingestor"].rpartition("/")[2]

    await provision(admin_database_url, PASSWORDS, database=database)

    assert await _as(urls, "ingestor_raw", "SELECT content FROM payload") == "b"


async def test_a_role_nobody_knows_is_refused(admin_database_url: str) -> None:
    with pytest.raises(KeyError, match="intruder"):
        await provision(admin_database_url, {"intruder": "x"})
