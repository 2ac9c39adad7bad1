"""What a command names is there, or the command is refused with a pointer and nothing is kept."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from shared.contracts.casework import OPERATIONS
from shared.contracts.casework.naming import fields_of
from tests.gateway.builders import process, release
from tests.gateway.casework import Casework, opened_casework
from tests.gateway.house import House
from tests.support.postgres import Cluster

UNTIL: Final = "2026-09-01T00:00:00Z"
NAMING: Final = frozenset(
    {"organisation", "assignee", "assignees", "process", "processes", "target"}
)


@pytest.fixture
async def casework(house: House, cluster: Cluster, tmp_path: Path) -> AsyncIterator[Casework]:
    async with opened_casework(house, cluster, tmp_path) as found:
        yield found


class Desk:
    """Two organisations and a body; who works is an admin of the first."""

    def __init__(self, casework: Casework) -> None:
        self.casework = casework
        self.ids: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.members: dict[str, str] = {}
        self.case = ""

    async def open(self) -> None:
        for name, kind in (("ours", "partner"), ("theirs", "partner"), ("body", "authority")):
            self.ids[name] = await self.casework.organisation(f"Ұйым {name}", kind)
            self.keys[name] = await self.casework.key(self.ids[name], "admin")
            me = await self.casework.ask("GET", "/me", self.keys[name])
            self.members[name] = me.json()["member"]
        made = await self.casework.ask("POST", "/cases", self.keys["ours"], {"title": "Іс"})
        self.case = made.json()["id"]

    async def told(self, method: str, path: str, body: Any) -> tuple[int, list[str]]:
        """The status of a command on the case, and the pointers of a refusal."""
        more = {"If_Match": "*"} if method == "PATCH" or ":" in path else {}
        answer = await self.casework.ask(
            method, f"/cases{path}".format(self.case), self.keys["ours"], body, **more
        )
        flaws = answer.json().get("errors", [])
        return answer.status_code, [flaw["pointer"] for flaw in flaws]


@pytest.fixture
async def desk(casework: Casework) -> Desk:
    made = Desk(casework)
    await made.open()
    return made


async def test_organisations_that_are_not_there_get_neither_a_share_nor_a_case(desk: Desk) -> None:
    share: dict[str, Any] = {"parts": ["summary"], "expires_at": UNTIL}
    given = {"note": "Yours."}
    lost = (422, ["/body/organisation"])

    assert await desk.told("POST", "/{}/shares", {**share, "organisation": "own_zzz"}) == lost
    assert await desk.told("POST", "/{}:hand-over", {**given, "organisation": "own_ghost"}) == lost
    for name, expected in (("body", lost), ("theirs", (200, []))):
        body = {**given, "organisation": desk.ids[name]}
        assert await desk.told("POST", "/{}:hand-over", body) == expected
    body = {**share, "organisation": desk.ids["body"]}
    assert (await desk.told("POST", "/{}/shares", body))[0] == 201
    case = await desk.casework.ask("GET", f"/cases/{desk.case}", desk.keys["ours"])
    assert case.json()["offer"]["organisation"] == desk.ids["theirs"]


async def test_work_is_given_to_members_of_ones_own_organisation_alone(desk: Desk) -> None:
    ours, theirs = desk.members["ours"], desk.members["theirs"]
    task = {"title": "Ask again"}

    assert await desk.told("PATCH", "/{}", {"assignees": [ours, theirs]}) == (
        422,
        ["/body/assignees/1"],
    )
    assert await desk.told("POST", "", {"title": "Іс", "assignees": ["mem_ghost"]}) == (
        422,
        ["/body/assignees/0"],
    )
    lost = (422, ["/body/assignee"])
    assert await desk.told("POST", "/{}/tasks", {**task, "assignee": theirs}) == lost
    assert (await desk.told("PATCH", "/{}", {"assignees": [ours]}))[0] == 200
    assert (await desk.told("POST", "/{}/tasks", {**task, "assignee": ours}))[0] == 201
    assert (await desk.told("POST", "/{}/tasks", {**task, "assignee": None}))[0] == 201


async def test_cases_are_linked_to_processes_that_are_or_were_published_here(desk: Desk) -> None:
    house = desk.casework.house
    async with house.database.transaction() as connection:
        await connection.execute("INSERT INTO removed_process (id, changed) VALUES ('prc_was', 1)")
    await house.fill("releases", release("one"))
    known = process("one")

    ghost = {"kind": "process", "target": "prc_ghost"}
    assert await desk.told("POST", "/{}/links", ghost) == (422, ["/body/target"])
    body = {"title": "Іс", "processes": [known, "prc_ghost"]}
    assert await desk.told("POST", "", body) == (422, ["/body/processes/1"])
    for target in (known, "prc_was"):
        link = {"kind": "process", "target": target}
        assert (await desk.told("POST", "/{}/links", link))[0] == 201


def test_every_field_that_names_what_the_gateway_knows_is_looked_up() -> None:
    bodies = {each.body for each in OPERATIONS.values() if each.body is not None}
    astray = {
        (body.__name__, name)
        for body in bodies
        for name in NAMING & body.model_fields.keys() - {field for field, _ in fields_of(body)}
    }
    assert astray == set()
