"""What the worker does with the procurement portal: follows it, loads what lies before, checks."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from prometheus_client import Gauge

from ingestor import register_jobs
from ingestor.load import Desk
from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.opened import connector_of, portal_of, token_of
from ingestor.sources.goszakup.portal.client import PORTAL_TIME
from ingestor.sources.goszakup.portal.token import Token
from ingestor.sources.goszakup.pull import nightly
from ingestor.sources.goszakup.pull.backfill import as_begun, fill, finished
from ingestor.sources.goszakup.pull.connector import Connector
from ingestor.sources.goszakup.pull.follow import follow
from ingestor.sources.goszakup.pull.windows import Scope
from shared.clock import Clock
from shared.logs import logger
from shared.queue import Periodic

BACKFILL_EVERY: Final = 60.0
NIGHTLY_EVERY: Final = 3600.0  # whether it is due is looked at that often
NIGHT: Final = timedelta(hours=20)  # the least between two checks

LAST: Final = "SELECT max(started_at) FROM run WHERE source = $1 AND file = $2"

token_days = Gauge("portal_token_days_left", "Days until the portal's token expires, if it is told")
token_days.set(float("nan"))
log = logger(__name__)


@dataclass(slots=True)
class PortalJobs:
    """The jobs of one worker; of several workers one does them."""

    connector: Connector
    token: Token
    settings: IngestorSettings
    scope: Scope | None = field(init=False)
    behind: Connector = field(init=False)
    """The connector for what gives way to the loop forward."""

    def __post_init__(self) -> None:
        self.behind = replace(self.connector, portal=self.connector.portal.aside())
        self.scope = scope_of(self.settings, self.connector.desk.clock)

    def periodic(self) -> Sequence[Periodic]:
        """List the jobs and how often each is done."""
        return [
            Periodic("portal_follow", self.settings.goszakup_every, self.follow),
            Periodic("portal_backfill", BACKFILL_EVERY, self.backfill),
            Periodic("portal_nightly", NIGHTLY_EVERY, self.nightly),
        ]

    async def follow(self) -> None:
        """Look at what changed."""
        clock = self.connector.desk.clock
        left = self.token.days_left(clock)
        if left is not None:
            token_days.set(left)
        if warning := self.token.warning(clock):
            log.warning("portal_access_ends", reason=warning)
        await follow(self.connector)

    async def backfill(self) -> None:
        """Load what lies before, until it is there."""
        if self.scope is None:
            return
        database = self.connector.desk.database
        scope = await as_begun(database, self.scope)
        async with database.connection() as connection:
            if await finished(connection, scope):
                return
        await fill(self.behind, scope)

    async def nightly(self) -> None:
        """Check what is held against the portal, once a night."""
        desk = self.connector.desk
        async with desk.database.connection() as connection:
            last = await connection.fetchval(LAST, self.connector.source, nightly.JOB)
        if last is None or desk.clock.now() - last >= NIGHT:
            await nightly.check(self.behind)


def scope_of(settings: IngestorSettings, clock: Clock) -> Scope | None:
    """Return what is to be loaded, to the end of this month; None where nothing is."""
    if settings.goszakup_since is None:
        return None
    until = clock.now().astimezone(PORTAL_TIME).date()
    return Scope(
        settings.goszakup_since,
        max(_month_end(until), settings.goszakup_since),
        settings.regions(),
        settings.bins(),
    )


def _month_end(day: date) -> date:
    """Return the last day of a month: by then the loop forward has long begun."""
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)


@asynccontextmanager
async def opened(settings: IngestorSettings, desk: Desk) -> AsyncIterator[Sequence[Periodic]]:
    """Lend the jobs, those of registers among them; without a token the portal has none.

    With one the vault is needed: raises SystemExit without its address.
    """
    if settings.goszakup_token is None:
        yield register_jobs.jobs(settings, desk, None)
        return
    if desk.vault is None:
        raise SystemExit("ingestor: RAW_DATABASE_URL is not set; the portal's records lie there")
    token = token_of(settings)
    async with portal_of(settings, token, desk.database) as portal:
        own = PortalJobs(connector_of(settings, desk, portal), token, settings)
        yield [*own.periodic(), *register_jobs.jobs(settings, desk, portal.aside())]
