"""Which lists are fetched by themselves, and which of them are due."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from ingestor.registers.fetching import Address, is_beside_us
from ingestor.registers.mapping import Known, known_lists
from ingestor.registers.paging import PortalList
from ingestor.registers.refresh import Wanted
from ingestor.settings import IngestorSettings
from ingestor.source import Terms, declarations
from ingestor.sources.goszakup.opened import INVENTED
from ingestor.sources.goszakup.portal.client import Portal
from ingestor.sources.ocds_url.addresses import Refused, target

AGAIN: Final = timedelta(hours=1)  # after a run that brought no whole list; doubled each time
MOST_DOUBLED: Final = 6

LAST: Final = """
    WITH tried AS (SELECT id, status, started_at, finished_at FROM run
                   WHERE source = $1 AND file = $2),
    whole AS (SELECT max(id) AS id, max(finished_at) AS at FROM tried WHERE status = 'complete')
    SELECT whole.at AS whole, max(tried.started_at) AS tried,
      count(*) FILTER (WHERE tried.id > coalesce(whole.id, 0)) AS failures
    FROM tried CROSS JOIN whole GROUP BY whole.at
"""


def from_addresses(chosen: str) -> Iterator[Wanted]:
    """Yield the lists of a setting: "false_enterprises,vat_payers=https://…".

    Raises ValueError for a list nobody knows, or one without an address that may be asked.
    """
    for one in filter(None, (part.strip() for part in chosen.split(","))):
        name, _, own = (part.strip() for part in one.partition("="))
        known = known_lists().get(name)
        if known is None:
            names = ", ".join(sorted(known_lists()))
            raise ValueError(f"No list is named {name!r}; known are {names}")
        url = own or known.mapping.address
        if url is None:
            raise ValueError(f"{name} has no address; give it one: {name}=https://…")
        if not is_beside_us(url):
            _check(name, url)
        yield Wanted(name, known, Address(url), INVENTED if is_beside_us(url) else Terms())


def from_portal(portal: Portal, *, invented: bool) -> Iterator[Wanted]:
    """Yield the lists that the procurement portal gives."""
    for name, known in sorted(known_lists().items()):
        root = known.mapping.portal
        if root is not None:
            origin = PortalList(portal, root, known.mapping.rest)
            yield Wanted(name, known, origin, INVENTED if invented else Terms())


def period(known: Known, settings: IngestorSettings) -> timedelta:
    """Return how often a list is fetched: as the settings say, else as is declared."""
    if settings.register_every is not None:
        return timedelta(seconds=settings.register_every)
    days = known.mapping.refresh_days or declarations()[known.kind].refresh_days or 1
    return timedelta(days=days)


async def is_due(
    connection: asyncpg.Connection, wanted: Wanted, every: timedelta, now: datetime
) -> bool:
    """Tell whether a list is to be fetched: the last whole one is old, the last try not fresh."""
    last = await connection.fetchrow(LAST, wanted.known.source, wanted.name)
    if last is None:
        return True
    whole: datetime | None = last["whole"]
    tried: datetime = last["tried"]
    doubled = min(max(last["failures"] - 1, 0), MOST_DOUBLED)
    old = whole is None or now - whole >= every
    return old and now - tried >= min(AGAIN * 2**doubled, every)


def _check(name: str, url: str) -> None:
    try:
        target(url)
    except Refused as refused:
        raise ValueError(f"{name}: {refused}") from refused
