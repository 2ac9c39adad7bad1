"""The data map against the database and the code: no table, right or promise is left out."""

import ast
import re
from pathlib import Path

import asyncpg

from cases.__main__ import COMMANDS as CASES
from cases.leaving.declared import ENDINGS
from deploy import data_map
from deploy.local.place import ROOT
from shared.provision import APPENDS_TO, ROLES
from tests.support.postgres import PLATFORM, Cluster

TABLES = """
    SELECT schemaname AS schema, tablename AS name FROM pg_tables
    WHERE schemaname = ANY($1::text[])
"""
RIGHTS = """
    SELECT DISTINCT table_schema AS schema, grantee, privilege_type AS right
    FROM information_schema.role_table_grants
    WHERE table_schema = ANY($1::text[]) AND grantee <> table_schema
"""
NAMED = re.compile(r'Periodic\(\s*"([a-z_-]+)"')
LOOPS = {"gateway/dispatcher", "gateway/exports"}
"""Processes of their own, which forget by themselves."""


async def test_every_table_has_its_line_and_no_role_has_a_right_that_is_not_told(
    cluster: Cluster, admin_database_url: str
) -> None:
    async with cluster.copy("platform", PLATFORM) as name:
        admin = await asyncpg.connect(f"{admin_database_url.rpartition('/')[0]}/{name}")
        try:
            tables = {tuple(row) for row in await admin.fetch(TABLES, list(ROLES))}
            rights = {tuple(row) for row in await admin.fetch(RIGHTS, list(ROLES))}
        finally:
            await admin.close()

    assert {(role, table) for role, said in data_map.lines().items() for table in said} == tables
    assert rights == {(owner, role, "INSERT") for role, owner in APPENDS_TO.items()}


def test_what_is_kept_for_a_time_is_ended_by_a_job_that_is_there_and_tested() -> None:
    jobs = {f"{service}/{name}" for service in _services() for name in _jobs(service)}
    for schema, tables in data_map.declared().items():
        for table, line in tables.items():
            where = f"{schema}.{table}"
            timed = re.search(r"\b(day|days|minutes|RETENTION)\b", line.kept)
            assert bool(line.jobs or line.commands) == bool(line.test) == bool(line.ends), where
            assert set(line.commands) <= {f"cases/{name}" for name in CASES}, where
            assert line.jobs or not timed or "with the day" in line.kept, f"{where} has no job"
            assert set(line.jobs) <= jobs | LOOPS, where
            assert line.test is None or _is_test(line.test), f"{where}: {line.test}"


def test_what_a_deleted_organisation_owned_says_what_ends_it() -> None:
    told = {
        table
        for table, line in data_map.declared()["cases"].items()
        if "cases/organisation" in line.commands
    }
    assert told == set(ENDINGS)


def _services() -> list[str]:
    return [path.name for path in (ROOT / "services").iterdir() if path.is_dir()]


def _jobs(service: str) -> set[str]:
    sources = (ROOT / "services" / service / "src").rglob("*.py")
    return {name for path in sources for name in NAMED.findall(path.read_text("utf-8"))}


def _is_test(node: str) -> bool:
    path, _, name = node.partition("::")
    tree = ast.parse(Path(ROOT / path).read_text("utf-8"))
    found = {
        one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return name in found
