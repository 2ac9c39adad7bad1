"""Databases for tests: every test gets fresh ones, migrated, each opened as its service's own role.

One PostgreSQL per test process, started when the first test asks for it. With TEST_DATABASE_URL,
an administrator's address, that server is used instead; the roles on it get passwords of tests.
Each set of schemas is migrated once, into a template that the tests' databases are copies of.
"""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from deploy.servers import Postgres
from shared.database import Database
from shared.migrations import upgrade
from shared.provision import ROLES, provision
from tests.support.servers import running

PASSWORDS = {role: f"test-only-{role}" for role in ROLES}

Step = tuple[str, str]
"""A package to migrate, and the schema and role it is migrated as."""

SERVICES: dict[str, Sequence[Step]] = {
    "ingestor": [("ingestor", "ingestor"), ("ingestor.raw", "ingestor_raw")],
    "scoring": [("scoring", "scoring")],
    "cases": [("cases.vault", "cases_vault"), ("cases", "cases")],
    "gateway": [("gateway", "gateway")],
}
PLATFORM = [step for steps in SERVICES.values() for step in steps]
KERNEL = [("tests.support.kernel", role) for role in ("ingestor", "scoring", "gateway")]


class Cluster:
    """A PostgreSQL server, and the templates made on it so far."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url
        self._templates: dict[str, str] = {}
        self._admin: asyncpg.Connection | None = None
        self._names = (f"qadaga_test_{os.getpid()}_{number}" for number in itertools.count())

    def url(self, role: str, database: str) -> str:
        """The address of a database for one role."""
        host = urlsplit(self.admin_url).netloc.rpartition("@")[2]
        return urlunsplit(
            ("postgresql", f"{role}:{PASSWORDS[role]}@{host}", f"/{database}", "", "")
        )

    def urls(self, database: str) -> dict[str, str]:
        """The addresses of a database for every role."""
        return {role: self.url(role, database) for role in ROLES}

    @asynccontextmanager
    async def copy(self, name: str, steps: Sequence[Step]) -> AsyncIterator[str]:
        """Lend a fresh database in which these steps were migrated; `name` names the template."""
        if name not in self._templates:
            self._templates[name] = await self._template(steps)
        database = next(self._names)
        template = self._templates[name]
        # Files are copied for half the price of logging every page of them.
        await self._administer(f"CREATE DATABASE {database} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield database
        finally:
            await self._drop(database)

    async def close(self) -> None:
        """Drop the templates."""
        for database in self._templates.values():
            await self._drop(database)
        if self._admin is not None:
            await self._admin.close()

    async def _template(self, steps: Sequence[Step]) -> str:
        database = next(self._names)
        await provision(self.admin_url, PASSWORDS, database=database)
        for package, role in steps:
            await asyncio.to_thread(upgrade, self.url(role, database), package, schema=role)
        return database

    async def _drop(self, database: str) -> None:
        await self._administer(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    async def _administer(self, statement: str) -> None:
        if self._admin is None or self._admin.is_closed():
            self._admin = await asyncpg.connect(self.admin_url)
        await self._admin.execute(statement)


@asynccontextmanager
async def opened(url: str, application: str = "test") -> AsyncIterator[Database]:
    """Lend a database that is open."""
    database = Database(url, application=application)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture(scope="session")
def admin_database_url() -> Iterator[str]:
    """The address of the server's administrator."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with running(Postgres) as server:
        assert isinstance(server.server, Postgres)
        yield server.server.admin_url()


@pytest.fixture(scope="session")
async def cluster(admin_database_url: str) -> AsyncIterator[Cluster]:
    """The server that this test process uses."""
    cluster = Cluster(admin_database_url)
    yield cluster
    await cluster.close()


@pytest.fixture
async def platform_database_urls(cluster: Cluster) -> AsyncIterator[dict[str, str]]:
    """A fresh database with all services migrated: its address for each role."""
    async with cluster.copy("platform", PLATFORM) as database:
        yield cluster.urls(database)


@asynccontextmanager
async def _service(cluster: Cluster, service: str) -> AsyncIterator[Database]:
    async with (
        cluster.copy(service, SERVICES[service]) as name,
        opened(cluster.url(service, name)) as database,
    ):
        yield database


@pytest.fixture
async def ingestor_database(cluster: Cluster) -> AsyncIterator[Database]:
    """A fresh database of the ingestor and its vault, opened as role ingestor."""
    async with _service(cluster, "ingestor") as database:
        yield database


@pytest.fixture
async def scoring_database(cluster: Cluster) -> AsyncIterator[Database]:
    """A fresh database of scoring, opened as its role."""
    async with _service(cluster, "scoring") as database:
        yield database


@pytest.fixture
async def gateway_database(cluster: Cluster) -> AsyncIterator[Database]:
    """A fresh database of the gateway, opened as its role."""
    async with _service(cluster, "gateway") as database:
        yield database


@pytest.fixture
async def kernel_urls(cluster: Cluster) -> AsyncIterator[dict[str, str]]:
    """A fresh database with the kernel's tables alone in each service's schema."""
    async with cluster.copy("kernel", KERNEL) as database:
        yield cluster.urls(database)


@pytest.fixture
async def producer(kernel_urls: dict[str, str]) -> AsyncIterator[Database]:
    """Who publishes: the kernel's tables, opened as role ingestor."""
    async with opened(kernel_urls["ingestor"]) as database:
        yield database


@pytest.fixture
async def consumer(kernel_urls: dict[str, str]) -> AsyncIterator[Database]:
    """Who reads: the kernel's tables in the same database, opened as role scoring."""
    async with opened(kernel_urls["scoring"]) as database:
        yield database


@pytest.fixture
async def cluster_admin(admin_database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the server's administrator, who may end the sessions of others."""
    connection = await asyncpg.connect(admin_database_url)
    yield connection
    await connection.close()
