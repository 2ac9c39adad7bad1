"""Organisations administer themselves: people, keys, invitations, and what takes two of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway import management
from gateway.keys import make_key
from shared.clock import SystemClock
from tests.gateway.builders import BUYER_BIN
from tests.gateway.house import House, opened_house, problem
from tests.gateway.office import Office, opened_office


@pytest.fixture
async def office(house: House) -> Office:
    return await opened_office(house)


async def test_a_caller_is_told_who_it_is(office: Office) -> None:
    told = (await office.ask("first", "GET", "/v1/me")).json()
    own = (await office.ask("app", "GET", "/v1/organisation")).json()

    assert told["member"] == office.members["first"]
    assert (told["credential"], told["role"], told["mode"]) == ("key", "admin", "live")
    assert "org:admin" in told["scopes"]
    assert "platform:admin" not in told["scopes"]  # the key has it, the role does not
    assert own["id"] == told["organisation"] == office.id
    assert (own["kind"], own["speaks_for"]) == ("partner", [])


async def test_a_key_is_made_shown_once_used_changed_and_revoked(
    office: Office, database_url: str, valkey_url: str
) -> None:
    body = {"name": "nightly", "scopes": ["scores:read", "scores:read"]}
    answer = await office.ask("app", "POST", "/v1/keys", body, Idempotency_Key="once")
    again = await office.ask("app", "POST", "/v1/keys", body, Idempotency_Key="once")
    made, address = answer.json(), answer.headers["location"]
    async with office.house.database.connection() as connection:
        kept = await connection.fetch("SELECT body FROM idempotency")
    seen = await office.ask("app", "GET", address)
    allowed = (await office.ask(made["secret"], "GET", "/v1/me")).json()["scopes"]

    assert answer.status_code == again.status_code == 201
    assert made["secret"].startswith("qdg_live_")
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {**made, "secret": None}
    assert kept
    assert not any(made["secret"].rpartition("_")[2].encode() in row["body"] for row in kept)
    assert seen.json() == {**made, "secret": None}
    assert allowed == ["scores:read"]

    change = {"scopes": ["alerts:read"], "per_minute": 10}
    changed = await office.ask("app", "PATCH", address, change, If_Match=seen.headers["etag"])
    stale = await office.ask("app", "PATCH", address, change, If_Match=seen.headers["etag"])
    unnamed = await office.ask("app", "DELETE", address)
    assert changed.json()["scopes"] == ["alerts:read"]
    assert changed.headers["etag"] == '"2"'
    assert (problem(stale), problem(unnamed)) == (
        (412, "version_conflict"),
        (428, "precondition_required"),
    )

    async with opened_house(office.house.database, database_url, valkey_url) as second:
        head = {"Authorization": f"Bearer {made['secret']}"}
        for house in (office.house, second):
            await house.level()
            assert (await house.client.get("/v1/me", headers=head)).json()["per_minute"] == 10
        gone = await office.ask("app", "DELETE", address, If_Match='"2"')
        for house in (office.house, second):
            async with asyncio.timeout(5):
                while (await house.client.get("/v1/me", headers=head)).status_code == 200:
                    await asyncio.sleep(0.01)
    assert gone.status_code == 204
    assert problem(await office.ask("app", "GET", address)) == (404, "not_found")
    assert problem(await office.ask("app", "DELETE", address, If_Match="*")) == (404, "not_found")


NOT_ACCEPTABLE: list[tuple[str, dict[str, Any], str]] = [
    ("keys", {"scopes": ["nothing:read"]}, "/body/scopes"),
    ("keys", {"scopes": ["platform:admin"]}, "/body/scopes"),
    ("keys", {"scopes": ["drafts:approve"]}, "/body/scopes"),
    ("keys", {"scopes": []}, "/body/scopes"),
    ("keys", {"networks": ["192.0.2.1/24"]}, "/body/networks"),
    ("keys", {"networks": ["somewhere"]}, "/body/networks"),
    ("keys", {"origins": ["https://a.kz/path"]}, "/body/origins"),
    ("keys", {"origins": ["*"]}, "/body/origins"),
    ("keys", {"expires_at": "2020-01-01T00:00:00Z"}, "/body/expires_at"),
    ("keys", {"expires_at": "2030-01-01T00:00:00"}, "/body/expires_at"),
    ("keys", {"expires_at": "9999-12-31T23:59:59-12:00"}, "/body/expires_at"),
    ("keys", {"expires_at": 4_000_000_000}, "/body/expires_at"),
    ("keys", {"per_minute": 0}, "/body/per_minute"),
    ("keys", {"name": " "}, "/body/name"),
    ("keys", {"organisation_id": "own_1"}, "/body/organisation_id"),
    ("keys", {"test": True}, "/body/test"),
    ("keys", {"secret_hash": "x"}, "/body/secret_hash"),
    ("keys", {"revoked_at": None}, "/body/revoked_at"),
    ("clients", {"origins": ["https://a.kz"]}, "/body/origins"),
    ("clients", {"member": "mem_1"}, "/body/member"),
    ("members", {"role": "officer"}, "/body/role"),
    ("members", {"role": "emperor"}, "/body/role"),
    ("members", {"id": "mem_1"}, "/body/id"),
    ("members", {"organisation_id": "own_1"}, "/body/organisation_id"),
    ("members", {"revision": 7}, "/body/revision"),
    ("invitations", {"role": "admin"}, "/body/role"),
    ("invitations", {"state": "accepted"}, "/body/state"),
    ("verifications", {"speaks_for": "everybody"}, "/body/speaks_for"),
    ("verifications", {"speaks_for": "bin:990140000018"}, "/body/speaks_for"),
    ("verifications", {"verified_at": "2026-01-01T00:00:00Z"}, "/body/verified_at"),
]
RIGHT: dict[str, dict[str, Any]] = {
    "keys": {"name": "a", "scopes": ["scores:read"]},
    "clients": {"name": "a", "scopes": ["scores:read"]},
    "members": {"name": "a", "role": "reader"},
    "invitations": {"role": "reader"},
    "verifications": {"speaks_for": f"bin:{BUYER_BIN}", "document": "Order 12"},
}


@pytest.mark.check("B10", tier=1, limit="422")
async def test_nothing_is_taken_that_was_not_asked_for_or_makes_no_sense(office: Office) -> None:
    for where, more, pointer in NOT_ACCEPTABLE:
        answer = await office.ask("first", "POST", f"/v1/{where}", {**RIGHT[where], **more})
        assert problem(answer) == (422, "validation_failed"), (where, more)
        assert answer.json()["errors"][0]["pointer"].startswith(pointer), answer.text
    for path, body in (
        ("/v1/organisation", {"kind": "operator"}),
        ("/v1/organisation", {"tier": "authority"}),
        ("/v1/organisation", {"region": "99"}),
        (f"/v1/members/{office.members['reader']}", {"organisation_id": "own_1"}),
        (f"/v1/members/{office.members['reader']}", {"role": None}),
    ):
        answer = await office.ask("first", "PATCH", path, body, If_Match="*")
        assert problem(answer) == (422, "validation_failed"), body


@pytest.mark.check("A8", tier=1, limit="all refused")
async def test_administration_of_a_key_takes_a_second_person_with_another_key(
    office: Office,
) -> None:
    body = {"name": "a", "scopes": ["scores:read", "org:admin"]}
    made = await office.made("first", "/v1/keys", body)
    nobody = await office.ask("app", "POST", "/v1/keys", body)
    waiting = (await office.ask("second", "GET", "/v1/approvals?state=waiting")).json()["data"]
    path = f"/v1/approvals/{waiting[0]['id']}/decisions"
    approve = {"decision": "approve"}

    assert (made["scopes"], made["pending"]) == (["scores:read"], ["grant_admin_key"])
    assert problem(nobody) == (403, "member_required")
    assert len(waiting) == 1  # what was refused was not asked for either
    assert waiting[0]["asked_by"] == office.members["first"]
    before = await office.ask(made["secret"], "GET", "/v1/members")
    own = await office.ask("first", "POST", path, approve)
    token = await office.made("app", f"/v1/members/{office.members['first']}/tokens", {})
    as_first = await office.ask(token["access_token"], "POST", path, approve)
    assert problem(before) == (403, "scope_missing")
    assert problem(own) == problem(as_first) == (403, "second_person_required")

    done = await office.ask("second", "POST", path, approve)
    await office.house.level()
    after = await office.ask(made["secret"], "GET", "/v1/members")
    again = await office.ask("second", "POST", path, approve)
    assert done.json()["state"] == "done"
    assert done.json()["approved_by"] == [office.members["second"]]
    assert after.status_code == 200
    assert problem(again) == (409, "transition_not_allowed")


@pytest.mark.check("A8", tier=1, limit="all refused")
async def test_whoever_has_the_organisations_key_cannot_approve_in_anothers_name(
    office: Office,
) -> None:
    path = f"/v1/members/{office.members['second']}/tokens"
    as_second = (await office.made("app", path, {}))["access_token"]
    address = f"/v1/members/{office.members['reader']}"
    asked = await office.ask("first", "PATCH", address, {"role": "admin"}, If_Match='"1"')
    decisions = f"/v1/approvals/{asked.json()['id']}/decisions"
    body = {"name": "a", "scopes": ["org:admin", "alerts:read"], "member": office.members["second"]}
    held = await office.made("first", "/v1/keys", body)
    refused = [
        await office.ask(who, "POST", decisions, {"decision": "approve"})
        for who in (as_second, "app", held["secret"])
    ]
    still = (await office.ask("first", "GET", address)).json()["role"]
    in_person = await office.ask("second", "POST", decisions, {"decision": "approve"})
    now = (await office.ask("first", "GET", address)).json()["role"]

    assert asked.status_code == 202
    assert [problem(answer) for answer in refused] == [
        (403, "second_person_required"),
        (403, "member_required"),
        (403, "scope_missing"),
    ]
    assert held["scopes"] == ["alerts:read"]
    assert (still, in_person.status_code, now) == ("reader", 200, "admin")


async def test_one_admin_alone_gets_no_key_that_acts_in_a_colleagues_name(office: Office) -> None:
    database, clock = office.house.database, SystemClock()
    editor = await management.add_member(
        database, clock, organisation=office.id, name="editor", role="editor"
    )
    acts = ["tips:receive", "cases:write", "complaints:file", "outcomes:write"]
    body = {"name": "a", "scopes": ["scores:read", *acts]}
    held = await office.made("first", "/v1/keys", {**body, "member": editor.id})
    of_all = await office.made("first", "/v1/keys", body)
    plain = {"name": "b", "scopes": ["scores:read"], "member": editor.id}
    later = await office.made("first", "/v1/keys", plain)
    widened = await office.ask(
        "first", "PATCH", f"/v1/keys/{later['id']}", {"scopes": ["tips:receive"]}, If_Match="*"
    )
    own = {"name": "c", "scopes": ["complaints:file"], "member": office.members["first"]}
    of_first = await office.made("first", "/v1/keys", own)
    as_first = await office.made("app", f"/v1/members/{office.members['first']}/tokens", {})
    in_the_name = await office.made(as_first["access_token"], "/v1/keys", own)
    token = f"/v1/members/{editor.id}/tokens"
    may = (await office.made("app", token, {}))["scope"].split()
    as_editor = await office.ask("app", "POST", token, {"scopes": ["tips:receive"]})
    waiting = (await office.ask("second", "GET", "/v1/approvals?state=waiting")).json()["data"]
    [request] = [each for each in waiting if each["object"] == held["id"]]
    path = f"/v1/approvals/{request['id']}/decisions"
    alone = await office.ask("first", "POST", path, {"decision": "approve"})
    await office.made("second", path, {"decision": "approve"})
    approved = (await office.ask("first", "GET", f"/v1/keys/{held['id']}")).json()

    for made, left in ((held, ["scores:read"]), (of_all, ["scores:read"]), (widened.json(), [])):
        assert (made["scopes"], made["pending"]) == (left, ["grant_scopes"])
    assert (of_first["scopes"], of_first["pending"]) == (["complaints:file"], [])
    assert (in_the_name["scopes"], in_the_name["pending"]) == ([], ["grant_scopes"])
    assert problem(alone) == (403, "second_person_required")
    assert (set(approved["scopes"]), approved["pending"]) == ({"scores:read", *acts}, [])
    assert "cases:write" in may
    assert problem(as_editor) == (403, "scope_missing")


@pytest.mark.check("A7", tier=1, limit="1 of 50")
async def test_of_fifty_approvals_at_once_one_is_carried_out(office: Office) -> None:
    asked = await office.ask(
        "first", "PATCH", f"/v1/members/{office.members['reader']}", {"role": "admin"}, If_Match="*"
    )
    path = f"/v1/approvals/{asked.json()['id']}/decisions"
    answers = await asyncio.gather(
        *(office.ask("second", "POST", path, {"decision": "approve"}) for _ in range(50))
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 49


async def test_a_request_is_taken_back_or_grows_too_old(office: Office) -> None:
    address = f"/v1/members/{office.members['reader']}"
    ids = [
        (await office.ask("first", "PATCH", address, {"role": "admin"}, If_Match="*")).json()["id"]
        for _ in range(2)
    ]
    back = await office.ask(
        "first", "POST", f"/v1/approvals/{ids[0]}/decisions", {"decision": "reject"}
    )
    async with office.house.database.transaction() as connection:
        await connection.execute(
            "UPDATE approval SET expires_at = now() - interval '1 second' WHERE id = $1", ids[1]
        )
    late = await office.ask(
        "second", "POST", f"/v1/approvals/{ids[1]}/decisions", {"decision": "approve"}
    )
    states = {
        each["id"]: each["state"]
        for each in (await office.ask("first", "GET", "/v1/approvals")).json()["data"]
    }

    assert back.json()["state"] == "rejected"
    assert problem(late) == (409, "transition_not_allowed")
    assert states == {ids[0]: "rejected", ids[1]: "expired"}
    read = await office.ask("first", "GET", f"/v1/approvals/{ids[1]}", If_None_Match="*")
    assert (read.status_code, read.json()["state"]) == (200, "expired")
    assert (await office.ask("first", "GET", address)).json()["role"] == "reader"


async def test_a_higher_limit_and_who_speaks_for_a_body_are_decided_by_operators(
    house: House, office: Office
) -> None:
    platform = await opened_office(house, "Qadaga", kind="operator")
    made = await office.made(
        "first", "/v1/keys", {"name": "a", "scopes": ["scores:read"], "per_minute": 100_000}
    )
    speaker = await office.made(
        "first", "/v1/verifications", {"speaks_for": f"bin:{BUYER_BIN}", "document": "Order 12"}
    )
    limit = (await office.ask("first", "GET", "/v1/approvals")).json()["data"][1]
    approve = {"decision": "approve"}

    assert (made["per_minute"], made["pending"]) == (None, ["raise_limit"])
    refused = await office.ask("second", "POST", f"/v1/approvals/{limit['id']}/decisions", approve)
    assert problem(refused) == (403, "scope_missing")
    await platform.made("first", f"/v1/approvals/{limit['id']}/decisions", approve)
    await house.level()
    assert (await office.ask(made["secret"], "GET", "/v1/me")).json()["per_minute"] == 100_000

    path = f"/v1/approvals/{speaker['id']}/decisions"
    once = await platform.made("first", path, approve)
    twice = await platform.ask("first", "POST", path, approve)
    between = (await office.ask("app", "GET", "/v1/organisation")).json()["speaks_for"]
    await platform.made("second", path, approve)
    after = (await office.ask("app", "GET", "/v1/organisation")).json()["speaks_for"]
    assert (once["state"], once["needed"]) == ("waiting", 2)
    assert problem(twice) == (403, "second_person_required")
    assert (between, after) == ([], [f"bin:{BUYER_BIN}"])


async def test_an_invitation_admits_one_person_once(office: Office) -> None:
    made = await office.made("first", "/v1/invitations", {"role": "monitor"})
    body = {"token": made["token"], "name": "Дана"}
    wrong = [
        {**body, "token": made["token"][:-4] + "aaaa"},
        {**body, "token": make_key("invite").text},
        {**body, "token": office.keys["app"]},
        {**body, "token": "x"},
    ]
    refused = [await office.ask(None, "POST", "/v1/invitations:accept", each) for each in wrong]
    both = await asyncio.gather(
        *(office.ask(None, "POST", "/v1/invitations:accept", body) for _ in range(2))
    )
    listed = (await office.ask("first", "GET", "/v1/invitations")).json()["data"]
    withdrawn = await office.made("first", "/v1/invitations", {"role": "reader"})
    address = f"/v1/invitations/{withdrawn['id']}"
    gone = await office.ask("first", "DELETE", address, If_Match='"1"')
    late = await office.ask(
        None, "POST", "/v1/invitations:accept", {**body, "token": withdrawn["token"]}
    )

    assert {problem(answer) for answer in [*refused, late]} == {(404, "invitation_invalid")}
    assert len({answer.json()["detail"] for answer in [*refused, late]}) == 1
    accepted = [answer.json() for answer in both if answer.status_code == 201]
    assert [(one["name"], one["role"]) for one in accepted] == [("Дана", "monitor")]
    assert [(one["state"], one["token"], one["member"]) for one in listed] == [
        ("accepted", None, accepted[0]["id"])
    ]
    assert gone.status_code == 204


async def test_a_member_who_is_removed_leaves_no_key_token_or_name(office: Office) -> None:
    member = office.members["reader"]
    token = (await office.made("app", f"/v1/members/{member}/tokens", {}))["access_token"]
    assert (await office.ask(token, "GET", "/v1/me")).json()["member"] == member

    removed = await office.ask("first", "DELETE", f"/v1/members/{member}", If_Match='"1"')
    await office.house.level()
    answers = [await office.ask(who, "GET", "/v1/me") for who in (token, "reader")]
    async with office.house.database.connection() as connection:
        name = await connection.fetchval("SELECT name FROM member WHERE id = $1", member)

    assert removed.status_code == 204
    assert {problem(answer) for answer in answers} == {(401, "unauthenticated")}
    assert name == ""


async def test_an_organisation_is_deleted_by_two_and_nothing_of_it_answers_then(
    office: Office,
) -> None:
    asked = await office.ask("first", "DELETE", "/v1/organisation", If_Match='"1"')
    path = f"{asked.headers['location']}/decisions"
    assert (await office.ask("app", "GET", "/v1/organisation")).status_code == 200
    await office.made("second", path, {"decision": "approve"})
    await office.house.level()

    for who in office.keys:
        assert problem(await office.ask(who, "GET", "/v1/me")) == (401, "unauthenticated")
    async with office.house.database.connection() as connection:
        told = "SELECT DISTINCT name, reference FROM member WHERE organisation_id = $1"
        assert [tuple(row) for row in await connection.fetch(told, office.id)] == [("", None)]


async def test_lists_are_pages_and_their_marks_are_of_one_organisation(
    house: House, office: Office
) -> None:
    other = await opened_office(house, "Басқа")
    first = (await office.ask("first", "GET", "/v1/members?limit=2")).json()
    mark = first["page"]["next_cursor"]
    rest = (await office.ask("first", "GET", f"/v1/members?limit=2&cursor={mark}")).json()
    foreign = await other.ask("first", "GET", f"/v1/members?limit=2&cursor={mark}")

    ids = [one["id"] for one in first["data"] + rest["data"]]
    assert ids == [office.members[who] for who in ("first", "second", "reader")]
    assert rest["page"] == {"next_cursor": None, "has_more": False}
    assert problem(foreign) == (400, "cursor_invalid")


async def test_an_expiring_key_ends_at_its_moment(office: Office) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=0.5)).isoformat()
    body = {"name": "a", "scopes": ["scores:read"], "expires_at": soon}
    made = await office.made("first", "/v1/keys", body)
    before = await office.ask(made["secret"], "GET", "/v1/me")
    async with asyncio.timeout(5):
        while (await office.ask(made["secret"], "GET", "/v1/me")).status_code == 200:
            await asyncio.sleep(0.02)

    assert before.status_code == 200
    assert datetime.now(UTC) >= datetime.fromisoformat(soon)
