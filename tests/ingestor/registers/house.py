"""A sandbox and an office beside it, for registers that are fetched."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from deploy.sandbox.server.access import Access
from deploy.sandbox.server.app import Server
from deploy.sandbox.server.faults import Fault
from deploy.sandbox.server.serve import background
from deploy.sandbox.world import World
from deploy.servers import free_port
from ingestor.load import Desk
from ingestor.registers.refresh import refresh
from ingestor.registers.schedule import from_addresses, from_portal
from ingestor.runs import Run
from shared.contracts.registers import RegisterRow, answer
from shared.vocabulary.identifiers import Bin, person_pseudonym
from tests.ingestor.goszakup_pull.house import client
from tests.ingestor.goszakup_pull.standin import TOKEN
from tests.ingestor.office import PSEUDONYM_KEY, Office
from tests.ingestor.registers.lists import org, published

START: Final = date(2026, 1, 5)
NOON: Final = datetime(2026, 6, 1, 12, 0)  # noqa: DTZ001 - the portal's time has no zone
HOURS: Final = timedelta(hours=5)
KEY: Final = PSEUDONYM_KEY.encode()


@dataclass
class House:
    """A sandbox and an office, whose clocks are one."""

    office: Office
    server: Server
    url: str

    @property
    def desk(self) -> Desk:
        return replace(self.office.desk, clock=self.office.clock)

    @property
    def world(self) -> World:
        return self.server.portal.world

    def until(self, moment: datetime) -> None:
        self.server.advance(moment)
        self.office.clock.moment = (moment - HOURS).replace(tzinfo=UTC)

    def days(self, number: int) -> None:
        self.until(self.world.now + timedelta(days=number))

    def trouble(self, kind: Any, path: str = "", root: str = "", **more: Any) -> None:
        self.server.troubles.replace([Fault(kind, path, root, **more)])

    def heal(self) -> None:
        self.server.troubles.replace([])

    async def fetched(self, name: str, file: str) -> Run:
        (wanted,) = from_addresses(f"{name}={self.url}/lists/{file}")
        return await refresh(self.desk, wanted, KEY)

    async def portal(self, name: str) -> Run:
        async with client(self.url) as portal:
            wanted = {one.name: one for one in from_portal(portal, invented=True)}[name]
            return await refresh(self.desk, wanted, KEY)

    async def said(self, register: str) -> list[RegisterRow]:
        return [row for row in await published(self.office) if row.register == register]


@contextmanager
def house_of(office: Office, seed: int = 9) -> Iterator[House]:
    world = World(seed, 900, START)
    server = Server(world, Access(TOKEN))
    with background(server, free_port()) as url:
        house = House(office, server, url)
        house.until(NOON)
        yield house


def party(number: str) -> str:
    return org(number) if Bin.parse(number) else person_pseudonym("any", number, KEY)


def asked(rows: list[RegisterRow], number: str, day: date) -> str:
    own = party(number)
    entries = [row for row in rows if row.kind == "entry" and row.party == own]
    coverage = [row for row in rows if row.kind == "coverage" and row.party in (None, own)]
    return answer(entries, coverage, day)
