"""An ingestor for tests: a fresh database with its vault, and files taken in as by the command."""

import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ingestor.intake import Origin
from ingestor.judge import Judge
from ingestor.load import Delivery, Desk, load
from ingestor.raw.cipher import Cipher
from ingestor.reading import FileReader
from ingestor.runs import Run
from ingestor.settings import IngestorSettings
from ingestor.source import Terms, declarations
from shared.clock import FixedClock
from shared.database import Database
from shared.feed import Entry, read
from shared.queue import Bell
from tests.support.postgres import SERVICES, Cluster, opened

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RAW_KEY = "test-only-raw-key-0123456789-0123456789"
PSEUDONYM_KEY = "test-only-pseudonym-key-0123456789-01"
NO_REDIS = "redis://127.0.0.1:1/0"  # nobody rings here: the bell must never matter


@dataclass
class Office:
    """Everything one ingestor has."""

    urls: Mapping[str, str]
    database: Database
    vault: Database
    desk: Desk
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON))

    async def take(
        self,
        content: bytes | Iterable[Any],
        source: str = "test",
        *,
        file: str = "test.jsonl",
        zone: tzinfo = UTC,
        backfill: bool = False,
        announced: int | None = None,
        terms: Terms | None = None,
    ) -> Run:
        """Take in a file; anything but bytes is written as JSON Lines first."""
        raw = content if isinstance(content, bytes) else lines(content)
        judge = Judge(source, file, zone, PSEUDONYM_KEY.encode(), self.desk.cipher)
        reader = FileReader(lambda: BytesIO(raw), judge, announced=announced)
        origin: Origin = "backfill" if backfill else "live"
        delivery = Delivery(source, file, origin, declarations()["ocds_file"], terms or Terms())
        return await load(self.desk, delivery, reader)

    async def feed(self, name: str = "releases", after: int = 0) -> list[Entry]:
        """Read a feed from a number on."""
        entries: list[Entry] = []
        async with self.database.connection() as connection:
            while True:
                page = await read(connection, name, after=after, limit=1000)
                if not page.entries:
                    return entries
                entries += page.entries
                after = page.entries[-1].seq

    async def published(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return what the feed says, by source and ocid."""
        bodies = [json.loads(entry.body) for entry in await self.feed() if not entry.deleted]
        return {(body["source"], body["ocid"]): body for body in bodies}

    async def rows(self, statement: str, *values: Any) -> list[Any]:
        """Ask the ingestor's own tables."""
        async with self.database.connection() as connection:
            return list(await connection.fetch(statement, *values))

    def environment(self) -> dict[str, str]:
        """Return the environment in which the command uses this database."""
        return {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": self.urls["ingestor"],
            "RAW_DATABASE_URL": self.urls["ingestor_raw"],
            "REDIS_URL": NO_REDIS,
            "INTERNAL_KEY": "test-only-internal-key-0123456789-0123",
            "RAW_KEY": RAW_KEY,
            "PSEUDONYM_KEY": PSEUDONYM_KEY,
        }

    def settings(self) -> IngestorSettings:
        """Return the settings of a service on this database."""
        given = {key.lower(): value for key, value in self.environment().items()}
        return IngestorSettings.model_validate(given)


@asynccontextmanager
async def opened_office(cluster: Cluster) -> AsyncIterator[Office]:
    """Lend an ingestor on a fresh database."""
    async with (
        cluster.copy("ingestor", SERVICES["ingestor"]) as name,
        office_on(cluster.urls(name)) as office,
    ):
        yield office


@asynccontextmanager
async def office_on(urls: Mapping[str, str]) -> AsyncIterator[Office]:
    """Lend an ingestor on a database that is there, as one of several services."""
    bell = await Bell.connect(NO_REDIS)
    async with opened(urls["ingestor"]) as database, opened(urls["ingestor_raw"]) as vault:
        clock = FixedClock(NOON)
        desk = Desk(database, bell, Cipher(RAW_KEY), clock, timedelta(days=365), vault)
        yield Office(urls, database, vault, desk, clock)
    await bell.close()


def lines(things: Iterable[Any]) -> bytes:
    """Write JSON Lines; bytes stay as they are."""
    written = (
        thing if isinstance(thing, bytes) else json.dumps(thing, ensure_ascii=False).encode()
        for thing in things
    )
    return b"".join(line + b"\n" for line in written)


def release(ocid: str = "ocds-t-1", number: int = 1, **more: Any) -> dict[str, Any]:
    """Build a dull release: the first is of the first of March, the second of the second…"""
    return {
        "ocid": ocid,
        "id": f"{ocid}-{number}",
        "date": f"2026-03-{number:02}T09:00:00Z",
        "tag": ["tender"],
        "buyer": {"id": "KZ-BIN-971240001315", "name": "ГУ «Отдел строительства»"},
        "tender": {"id": "t", "title": "Жол жөндеу"},
        **more,
    }


def real_files() -> Sequence[Path]:
    """Return the real releases beside the repository; skips, saying so, where they are absent."""
    folder = Path(__file__).parents[2].parent / "shared" / "data" / "ocds"
    files = sorted(folder.glob("*.jsonl.gz"))
    if not files:
        pytest.skip(f"the real releases are not at {folder}")
    return files
