"""The service itself: who passes its door, what it migrates, what its roles may read."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest
from fastapi.routing import APIRoute

from shared import migrations
from shared.contracts.casework import OPERATIONS
from tests.cases.office import AIDA, Office, problem
from tests.support.postgres import SERVICES, Cluster


@pytest.mark.check("A5", tier=1, limit="all refused")
async def test_only_a_token_for_cases_passes_and_only_with_the_scope_of_the_operation(
    office: Office,
) -> None:
    nobody = await office.client.get("/internal/meta/workflows")
    scopeless = replace(AIDA, scopes=frozenset())
    scoped = next(
        one
        for one in OPERATIONS.values()
        if one.scope is not None and one.method == "GET" and "{" not in one.path
    )

    assert problem(nobody) == (401, "unauthenticated")
    assert (await office.get("/meta/workflows", scopeless)).status_code == 200
    assert problem(await office.get(scoped.path, scopeless)) == (403, "scope_missing")


async def test_every_operation_that_is_declared_is_served_under_its_address(office: Office) -> None:
    served = {
        (method, route.path, route.name)
        for route in office.app.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }

    for operation in OPERATIONS.values():
        assert (operation.method, f"/internal{operation.path}", operation.name) in served


async def test_the_tables_are_those_that_are_declared(cluster: Cluster) -> None:
    async with cluster.copy("cases", SERVICES["cases"]) as name:
        for package, role in SERVICES["cases"]:
            await asyncio.to_thread(migrations.check, cluster.url(role, name), package)


async def test_the_role_of_cases_cannot_look_into_the_vault(cluster: Cluster) -> None:
    async with cluster.copy("cases", SERVICES["cases"]) as name:
        for role in ("cases", "gateway", "scoring", "ingestor"):
            connection = await asyncpg.connect(cluster.url(role, name))
            try:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.fetch("SELECT * FROM cases_vault.alembic_version")
            finally:
                await connection.close()
