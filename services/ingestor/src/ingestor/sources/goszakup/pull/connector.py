"""The connector: everything it needs, and what all of its runs have in common."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Final

import asyncpg

from ingestor import runs
from ingestor.intake import Origin
from ingestor.judge import Judge
from ingestor.load import Desk
from ingestor.patience import asked, done
from ingestor.source import Terms, declarations
from ingestor.sources.goszakup.dictionaries import Dictionaries
from ingestor.sources.goszakup.portal.client import PORTAL_TIME, Portal
from ingestor.sources.goszakup.portal.failures import PortalError
from ingestor.sources.goszakup.prefix import PREFIX
from ingestor.sources.goszakup.pull import dictionaries
from ingestor.sources.goszakup.pull.assemble import Assembler
from ingestor.sources.goszakup.pull.checkpoints import OvertakenError
from ingestor.sources.goszakup.pull.closing import Reader
from ingestor.sources.goszakup.pull.deliver import Counter
from ingestor.sources.goszakup.pull.reading import Outcome
from ingestor.sources.goszakup.pull.workshop import Workshop
from ingestor.sources_feed import FEED as SOURCES_FEED
from ingestor.sources_feed import keep_source, publish_sources
from shared.logs import logger

KIND: Final = "goszakup"
MOST_FAULTS: Final = 5  # told of in the reason of a run

PUBLISHED_OTHERWISE: Final = """
    SELECT ocid FROM process
    WHERE source = $1 AND withdrawn_at IS NULL AND NOT starts_with(ocid, $2 || '-') LIMIT 1
"""

log = logger(__name__)


class OtherPrefixError(Exception):
    """Purchases are published under another prefix: under this one all would be there twice."""


@dataclass(frozen=True, slots=True)
class Connector:
    """What every run is made with.

    `since` is where following begins the first time; `workshop` makes releases where there is one.
    """

    desk: Desk
    portal: Portal
    pseudonym_key: bytes
    source: str = "goszakup"
    terms: Terms = field(default_factory=Terms)
    prefix: str = PREFIX
    overlap: timedelta = timedelta(hours=1)
    since: date | None = None
    workshop: Workshop | None = None


@dataclass(slots=True)
class Session:
    """One run while it goes on: how much was announced and arrived, and what went wrong."""

    connector: Connector
    reader: Reader
    counter: Counter
    expected: int = 0
    received: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, name: str, outcome: Outcome) -> None:
        """Count what this run was to bring of a slice, and brought."""
        announced = outcome.received if outcome.expected is None else outcome.expected
        self.received += outcome.received - outcome.earlier
        self.expected += announced - outcome.earlier
        if outcome.short:
            self.faults.append(f"{name}: {outcome.received} of {outcome.expected} arrived")

    def ending(self) -> runs.Ending:
        """Judge the run: complete only where nothing went wrong and all announced has arrived."""
        faults = [*self.faults, *filter(None, [self.reader.drift.tell()])]
        faults += [f"The portal no longer knows {name}" for name in self.connector.portal.moved]
        detours = self.reader.detours.tell()
        if not faults:
            return runs.Ending("complete", "; ".join(detours) or None, self.expected)
        faults += detours
        told = "; ".join(faults[:MOST_FAULTS])
        more = f"; and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        status: runs.Status = "incomplete" if self.received else "failed"
        return runs.Ending(status, told + more, self.expected)


Work = Callable[[Session], Awaitable[None]]
"""What a run does; it raises PortalError where it cannot go on."""


async def run(
    connector: Connector, name: str, origin: Origin, work: Work, *, offline: bool = False
) -> None:
    """Do some work as a run; it ends saying what happened, whatever that was.

    Offline, nobody is asked. Raises what is neither the portal's fault nor another scheduler's.
    """
    desk = connector.desk
    await done(desk.database, partial(_prepared, connector), "preparation of a run")
    async with runs.begin(desk.database, connector.source, name, origin, None) as number:
        how = runs.Ending("failed", "The connector failed; see its log")
        session: Session | None = None
        try:
            await _keeps_its_prefix(connector)
            known = await _dictionaries(connector, offline=offline)
            session = _session(connector, known, number, name, origin)
            await work(session)
            how = session.ending()
        except (PortalError, OvertakenError, OtherPrefixError) as fault:
            log.warning("run_broken_off", run=runs.public_id(number), reason=str(fault))
            how = _broken_off(session, str(fault))
        except asyncio.CancelledError:
            how = runs.Ending("incomplete", "Interrupted; the next run goes on from here")
            raise
        finally:
            await _end(connector, number, how)


async def _prepared(connector: Connector, connection: asyncpg.Connection) -> None:
    await runs.mark_dead(connection)
    await keep_source(connection, connector.source, declarations()[KIND], connector.terms)


async def _keeps_its_prefix(connector: Connector) -> None:
    """Raise OtherPrefixError where the source's purchases bear another prefix already."""
    place = (connector.source, connector.prefix)
    published = await asked(
        connector.desk.database, lambda c: c.fetchval(PUBLISHED_OTHERWISE, *place)
    )
    if published is not None:
        raise OtherPrefixError(
            f"Purchases are published as {published}; under {connector.prefix} all of them would "
            "be there a second time. GOSZAKUP_OCID_PREFIX stays what it was at the first load"
        )


def _broken_off(session: Session | None, reason: str) -> runs.Ending:
    if session is None:
        return runs.Ending("failed", reason)
    session.faults.insert(0, reason)
    return session.ending()


async def _dictionaries(connector: Connector, *, offline: bool) -> Dictionaries:
    desk = connector.desk
    if offline:
        return await dictionaries.held(desk.database)
    return await dictionaries.current(connector.portal, desk.database, desk.clock)


def _session(
    connector: Connector, known: Dictionaries, run: int, name: str, origin: Origin
) -> Session:
    desk = connector.desk
    judge = Judge(
        connector.source,
        name,
        PORTAL_TIME,
        connector.pseudonym_key,
        desk.cipher,
        own_sources=False,
    )
    assembler = Assembler(judge, known, connector.prefix)
    reader = Reader(connector.portal, desk.database, desk.cipher, desk.clock, connector.source)
    counter = Counter(desk, assembler, connector.source, run, origin, workshop=connector.workshop)
    return Session(connector, reader, counter)


async def _end(connector: Connector, run: int, how: runs.Ending) -> None:
    desk = connector.desk

    async def ended(connection: asyncpg.Connection) -> int:
        await runs.end(connection, run, how)
        return await publish_sources(connection, [connector.source], run)

    newest = await done(desk.database, ended, "ending of a run")
    await desk.bell.ring(SOURCES_FEED, newest)
    log.info("run_ended", run=runs.public_id(run), status=how.status, reason=how.reason)
