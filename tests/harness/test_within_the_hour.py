"""A protocol of results is scored within the hour of its posting, in the country's busiest hour.

The sandbox's clock moves only while somebody waits for the next request, so an hour takes as many
seconds as its requests do. The world is small and its clock goes `FASTER` than the requests are
paced: it posts in an hour of requests a quarter of what the country posts in its busiest one, and a
quarter of the polite rate is left to follow it. What every look costs however little has changed
then weighs four times as much, so the country's own hour is no longer than what is measured here.
What is measured by the clock, the hour that each look reads again, is made longer by as much.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.serve import background
from deploy.sandbox.world import World
from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.opened import connector_of
from ingestor.sources.goszakup.portal.client import Portal
from ingestor.sources.goszakup.portal.token import Token
from ingestor.sources.goszakup.portal.transport import Transport
from ingestor.sources.goszakup.pull.budget import BUSIEST, RESULTS_WITHIN
from ingestor.sources.goszakup.pull.connector import Connector
from ingestor.sources.goszakup.pull.follow import follow
from shared.vocabulary.identifiers import process_id
from tests.ingestor.goszakup_pull.house import last_run
from tests.ingestor.goszakup_pull.standin import TOKEN
from tests.ingestor.office import Office, office_on
from tests.scoring.office import office as scoring_office

SEED, CONTRACTS = 7, 10_000
START, STOOD = date(2026, 8, 1), datetime(2026, 9, 13)  # noqa: DTZ001 - the portal's time has no zone
FASTER, PART = 576, 1 / 4
WATCHED = 10 * 60  # seconds in which protocols are posted; then what is late is waited for
HOURS = timedelta(hours=5)

VERSIONS = """
    SELECT ocid, min(source_record.date) AS there
    FROM source_record JOIN process ON process.id = source_record.process
    WHERE position('"lotValues"'::bytea IN body) > 0 GROUP BY ocid
"""


@dataclass
class SandboxTime:
    """Time that passes while somebody waits for a turn, at the portal and here."""

    server: Server
    office: Office
    seconds: float = 0.0

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        moment = STOOD + timedelta(seconds=self.seconds * FASTER)
        await asyncio.to_thread(self.server.advance, moment)
        self.office.clock.moment = (moment - HOURS).replace(tzinfo=UTC)

    def paced(self, moment: datetime) -> float:
        """When something happened, by the seconds of the requests."""
        return (moment - STOOD).total_seconds() / FASTER


@asynccontextmanager
async def country(office: Office) -> AsyncIterator[tuple[SandboxTime, Connector]]:
    """Lend a sandbox and a connector that has taken in all it has shown so far."""
    server = Server(World(SEED, CONTRACTS, START), Access(TOKEN))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with background(server, port) as url:
        clock = SandboxTime(server, office)
        await clock.sleep(0)
        given: dict[str, Any] = {key.lower(): one for key, one in office.environment().items()}
        settings = IngestorSettings.model_validate(given | {"goszakup_url": url})
        transport = Transport(url, Token(SecretStr(TOKEN)), timeout=60)
        desk = replace(office.desk, clock=office.clock)
        portal = Portal(transport, rate=0, timer=clock, concurrency=1)
        history = replace(
            connector_of(settings, desk, portal),
            since=START,
            overlap=timedelta(seconds=settings.goszakup_overlap * FASTER),
        )
        await follow(history)
        assert (await last_run(office)).status == "complete"
        paced = Portal(transport, rate=settings.goszakup_rate * PART, timer=clock, concurrency=1)
        yield clock, replace(history, portal=paced)
        await portal.close()


def posted(clock: SandboxTime) -> dict[str, float]:
    """The protocols posted while it was watched, and when: notices with bids, by their number."""
    world = clock.server.portal.world
    told = {
        str(number): clock.paced(datetime.fromisoformat(row["itogiDatePublic"]))
        for number, row in world.table("TrdBuy").items()
        if row["itogiDatePublic"]
    }
    bid_on = {str(row["buyId"]) for row in world.table("TrdApp").values()}
    return {
        number: moment
        for number, moment in told.items()
        if 0 < moment < WATCHED and number in bid_on
    }


@pytest.mark.thorough
async def test_in_the_busiest_hour_of_the_country_a_protocol_is_scored_within_the_hour(
    platform_database_urls: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = IngestorSettings.model_fields["goszakup_every"].default
    async with office_on(platform_database_urls) as office, country(office) as (clock, connector):
        rounds: list[tuple[float, float, int]] = []
        while clock.seconds < WATCHED or len(rounds) < 2 or rounds[-1][0] < WATCHED:
            began, asked = clock.seconds, connector.portal.asked
            await follow(connector)
            assert (await last_run(office)).status == "complete"
            rounds.append((began, clock.seconds - began, connector.portal.asked - asked))
            await clock.sleep(every)
        protocols = posted(clock)
        rows = await office.rows(VERSIONS)
        there = {row["ocid"].rpartition("-")[2]: row["there"] for row in rows}
        late = {
            number: clock.paced(there[number].replace(tzinfo=None) + HOURS) - moment
            for number, moment in protocols.items()
        }

    began = time.monotonic()
    async with scoring_office(platform_database_urls, tmp_path) as scoring:
        await scoring.judge()
        scored = {row["subject_id"] for row in await scoring.rows("SELECT subject_id FROM score")}
    judging = time.monotonic() - began

    an_hour = len(protocols) / PART * 3600 / WATCHED
    slowest = (max(late.values()) + judging) / 60
    with capsys.disabled():
        median = sorted(late.values())[len(late) // 2] / 60
        print(
            f"\n{len(protocols)} protocols ({an_hour:.0f} an hour of the country) in "
            f"{len(rounds)} looks of {[request for *_, request in rounds]} requests: "
            f"median {median:.0f}, slowest {slowest:.0f} minutes, {judging:.0f} s of it judging all"
        )
    assert an_hour >= BUSIEST["protocols"]
    assert {process_id("goszakup", f"ocds-kz0000-{one}") for one in protocols} <= scored
    assert slowest * 60 < RESULTS_WITHIN
