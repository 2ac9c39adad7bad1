"""A running service of cases on databases of its own, and the people who call it."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg
import httpx
from fastapi import FastAPI
from msgspec import convert
from msgspec.structs import fields

from cases.app import application
from cases.settings import Settings
from gateway.keys import SCOPES
from shared.clock import Clock
from shared.contracts.casework import OPERATIONS
from shared.database import Database
from shared.security import Caller, InternalAuth
from tests.support.postgres import SERVICES, Cluster

NOW: Final = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""A Monday morning in Astana: nine o'clock."""

ALL: Final = frozenset(SCOPES)


def caller(
    member: str | None = "mem_aida",
    organisation: str = "own_a",
    role: str = "editor",
    **more: Any,
) -> Caller:
    """Somebody of an organisation; with every scope, so that roles decide."""
    known = {"region": None, "scopes": ALL, "kind": "partner"}
    return Caller(organisation, member, role, **{**known, **more})


AIDA: Final = caller()
BOLAT: Final = caller("mem_bolat", role="admin")
MONITOR: Final = caller("mem_marat", role="monitor")
READER: Final = caller("mem_reader", role="reader")
STRANGER: Final = caller("mem_other", "own_b")
OFFICER: Final = caller("mem_officer", "own_audit", "officer", kind="authority")


@dataclass
class HandClock(Clock):
    """A clock that stands until it is moved."""

    moment: datetime = field(default=NOW)

    def now(self) -> datetime:
        return self.moment


@dataclass
class Office:
    """The service, its database, and how it is asked."""

    app: FastAPI
    database: Database
    settings: Settings
    clock: HandClock
    client: httpx.AsyncClient

    async def get(self, path: str, who: Caller = AIDA, **asked: Any) -> httpx.Response:
        answer = await self.client.get(f"/internal{path}", params=asked, auth=self._auth(who))
        return _as_declared("GET", path, answer)

    async def post(
        self,
        path: str,
        body: Any = None,
        who: Caller = AIDA,
        *,
        seen: int | str | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        """Send a command; `seen` is the revision (or ETag) it is made on."""
        return await self.send("POST", path, body, who, seen=seen, key=key)

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        who: Caller = AIDA,
        *,
        seen: int | str | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key or uuid4().hex} if method == "POST" else {}
        if seen is not None:
            headers["If-Match"] = seen if isinstance(seen, str) else f'"{seen}"'
        more = {} if body is None else {"json": body}
        answer = await self.client.request(
            method, f"/internal{path}", headers=headers, auth=self._auth(who), **more
        )
        return _as_declared(method, path, answer)

    async def told(self) -> list[dict[str, Any]]:
        """What the feed of events tells the gateway, in order."""
        async with self.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT convert_from(body, 'UTF8')::jsonb AS body FROM feed_event"
                " WHERE feed = 'case_events' ORDER BY seq"
            )
        return [json.loads(row["body"]) for row in rows]

    @asynccontextmanager
    async def tables(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection as the role of the service."""
        async with self.database.transaction() as connection:
            yield connection

    def _auth(self, who: Caller) -> InternalAuth:
        key = self.settings.internal_key
        return InternalAuth(who, issuer="gateway", audience="cases", key=key, clock=self.clock)


@asynccontextmanager
async def opened_office(cluster: Cluster, folder: Path, **told: Any) -> AsyncIterator[Office]:
    """Lend a fresh service, which may be told more than where it keeps its things."""
    async with cluster.copy("cases", SERVICES["cases"]) as name:
        settings = Settings(
            database_url=cluster.url("cases", name),
            vault_database_url=cluster.url("cases_vault", name),
            redis_url="redis://127.0.0.1:1/0",
            internal_key="i" * 32,
            receipt_key="r" * 32,
            **{"evidence_path": folder / "evidence", **told},
        )
        clock = HandClock()
        app = application(settings, clock)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://cases") as client,
        ):
            yield Office(app, app.state.desk.database, settings, clock, client)


def _as_declared(method: str, path: str, answer: httpx.Response) -> httpx.Response:
    """Return an answer, which is what its operation declares if it is no refusal."""
    for operation in OPERATIONS.values():
        pattern = re.sub(r"{[a-z_]+}", "[^/:]+", operation.path)
        if operation.method != method or not re.fullmatch(pattern, path) or answer.is_error:
            continue
        assert answer.status_code in {200, operation.status}, path
        if operation.answer is None:
            continue
        known = {field.encode_name for field in fields(operation.answer)}
        found = answer.json()["data"] if operation.listed else [answer.json()]
        for each in found:
            convert(each, operation.answer)
            assert each.keys() <= known, f"{operation.name} answers with what is not declared"
    return answer


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return answer.status_code, answer.json()["code"]
