"""What the worker does with registers: fetches the lists that are due, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ingestor.load import Desk
from ingestor.registers.refresh import Wanted, refresh
from ingestor.registers.schedule import from_addresses, from_portal, is_due, period
from ingestor.settings import IngestorSettings
from ingestor.sources.goszakup.portal.client import Portal
from ingestor.sources.goszakup.pull.leader import leading
from shared.queue import Periodic

LOOK_EVERY: Final = 60.0  # seconds between two looks at what is due


@dataclass(frozen=True, slots=True)
class RegisterJobs:
    """The lists of one job; of several workers one fetches them."""

    name: str
    desk: Desk
    settings: IngestorSettings
    lists: Sequence[Wanted]

    def periodic(self) -> Periodic:
        """Return the job and how often it is looked at."""
        every = self.settings.register_every or LOOK_EVERY
        return Periodic(self.name, min(every, LOOK_EVERY), self.fetch)

    async def fetch(self) -> None:
        """Fetch every list that is due."""
        key = self.settings.pseudonym_key.get_secret_value().encode()
        async with leading(self.desk.database, self.name) as leads:
            for wanted in self.lists if leads else ():
                if await self._is_due(wanted):
                    await refresh(self.desk, wanted, key)

    async def _is_due(self, wanted: Wanted) -> bool:
        every = period(wanted.known, self.settings)
        async with self.desk.database.connection() as connection:
            return await is_due(connection, wanted, every, self.desk.clock.now())


def jobs(settings: IngestorSettings, desk: Desk, portal: Portal | None) -> list[Periodic]:
    """List the jobs: of the lists that have an address, and of those that the portal gives."""
    beside_us = urlsplit(settings.goszakup_url).scheme == "http"
    told = list(from_addresses(settings.register_lists))
    given = list(from_portal(portal, invented=beside_us)) if portal else []
    named = {"register_lists": told, "portal_registers": given}
    return [
        RegisterJobs(name, desk, settings, lists).periodic()
        for name, lists in named.items()
        if lists
    ]
