"""A connector of the tests: an office's desk, the stand-in portal, and time that passes at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from ingestor import runs
from ingestor.sources.goszakup.portal.client import Portal
from ingestor.sources.goszakup.portal.timer import Timer
from ingestor.sources.goszakup.portal.token import Token
from ingestor.sources.goszakup.portal.transport import Transport
from ingestor.sources.goszakup.pull.backfill import fill
from ingestor.sources.goszakup.pull.connector import Connector
from ingestor.sources.goszakup.pull.follow import follow
from ingestor.sources.goszakup.pull.windows import Scope
from tests.ingestor.goszakup_pull.purchases import DAYS, FIRST
from tests.ingestor.goszakup_pull.standin import TOKEN, Standin
from tests.ingestor.office import PSEUDONYM_KEY, Office

NIGHT = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)  # the next day, by the portal's clock
WHOLE = Scope(FIRST, FIRST + timedelta(days=DAYS))


class Hourglass:
    """Time that passes as soon as somebody waits for it; waits at once pass at once."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        until = self.seconds + seconds
        await asyncio.sleep(0)
        self.seconds = max(self.seconds, until)


@asynccontextmanager
async def client(
    url: str,
    *,
    timer: Timer | None = None,
    rate: float = 0,
    patience: float = 5,
    token: Token | None = None,
    ca_bundle: Path | None = None,
) -> AsyncIterator[Portal]:
    """Lend a client of the portal."""
    transport = Transport(
        url, token or Token(SecretStr(TOKEN)), timeout=patience, ca_bundle=ca_bundle
    )
    portal = Portal(transport, rate=rate, timer=timer or Hourglass(), concurrency=2)
    try:
        yield portal
    finally:
        await portal.close()


@asynccontextmanager
async def connected(office: Office, standin: Standin, **more: Any) -> AsyncIterator[Connector]:
    """Lend a connector of an office to the portal."""
    since: date | None = more.pop("since", FIRST)
    async with client(standin.url, **more) as portal:
        yield Connector(
            replace(office.desk, clock=office.clock), portal, PSEUDONYM_KEY.encode(), since=since
        )


async def filled(office: Office, standin: Standin, scope: Scope = WHOLE, **more: Any) -> runs.Run:
    """Back-fill once, and return the run."""
    async with connected(office, standin, **more) as connector:
        await fill(connector, scope)
    return await last_run(office)


async def followed(office: Office, standin: Standin, **more: Any) -> runs.Run:
    """Follow for one round, and return the run."""
    async with connected(office, standin, **more) as connector:
        await follow(connector)
    return await last_run(office)


async def last_run(office: Office) -> runs.Run:
    async with office.database.connection() as connection:
        return (await runs.recent(connection, None, 1))[0]


async def said(office: Office) -> dict[str, dict[str, set[str]]]:
    """What the feed says of every process, as the oracle tells it."""
    found = {}
    for (_, ocid), body in (await office.published()).items():
        release = body["release"]
        contracts = release.get("contracts", [])
        found[ocid] = {
            "lots": _ids(release.get("tender", {}).get("lots", [])),
            "bidders": _ids(release.get("bids", {}).get("details", [])),
            "contracts": _ids(contracts)
            | {one for contract in contracts for one in _ids(contract.get("amendments", []))},
        }
    return found


def _ids(parts: list[dict[str, Any]]) -> set[str]:
    return {str(part["id"]) for part in parts}
