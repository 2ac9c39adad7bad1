"""An engine with judged purchases, the API of drafts beside it, and the worker that tries them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from scoring.app import application
from scoring.drafts import checks, store
from scoring.drafts.lending import lend, wanted
from scoring.drafts.worker import Trier
from scoring.indicator import Indicator
from scoring.settings import Settings
from shared.security import Caller, InternalAuth
from tests.scoring.drafts.documents import document
from tests.scoring.office import NO_REDIS, Office
from tests.scoring.releases import release, suspicious
from tests.support.feeds import KEY

SCOPES = frozenset({"drafts:read", "drafts:write"})
APPROVING = frozenset({"drafts:read", "drafts:approve"})

AIDA = Caller("own_a", "mem_aida", "editor", None, SCOPES)
BOLAT = Caller("own_a", "mem_bolat", "editor", None, SCOPES)
SECOND = Caller("own_b", "mem_second", "admin", None, APPROVING)
STRANGER = Caller("own_c", "mem_other", "editor", None, SCOPES)


class Bureau:
    """What partners do with drafts, and the worker's hands."""

    def __init__(self, office: Office, client: httpx.AsyncClient, settings: Settings) -> None:
        self.office = office
        self.client = client
        self.settings = settings
        self.trier = Trier(settings, office.scoring, office.clock)

    def auth(self, caller: Caller) -> InternalAuth:
        return InternalAuth(
            caller, issuer="gateway", audience="scoring", key=KEY, clock=self.office.clock
        )

    async def post(
        self, path: str, body: Any, caller: Caller = AIDA, key: str | None = None
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key or uuid4().hex, "Content-Type": "application/json"}
        content = json.dumps(body)
        return await self.client.post(
            f"/internal{path}", content=content, headers=headers, auth=self.auth(caller)
        )

    async def get(self, path: str, caller: Caller = AIDA) -> httpx.Response:
        return await self.client.get(f"/internal{path}", auth=self.auth(caller))

    async def draft(self, caller: Caller = AIDA, **changes: Any) -> str:
        """Put a good document in as a draft, its examples taken for granted; return the id."""
        read = checks.read(json.dumps(document(**changes)).encode())
        assert isinstance(read, Indicator)
        assert checks.flaws(read) == []
        async with self.office.scoring.transaction() as connection:
            now = self.office.clock.now()
            kept = checks.canonical(read)
            return await store.add(connection, read.code, kept, caller, now)

    async def step(
        self, draft: str, step: str, caller: Caller = AIDA, reason: str | None = None
    ) -> httpx.Response:
        body = {"step": step} | ({"reason": reason} if reason else {})
        return await self.post(f"/indicator-drafts/{draft}/steps", body, caller)

    async def tried(self, draft: str, **asked: Any) -> dict[str, Any]:
        """Ask for a back-test and do it."""
        answer = await self.post(f"/indicator-drafts/{draft}/back-tests", asked)
        assert answer.status_code == 202, answer.text
        await self.work()
        found = await self.get(f"/back-tests/{answer.json()['id']}")
        document: dict[str, Any] = found.json()
        return document

    async def work(self) -> None:
        """Let the engine lend its facts, as it does between two steps, and the worker work."""
        path = self.settings.facts_path
        wanted(path).touch()
        await lend(self.office.session.facts, path)
        self.trier._borrowed_at = self.office.clock.now()
        await self.trier.work()


@pytest.fixture
async def bureau(
    scoring_office: Office, platform_database_urls: dict[str, str], tmp_path: Path
) -> AsyncIterator[Bureau]:
    """Two purchases: one ordinary, one with a single bid."""
    settings = Settings(
        database_url=platform_database_urls["scoring"],
        redis_url=NO_REDIS,
        internal_key=KEY,
        facts_path=tmp_path / "facts.duckdb",
    )
    await scoring_office.publish(release("ocds-1"), suspicious("ocds-2"))
    await scoring_office.judge()
    app = application(settings, scoring_office.clock)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://scoring") as client,
    ):
        yield Bureau(scoring_office, client, settings)
