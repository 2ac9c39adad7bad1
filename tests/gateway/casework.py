"""The gateway of the house with a real cases behind it, and organisations that work on cases."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from gateway import management
from gateway.desk import Desk
from gateway.keys import SCOPES
from shared.clock import SystemClock
from tests.cases.office import Office, opened_office
from tests.gateway.house import House
from tests.support.postgres import Cluster


@dataclass
class Casework:
    """Who asks the gateway for what cases answers."""

    house: House
    office: Office

    async def organisation(self, name: str, kind: str = "partner") -> str:
        """A new organisation: its id."""
        made = await management.add_organisation(
            self.house.database, SystemClock(), name, kind=kind
        )
        return made.id

    async def key(self, organisation: str, role: str = "editor", **more: Any) -> str:
        """A key of a new member of an organisation, with all that the role may."""
        database, clock = self.house.database, SystemClock()
        member = await management.add_member(
            database, clock, organisation=organisation, name="A. Person", role=role
        )
        made = await management.add_key(
            database,
            clock,
            organisation=organisation,
            scopes=list(SCOPES),
            member=member.id,
            **more,
        )
        return made.text

    async def ask(
        self, method: str, path: str, key: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Ask for something below /v1, or command it."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "POST":
            named.setdefault("Idempotency-Key", uuid4().hex)
        more = {} if body is None else {"json": body}
        return await self.house.client.request(
            method, f"/v1{path}", headers={"Authorization": f"Bearer {key}", **named}, **more
        )


@asynccontextmanager
async def opened_casework(house: House, cluster: Cluster, folder: Path) -> AsyncIterator[Casework]:
    """Lend the house with cases behind it."""
    async with opened_office(cluster, folder) as office:
        desk = Desk(
            url="http://cases",
            service="cases",
            about="Cases",
            settings=house.settings,
            clock=office.clock,
            transport=httpx.ASGITransport(office.app),
        )
        house.app.state.gateway = replace(house.state, cases=desk)
        try:
            yield Casework(house, office)
        finally:
            await desk.close()
