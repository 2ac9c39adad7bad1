"""How a case begins: for whoever starts one, and for alerts, tips and files that become one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import asyncpg

from cases import events
from cases.casefile import store
from cases.casefile.documents import LIFE
from cases.casefile.moving import LOCAL
from cases.events import Happened
from cases.lifecycle import life_cycle
from shared.security import Caller

CREATED: Final = "case.created"
SEVERAL: Final = {"process": "processes", "alert": "alerts", "tip": "tips", "case": "cases"}
"""How the history of a case calls what it began with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a new case says of itself."""

    title: str
    summary: str = ""
    severity: str = "medium"
    violations: list[str] = field(default_factory=list)
    region: str | None = None
    branch: str | None = None
    campaign: str | None = None
    assignees: list[str] = field(default_factory=list)
    embargoed: bool = False
    reference: str | None = None


async def start(
    connection: asyncpg.Connection,
    caller: Caller,
    now: datetime,
    asked: Start,
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """Write a new case of the caller's organisation, linked to (kind, target); return its id."""
    assert caller.organisation is not None
    case = store.new_id("cas")
    number = await store.take_number(connection, caller.organisation, now.astimezone(LOCAL).year)
    values = {name: getattr(asked, name) for name in Start.__dataclass_fields__}
    own = {"id": case, "organisation": caller.organisation, "number": number, **values}
    more = {"state": life_cycle(LIFE).first, "created_by": caller.member, "revision": 1}
    moments = {"created_at": now, "updated_at": now}
    await store.insert(connection, "casefile", {**own, **more, **moments})
    for kind, target in dict.fromkeys(links):
        await link(connection, case, kind, target, now)
    about = {SEVERAL[kind]: [each for of, each in links if of == kind] for kind, _ in links}
    happened = Happened(
        object="case",
        id=case,
        organisation=caller.organisation,
        what="created",
        type=CREATED,
        after=life_cycle(LIFE).first,
        changes={name: (None, value) for name, value in {**values, **about}.items() if value},
        shown={"case": case, "number": number, "link": f"/v1/cases/{case}"},
    )
    await events.record(connection, caller, now, happened)
    return case


async def link(
    connection: asyncpg.Connection, case: str, kind: str, target: str, now: datetime
) -> str | None:
    """Link a case to something; return the link's id, None if it is linked already."""
    made: str | None = await connection.fetchval(
        _LINK, store.new_id("lnk"), case, kind, target, now
    )
    return made


_LINK: Final = """
    INSERT INTO case_link (id, case_id, kind, target, linked_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (case_id, kind, target) WHERE ended_at IS NULL DO NOTHING RETURNING id
"""
