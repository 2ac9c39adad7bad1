"""Who leaves or handles tips no more is no recipient any longer: nothing is sealed to their key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest

from deploy.sdk.python.qadaga_client import tips
from gateway import tip_recipients
from gateway.api.example_tips import CHANNELS
from gateway.desk import Desk
from shared.contracts.casework.tip_holders import HeldChannels
from tests.gateway.house import problem
from tests.gateway.tip_people import Recipients, send


@pytest.fixture
async def three(line: Recipients) -> Recipients:
    """An organisation whose three members receive tips."""
    await line.join("monitor", "third")
    return line


async def keys_offered(line: Recipients) -> set[str]:
    channels = (await send(line, "GET", "/channels")).json()
    assert "holders" not in channels, "who holds a key is told to no sender"
    return {key["id"] for each in channels["organisations"] for key in each["keys"]}


async def removed(line: Recipients, name: str) -> httpx.Response:
    path = f"/members/{line.members[name]}"
    return await line.casework.ask("DELETE", path, line.keys["admin"], If_Match='"1"')


async def in_use(line: Recipients) -> set[str]:
    told: dict[str, Any] = (await line.casework.ask("GET", "/tips/keys", line.keys["admin"])).json()
    return {each["id"] for each in told["data"] if each["retired_on"] is None}


@asynccontextmanager
async def cases_away(line: Recipients) -> AsyncIterator[None]:
    """Let the gateway reach no cases."""
    house = line.casework.house
    there, gateway = house.state.cases, house.settings
    away = Desk(
        url=gateway.cases_url, service="cases", settings=gateway, clock=line.casework.office.clock
    )
    house.app.state.gateway = replace(house.state, cases=away)
    try:
        yield
    finally:
        house.app.state.gateway = replace(house.state, cases=there)
        await away.close()


async def test_to_who_was_removed_no_tip_is_sealed_and_they_count_no_more_as_who_can_open_one(
    three: Recipients,
) -> None:
    stale = (await send(three, "GET", "/channels")).json()
    _, before = tips.seal_tip(stale, {"text": "бұрын"}, [three.id])
    assert (await send(three, "POST", "", before)).status_code == 201
    [tip] = (await three.casework.ask("GET", "/inbox/tips", three.keys["editor"])).json()["data"]

    gone = await removed(three, "third")

    left = {three.key_ids["editor"], three.key_ids["monitor"]}
    _, late = tips.seal_tip(stale, {"text": "кейін"}, [three.id])
    refused = await send(three, "POST", "", late)
    path, body = f"/inbox/tips/{tip['id']}:exclude", {"key": three.key_ids["monitor"]}
    alone = await three.casework.ask("POST", path, three.keys["editor"], body)
    assert gone.status_code == 204, gone.text
    assert await keys_offered(three) == await in_use(three) == left
    assert problem(refused) == (409, "tip_recipients_changed")
    assert problem(alone) == (409, "guard_failed"), "one of the two who would be left has gone"


@pytest.mark.parametrize("role", ["reader", "admin"])
async def test_a_member_whose_new_role_receives_no_tips_leaves_too_few_and_none_is_taken(
    line: Recipients, role: str
) -> None:
    stale = (await send(line, "GET", "/channels")).json()
    admin, path = line.keys["admin"], f"/members/{line.members['monitor']}"
    changed = await line.casework.ask("PATCH", path, admin, {"role": role}, If_Match='"1"')
    if changed.status_code == 202:
        second = await line.casework.key(line.id, "admin")
        decided = f"/approvals/{changed.json()['id']}/decisions"
        approved = await line.casework.ask("POST", decided, second, {"decision": "approve"})
        assert approved.status_code == 200, approved.text
    _, late = tips.seal_tip(stale, {"text": "кейін"}, [line.id])

    assert await keys_offered(line) == set()
    assert await in_use(line) == {line.key_ids["editor"]}
    assert problem(await send(line, "POST", "", late)) == (409, "tip_recipients_changed")


async def test_a_member_whose_new_role_receives_tips_too_stays_a_recipient(
    line: Recipients,
) -> None:
    path, both = f"/members/{line.members['monitor']}", set(line.key_ids.values())
    for revision, told in enumerate(({"role": "editor"}, {"name": "A. Monitor"}), 1):
        seen = f'"{revision}"'
        changed = await line.casework.ask("PATCH", path, line.keys["admin"], told, If_Match=seen)
        assert changed.status_code == 200, changed.text
        assert await keys_offered(line) == await in_use(line) == both


async def test_of_an_organisation_that_is_deleted_no_key_stays_in_use(line: Recipients) -> None:
    second = await line.casework.key(line.id, "admin")
    asked = await line.casework.ask("DELETE", "/organisation", line.keys["admin"], If_Match='"1"')
    decided = f"/approvals/{asked.json()['id']}/decisions"
    approved = await line.casework.ask("POST", decided, second, {"decision": "approve"})

    assert approved.status_code == 200, approved.text
    async with line.casework.office.app.state.desk.vault.connection() as connection:
        used = "SELECT count(*) FROM recipient_key WHERE retired_on IS NULL"
        assert await connection.fetchval(used) == 0


def test_what_cases_of_the_last_release_offers_is_offered_while_an_upgrade_goes_on() -> None:
    """It does not tell who holds a key: tips are taken as they were until it is replaced."""
    told = msgspec.convert(CHANNELS, HeldChannels)

    assert told.holders is None
    assert list(tip_recipients.offered(told, frozenset())) == told.organisations


async def test_where_cases_did_not_hear_that_a_member_left_the_key_is_not_offered_and_ends_later(
    three: Recipients,
) -> None:
    house = three.casework.house
    async with cases_away(three):
        gone = await removed(three, "third")
    left = {three.key_ids["editor"], three.key_ids["monitor"]}
    offered, used = await keys_offered(three), await in_use(three)

    for _ in range(2):
        await tip_recipients.look(house.database, house.state.cases)

    assert gone.status_code == 204, gone.text
    assert offered == left
    assert used == {*left, three.key_ids["third"]}
    assert await in_use(three) == await keys_offered(three) == left


async def test_a_key_of_whom_the_gateway_knows_nothing_is_not_offered_and_not_retired(
    line: Recipients,
) -> None:
    """Where people are being restored from a backup, no recipient has to register anew."""
    house = line.casework.house
    async with house.database.connection() as connection:
        await connection.execute("DELETE FROM api_key WHERE member_id = $1", line.members["editor"])
        await connection.execute("DELETE FROM member WHERE id = $1", line.members["editor"])

    await tip_recipients.look(house.database, house.state.cases)

    assert await keys_offered(line) == set()
    assert await in_use(line) == {line.key_ids["editor"], line.key_ids["monitor"]}
