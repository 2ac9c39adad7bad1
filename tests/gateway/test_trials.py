"""From a key for trying to the first case, in the sandbox alone; keys of nobody stay readers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway import management
from gateway.keys import USUAL
from shared.clock import SystemClock
from tests.gateway.builders import process, release
from tests.gateway.casework import Casework, opened_casework
from tests.gateway.house import House, opened_house, problem
from tests.support.postgres import Cluster


@pytest.fixture
async def sandbox(
    house: House, cluster: Cluster, tmp_path: Path, database_url: str, valkey_url: str
) -> AsyncIterator[Casework]:
    async with (
        opened_house(house.database, database_url, valkey_url, mode="test") as trying,
        opened_casework(trying, cluster, tmp_path) as found,
    ):
        yield found


async def test_a_trial_does_what_a_partner_does_from_its_first_case_to_its_first_colleague(
    sandbox: Casework,
) -> None:
    await sandbox.house.fill("releases", release("one"))
    begun = (await sandbox.house.client.post("/v1/trials")).json()
    key = begun["key"]

    me = (await sandbox.ask("GET", "/me", key)).json()
    body = {"title": "First", "processes": [process("one")], "assignees": [begun["member"]]}
    case = await sandbox.ask("POST", "/cases", key, body)
    at = f"/cases/{case.json()['id']}"
    moved = await sandbox.ask("POST", f"{at}/moves", key, {"move": "open"}, If_Match="*")
    task = await sandbox.ask("POST", f"{at}/tasks", key, {"title": "Ask the school"})
    outcome = await sandbox.ask(
        "POST", "/outcomes", key, {"kind": "order_issued", "case": case.json()["id"]}
    )
    colleague = await sandbox.ask("POST", "/members", key, {"name": "B.", "role": "monitor"})

    assert (me["role"], me["member"], me["mode"]) == ("admin", begun["member"], "test")
    assert set(me["scopes"]) == set(begun["scopes"])
    assert (case.status_code, case.json()["created_by"]) == (201, begun["member"])
    assert moved.json()["state"] == "open"
    assert [task.status_code, outcome.status_code, colleague.status_code] == [201] * 3


async def test_a_trial_sees_nothing_of_another_and_decides_nothing_for_the_platform(
    sandbox: Casework,
) -> None:
    first, second = [
        (await sandbox.house.client.post("/v1/trials")).json()["key"] for _ in range(2)
    ]
    case = (await sandbox.ask("POST", "/cases", first, {"title": "Ours"})).json()["id"]

    theirs = await sandbox.ask("GET", f"/cases/{case}", second)
    scopes = set((await sandbox.ask("GET", "/me", first)).json()["scopes"])
    declared = await sandbox.ask("GET", "/approvals", first)

    assert problem(theirs) == (404, "not_found")
    assert not scopes & {"tips:receive", "drafts:approve", "platform:admin"}
    assert declared.json()["data"] == []


async def test_a_key_that_no_member_holds_starts_no_case_in_the_sandbox_either(
    sandbox: Casework,
) -> None:
    owner = await sandbox.organisation("Бақылаушылар")
    made = await management.add_key(
        sandbox.house.database, SystemClock(), organisation=owner, scopes=USUAL, test=True
    )

    refused = await sandbox.ask("POST", "/cases", made.text, {"title": "No"})

    assert refused.status_code == 403
