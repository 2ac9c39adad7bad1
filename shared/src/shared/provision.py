"""One schema and one login role for each service, and no way from one to another.

Run by whoever administers PostgreSQL, before the services migrate their own schemas; running it
again changes nothing but passwords. `python -m shared.provision` reads ADMIN_DATABASE_URL and, for
each role, `<ROLE>_DATABASE_URL` (each also as a file named by `<NAME>_FILE`): the password and the
database of a role are those in its own address.

The vault of raw payloads belongs to a role of its own. The ingestor may add to its tables and
cannot read them: no SELECT, hence no RETURNING and no ON CONFLICT with named columns there.
"""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import asyncpg

from shared.database import plain_url

ROLES: Final = ("ingestor", "ingestor_raw", "scoring", "cases", "cases_vault", "gateway")
"""Each is a login role and the schema it owns."""

APPENDS_TO: Final = {"ingestor": "ingestor_raw"}
"""Which role may insert, and only insert, into whose tables."""

EXTENSIONS: Final = {"gateway": ("pg_trgm",)}
"""Trusted extensions, by the schema they are installed in: search inside titles."""

_LOCK: Final = 7_231_944
"""An advisory lock: roles belong to the whole server, two runs at once would collide."""


async def provision(
    admin_url: str, passwords: Mapping[str, str], *, database: str | None = None
) -> None:
    """Create the roles with these passwords, and their schemas in `database`.

    `database` is made if it is not there; without it the admin's own is meant. Raises KeyError for
    a role nobody knows, and what PostgreSQL says when the admin lacks the right.
    """
    unknown = set(passwords) - set(ROLES)
    if unknown:
        raise KeyError(f"no such role: {', '.join(sorted(unknown))}")
    admin = await asyncpg.connect(plain_url(admin_url))
    try:
        await admin.execute("SELECT pg_advisory_lock($1::bigint)", _LOCK)
        for role, password in passwords.items():
            await _create_role(admin, role, password)
        target = database or await admin.fetchval("SELECT current_database()")
        await _create_database(admin, target)
        inside = await asyncpg.connect(plain_url(admin_url), database=target)
        try:
            async with inside.transaction():
                await _create_schemas(inside, target, list(passwords))
        finally:
            await inside.close()
    finally:
        await admin.close()


async def _create_role(admin: asyncpg.Connection, role: str, password: str) -> None:
    exists = await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
    await admin.execute(
        f"{'ALTER' if exists else 'CREATE'} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
        f" NOINHERIT NOREPLICATION PASSWORD {await _quoted(admin, password)}"
    )
    await admin.execute(f"ALTER ROLE {role} SET search_path = {role}")


async def _create_database(admin: asyncpg.Connection, name: str) -> None:
    if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
        quoted = await admin.fetchval("SELECT quote_ident($1)", name)
        await admin.execute(f"CREATE DATABASE {quoted}")


async def _create_schemas(admin: asyncpg.Connection, database: str, roles: list[str]) -> None:
    quoted = await admin.fetchval("SELECT quote_ident($1)", database)
    await admin.execute(f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC")
    await admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for role in roles:
        await admin.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {quoted} TO {role}")
        await admin.execute(f"CREATE SCHEMA IF NOT EXISTS {role} AUTHORIZATION {role}")
        for extension in EXTENSIONS.get(role, ()):
            await admin.execute(f"CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA {role}")
    for role, owner in APPENDS_TO.items():
        if role in roles and owner in roles:
            await _allow_appending(admin, role, owner)


async def _allow_appending(admin: asyncpg.Connection, role: str, owner: str) -> None:
    await admin.execute(f"GRANT USAGE ON SCHEMA {owner} TO {role}")
    await admin.execute(f"GRANT INSERT ON ALL TABLES IN SCHEMA {owner} TO {role}")
    await admin.execute(
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {owner}"
        f" GRANT INSERT ON TABLES TO {role}"
    )


async def _quoted(admin: asyncpg.Connection, value: str) -> str:
    """A literal, quoted by PostgreSQL itself: statements about roles take no parameters."""
    literal: str = await admin.fetchval("SELECT quote_literal($1)", value)
    return literal


def _variable(name: str) -> str:
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text("utf-8").strip()
    if value := os.environ.get(name):
        return value
    raise SystemExit(f"{name} (or {name}_FILE) is not set")


def main() -> None:
    """Provision what the environment describes."""
    addresses = {role: urlsplit(_variable(f"{role.upper()}_DATABASE_URL")) for role in ROLES}
    databases = {address.path.lstrip("/") for address in addresses.values()}
    if len(databases) != 1:
        raise SystemExit(f"the services' addresses name different databases: {sorted(databases)}")
    passwords = {role: unquote(address.password or "") for role, address in addresses.items()}
    database = unquote(databases.pop())
    asyncio.run(provision(_variable("ADMIN_DATABASE_URL"), passwords, database=database))


if __name__ == "__main__":
    main()
