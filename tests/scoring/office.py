"""A scoring engine at work on a real database and real facts, driven step by step."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from scoring.comparison import Comparison
from scoring.engine import step
from scoring.facts import Facts
from scoring.facts_thread import FactsThread
from scoring.indicator import Indicator
from scoring.profiles import Profile
from scoring.session import Session
from shared.clock import FixedClock
from shared.contracts.registers import RegisterRow
from shared.database import Database
from shared.feed import Change, publish_state
from shared.feed.client import FeedClient
from shared.queue import Bell
from tests.scoring import register_lines
from tests.scoring.eleven import eleven, plain
from tests.scoring.releases import NOW, change, purchase_id
from tests.support.feeds import URL, feed_client
from tests.support.postgres import opened

NO_REDIS = "redis://127.0.0.1:1/0"
"""Nobody listens there: the bell is a help, never a need."""


class Office:
    """Publishes releases as the ingestor does, and lets the engine work until it is idle."""

    def __init__(
        self, *, ingestor: Database, scoring: Database, client: FeedClient, folder: Path
    ) -> None:
        self.ingestor = ingestor
        self.scoring = scoring
        self.client = client
        self.folder = folder
        self.clock = FixedClock(NOW)
        self.catalogue: Mapping[str, Indicator] = eleven()
        self.profile: Profile = plain()
        self.drafts: frozenset[str] = frozenset()
        self.alerts_since: datetime | None = None
        self.session: Session
        self.comparison: Comparison

    async def start(self) -> None:
        """Start an engine, as after a crash: only what is stored is known to it."""
        file = self.folder / "facts.duckdb"
        if not file.exists():
            file.write_bytes(_no_facts())
        facts = await asyncio.to_thread(Facts.open, file, threads=1)
        self.session = Session(
            database=self.scoring,
            facts=FactsThread(facts, threads=1),
            client=self.client,
            bell=await Bell.connect(NO_REDIS),
            clock=self.clock,
            catalogue=self.catalogue,
            profile=self.profile,
            folder=self.folder,
            drafts=self.drafts,
        )
        await self.session.start(self.alerts_since)
        self.comparison = Comparison(self.session, every=3600)

    async def stop(self) -> None:
        await self.session.facts.close()

    async def judge_by(self, indicators: dict[str, Indicator]) -> None:
        """Begin again with other indicators."""
        self.catalogue = indicators
        await self.restart()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def publish(self, *releases: dict[str, Any], origin: str = "live") -> None:
        await self.publish_changes([change(one, origin=origin) for one in releases])

    async def withdraw(self, *ocids: str) -> None:
        await self.publish_changes([Change(purchase_id(ocid), None) for ocid in ocids])

    async def publish_changes(self, changes: Sequence[Change], feed: str = "releases") -> None:
        async with self.ingestor.transaction() as connection:
            await publish_state(connection, feed, changes)

    async def publish_registers(self, *rows: RegisterRow | str) -> None:
        await self.publish_changes([register_lines.change(row) for row in rows], "registers")

    async def publish_plans(self, *releases: dict[str, Any]) -> None:
        await self.publish_changes([change(one) for one in releases], "plans")

    async def judge(self) -> None:
        """Take in and judge what was published, as of the clock's day; compare nothing."""
        await self.session.look_at_the_clock()
        while await self.session.take_in() or await self.session.judge_changes():
            pass
        await self.session.finish_rebuild()
        while await self.session.judge_anew():
            pass

    async def work(self) -> None:
        """Work until there is nothing left to do, comparisons included."""
        await self.judge()
        await self.comparison.compare()
        while await step(self.session, self.comparison):
            pass

    async def score(self, ocid: str) -> dict[str, Any] | None:
        return await self.document("process", purchase_id(ocid))

    async def document(self, subject_type: str, subject_id: str) -> dict[str, Any] | None:
        rows = await self.rows(
            "SELECT document FROM score WHERE subject_type = $1 AND subject_id = $2",
            subject_type,
            subject_id,
        )
        return msgspec.json.decode(rows[0]["document"]) if rows else None

    async def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        async with self.scoring.connection() as connection:
            return [dict(row) for row in await connection.fetch(statement, *values)]

    async def findings(self, *, still_open: bool = True) -> list[dict[str, Any]]:
        condition = "WHERE closed_at IS NULL" if still_open else ""
        return await self.rows(
            f"SELECT * FROM finding {condition} ORDER BY subject_type, subject_id, indicator, id"
        )

    async def alerts(self) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM alert ORDER BY raised_at, id")


@asynccontextmanager
async def office(urls: Mapping[str, str], folder: Path) -> AsyncIterator[Office]:
    """Lend an office with its engine started."""
    async with (
        opened(urls["ingestor"]) as ingestor,
        opened(urls["scoring"]) as scoring,
        feed_client(ingestor, "releases", "plans", "registers") as client,
    ):
        found = Office(
            ingestor=ingestor, scoring=scoring, client=FeedClient(URL, client), folder=folder
        )
        await found.start()
        try:
            yield found
        finally:
            await found.stop()


@cache
def _no_facts() -> bytes:
    """A file of facts as it is when it has just been made."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "facts.duckdb"
        Facts.open(file, threads=1).close()
        return file.read_bytes()


def statuses(document: dict[str, Any] | None) -> dict[str, str]:
    """The own results of a score document by indicator."""
    assert document is not None
    lines = document["indicators"]
    return {line["code"]: line["status"] for line in lines if line["context"] is None}
