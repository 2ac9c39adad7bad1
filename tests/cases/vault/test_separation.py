"""Who cannot see tips: other roles of the database, other people, and whoever has a dump of it."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from cases.casefile import starting
from cases.lifecycle import life_cycle
from deploy.sdk.python.qadaga_client import tips
from tests.cases.office import NOW, OFFICER, READER, caller, problem
from tests.cases.vault.people import ADMIN, LOT, SECRET, Vault, recipient

OPERATOR = caller("mem_operator", "own_platform", "operator", kind="operator")
OF_OPERATOR = caller("mem_operator", "own_platform", "editor", kind="operator")
OF_BUYER = caller("mem_buyer", "own_buyer", "editor", kind="buyer")
NO_MEMBER = caller(None, "own_a", "editor")
OF_AUTHORITY = replace(OFFICER, role="editor")


@pytest.mark.check("A6", tier=1, limit="all denied")
async def test_no_other_role_of_the_database_reads_or_writes_anything_of_the_vault(
    vault: Vault,
) -> None:
    await vault.send()
    async with vault.office.app.state.desk.vault.connection() as connection:
        names = [
            row["tablename"]
            for row in await connection.fetch(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'cases_vault'"
            )
        ]
        urls = vault.office.settings
    assert len(names) == 11
    own = urls.database_url
    password = own.split("//cases:", 1)[1].split("@", 1)[0]
    for role in ("cases", "gateway", "scoring", "ingestor", "ingestor_raw"):
        url = own.replace(
            f"//cases:{password}", f"//{role}:{password.replace('-cases', f'-{role}')}"
        )
        connection = await asyncpg.connect(url)
        try:
            for name in names:
                for query in ("SELECT 1 FROM", "DELETE FROM", "TRUNCATE"):
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await connection.execute(f"{query} cases_vault.{name}")
        finally:
            await connection.close()


async def test_no_caller_is_told_who_holds_keys_or_ends_them_in_place_of_the_gateway(
    vault: Vault,
) -> None:
    office, members = vault.office, {"members": ["mem_asel", "mem_berik"]}
    for who in (ADMIN, OPERATOR, vault.recipients["asel"].who):
        read = await office.get("/tips/holders", who)
        retired = await office.post("/tips/holders:retire", members, who)
        assert problem(read) == problem(retired) == (403, "scope_missing")
    as_of_senders = await vault.ask("POST", "/holders:retire", members)

    assert problem(as_of_senders) == (403, "scope_missing")
    assert [each["id"] for each in (await vault.channels())["organisations"]] == ["own_a"]


async def test_who_is_no_recipient_finds_nothing_by_any_route_of_the_inbox(
    vault: Vault,
) -> None:
    asel, zhanar = vault.recipients["asel"], vault.recipients["zhanar"]
    await vault.send()
    [tip] = await vault.inbox(asel)
    keyless = recipient("mem_keyless")
    path, seal = f"/inbox/tips/{tip['id']}", "QUFB" * 37 + "QUE="
    sealed = {"content": "QUFB" * 20, "keys": {"tip": seal}}
    calls: list[tuple[str, str, Any]] = [
        ("GET", path, None),
        ("GET", f"{path}/pieces?limit=9", None),
        ("POST", f"{path}/messages", sealed),
        ("POST", f"{path}/transitions", {"move": "triage"}),
        ("POST", f"{path}:release-summary", {"summary": "mine"}),
        ("POST", f"{path}/seals", {"seals": [{"number": 1, "key": asel.key, "sealed": seal}]}),
        ("POST", f"{path}:exclude", {"key": asel.key}),
        ("POST", f"{path}/digests", {"digests": [base64.b64encode(b"d" * 32).decode()]}),
    ]
    refused = (OFFICER, OF_AUTHORITY, OPERATOR, OF_OPERATOR, ADMIN, READER, OF_BUYER, NO_MEMBER)

    for method, address, body in calls:
        for who in refused:
            answer = await vault.office.send(method, address, body, who, seen=1)
            assert problem(answer) == (403, "role_missing"), (address, who)
        for stranger in (zhanar.who, keyless.who):
            answer = await vault.office.send(method, address, body, stranger, seen=1)
            assert problem(answer) == (404, "not_found"), (address, stranger)
    for who in refused:
        for address in ("/inbox/tips?limit=9", "/inbox/tip-counts"):
            assert (await vault.office.send("GET", address, None, who)).status_code == 403
    for unseeing in (zhanar, keyless):
        assert await vault.inbox(unseeing) == []
    for other in (*refused, asel.who):
        body = {"member": "mem_keyless", "label": "x", "public_key": keyless.public}
        answer = await vault.office.post("/tips/keys", body, other)
        assert problem(answer) == (403, "role_missing"), "a key is registered by who it is for"
    foreign = await vault.register(keyless, replaces=asel.key)
    assert problem(foreign) == (404, "not_found")
    assert (await vault.office.get(path, asel.who)).json() == tip


async def test_every_move_that_is_not_declared_for_a_state_and_a_role_is_refused(
    vault: Vault,
) -> None:
    cycle = life_cycle("tip")
    people = {"editor": recipient("mem_ed"), "monitor": recipient("mem_mo", role="monitor")}
    for one in people.values():
        await vault.register(one)
    await vault.send()
    [tip] = await vault.inbox(people["editor"])
    given = {"reject": {"reason": "abusive"}, "link": {"case": "cas_" + "0" * 26}}
    tried = 0
    for state in cycle.states:
        async with vault.office.app.state.desk.vault.connection() as connection:
            await connection.execute("UPDATE tip SET status = $1", state)
        for role, one in people.items():
            told = (await vault.office.get(f"/inbox/tips/{tip['id']}", one.who)).json()
            may = {
                code
                for code, move in cycle.moves.items()
                if state in move.before and role in move.roles
            }
            assert set(told["moves"]) == may
            for code, move in cycle.moves.items():
                if code in may:
                    continue
                answer = await vault.move(one, tip, code, **given.get(code, {}))
                expected = (
                    (403, "role_missing")
                    if state in move.before
                    else (409, "transition_not_allowed")
                )
                assert problem(answer) == expected, (state, role, code)
                tried += 1
    assert tried > 100

    async with vault.office.app.state.desk.vault.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM move") == 0
        await connection.execute("UPDATE tip SET status = 'received'")
    unknown = await vault.move(people["editor"], tip, "publish")
    stale = await vault.move(people["editor"], {**tip, "revision": 7}, "triage")
    bare = await vault.office.post(
        f"/inbox/tips/{tip['id']}/transitions", {"move": "triage"}, people["editor"].who
    )
    assert problem(unknown) == (422, "validation_failed")
    assert problem(stale) == (412, "version_conflict")
    assert problem(bare) == (428, "precondition_required")


@pytest.mark.check("P8", tier=1, limit="nothing else leaves")
async def test_only_a_released_summary_leaves_the_vault_and_conditions_hold_before_each_step(
    vault: Vault,
) -> None:
    asel, berik = vault.recipients["asel"], vault.recipients["berik"]
    for _ in range(2):
        await vault.send()
    tip, copy = await vault.inbox(asel)
    path = f"/inbox/tips/{tip['id']}"
    unasked = await vault.move(asel, tip, "ask")
    early = await vault.office.post(f"{path}:release-summary", {"summary": "x"}, asel.who)
    await vault.says(asel, tip, "Қашан?")
    asked = (await vault.move(berik, tip, "ask")).json()
    triaged = (await vault.move(berik, asked, "triage")).json()
    bare = await vault.move(asel, triaged, "adopt")
    summary = {"summary": "Жол толық салынбаған."}
    key = "one-and-the-same"
    released = [
        await vault.office.post(f"{path}:release-summary", summary, asel.who, key=key)
        for _ in range(2)
    ]
    by_monitor = await vault.move(berik, released[0].json(), "adopt")
    adopted = (await vault.move(asel, released[0].json(), "adopt")).json()
    linked = await vault.move(asel, adopted, "link", case="cas_" + "0" * 26)
    caseless = await vault.move(asel, adopted, "link")
    second = (await vault.move(asel, copy, "triage")).json()
    unnamed = await vault.move(asel, second, "reject", reason="duplicate")
    itself = await vault.move(asel, second, "reject", reason="duplicate", tip=copy["id"])
    needless = await vault.move(asel, second, "reject", reason="abusive", tip=tip["id"])
    odd = await vault.move(asel, second, "reject", reason="boring")
    merged = await vault.move(asel, second, "reject", reason="duplicate", tip=tip["id"])

    assert problem(unasked) == (409, "guard_failed")
    assert unasked.json()["conditions"] == ["told"]
    assert problem(early) == (409, "transition_not_allowed")
    assert (asked["status"], triaged["status"]) == ("needs_info", "triaged")
    assert bare.json()["conditions"] == ["summary"]
    assert [each.json()["revision"] for each in released] == [4, 4]
    assert released[1].headers["Idempotency-Replayed"] == "true"
    assert problem(by_monitor) == (403, "role_missing")
    assert (adopted["status"], adopted["adopted_by"]) == ("adopted", "own_a")
    assert adopted["summary"] == summary["summary"]
    assert linked.json()["conditions"] == ["own_case"]
    assert problem(caseless) == (422, "validation_failed")
    for each in (unnamed, itself, needless):
        assert each.json()["conditions"] == ["original"]
    assert problem(odd) == (422, "validation_failed")
    assert (merged.json()["status"], merged.json()["merged_into"]) == ("rejected", tip["id"])
    async with vault.office.tables() as connection:  # nothing of it lies in the schema of cases
        assert await connection.fetchval("SELECT count(*) FROM idempotency") == 0
        assert await connection.fetchval("SELECT count(*) FROM event") == 0
    assert await vault.office.told() == []


async def test_an_adopted_tip_is_linked_to_a_case_of_its_adopter_and_the_case_knows_it(
    vault: Vault,
) -> None:
    asel, zhanar = vault.recipients["asel"], vault.recipients["zhanar"]
    await vault.send()
    async with vault.office.app.state.desk.vault.connection() as connection:
        await connection.execute("UPDATE tip SET status = 'adopted', adopted_by = 'own_a'")
    [tip] = await vault.inbox(asel)
    async with vault.office.tables() as connection:
        own, foreign = [
            await starting.start(connection, one.who, NOW, starting.Start(title="Жол"))
            for one in (asel, zhanar)
        ]
    elsewhere = await vault.move(asel, tip, "link", case=foreign)
    done = await vault.move(asel, tip, "link", case=own)
    again = await vault.move(asel, done.json(), "link", case=own)
    async with vault.office.tables() as connection:
        links = await connection.fetch("SELECT case_id, kind, target FROM case_link")
        what = await connection.fetch("SELECT object_id, what FROM event WHERE what = 'linked'")

    assert elsewhere.json()["conditions"] == ["own_case"]
    assert (done.json()["status"], done.json()["casefile"]) == ("linked", own)
    assert problem(again) == (409, "transition_not_allowed")
    assert [tuple(row) for row in links] == [(own, "tip", tip["id"])]
    assert [tuple(row) for row in what] == [(own, "linked")]
    assert tip["id"] not in json.dumps(await vault.office.told())


@pytest.mark.check("P4", tier=1, limit="0 found")
async def test_a_dump_without_receipts_and_private_keys_tells_no_tip(vault: Vault) -> None:
    asel = vault.recipients["asel"]
    receipt, body = await vault.send()
    channels = await vault.channels()
    plain = {
        "once": base64.b64encode(b"p" * 16).decode(),
        "text": SECRET,
        "objects": [LOT],
        "organisations": ["own_a"],
        "channel": "phone",
        "work": tips.work(channels, b"p" * 16),
    }
    other = (await vault.ask("POST", ":plain", plain)).json()["receipt"]
    token, _ = await vault.session(receipt)
    for tip in await vault.inbox(asel):
        await vault.says(asel, tip, "Қашан көрдіңіз?")
        digest = hmac.digest(b"of own_a alone", LOT.encode(), hashlib.sha256)
        sent = {"digests": [base64.b64encode(digest).decode()]}
        await vault.office.post(f"/inbox/tips/{tip['id']}/digests", sent, asel.who)
    readers = {each: key for each, key in _readers(channels).items() if each in body["keys"]}
    for part in tips.seal_file(channels, SECRET.encode() * 50, {**readers, "tip": _own(body)}):
        assert (await vault.ask("POST", "/me/chunks", part, token)).status_code == 201

    dump = await _dump(vault)
    words = [SECRET, LOT, "Қашан көрдіңіз?", "Асфальт", receipt, other, token]
    words += [each.replace("-", "") for each in (receipt, other)]
    opening = [base64.b64decode(body[each]) for each in ("once", "lookup", "proof")] + [b"p" * 16]
    derived = [each for word in (*words, *opening) for each in _derived(word)]

    assert len(dump) > 300_000
    assert b"mem_asel" in dump, "the dump is read as it is searched"
    assert asel.public.encode() in dump
    for each in derived:
        assert each not in dump
    assert base64.b64decode(body["public_key"]).hex().encode() in dump, "what is meant to be there"
    assert asel.opens((await vault.pieces(asel, tip["id"]))[0])["text"] == SECRET


def _readers(channels: dict[str, Any]) -> dict[str, str]:
    return {
        key["id"]: key["public_key"] for each in channels["organisations"] for key in each["keys"]
    }


def _own(body: dict[str, Any]) -> str:
    public: str = body["public_key"]
    return public


def _derived(word: str | bytes) -> list[bytes]:
    """A word as it may lie in a dump: itself, coded, or hashed without a key."""
    raw = word.encode() if isinstance(word, str) else word
    forms = [raw, raw.lower(), raw.upper()]
    names = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s")
    hashed = [hashlib.new(name, form).digest() for name in names for form in forms]
    found = forms + [each[:16] for each in hashed]
    coded = [base64.b64encode(each).rstrip(b"=")[:20] for each in found]
    return (
        found
        + coded
        + [each.hex().encode() for each in found]
        + [json.dumps(word).strip('"').encode() if isinstance(word, str) else raw]
    )


async def _dump(vault: Vault) -> bytes:
    """Every row of every table of cases and of the vault: as text, and its bytes as they are."""
    found = b""
    desk = vault.office.app.state.desk
    for schema, database in (("cases", desk.database), ("cases_vault", desk.vault)):
        async with database.connection() as connection:
            tables = await connection.fetch(
                "SELECT tablename FROM pg_tables WHERE schemaname = $1", schema
            )
            for table in tables:
                for row in await connection.fetch(f"SELECT * FROM {table['tablename']}"):
                    for value in row.values():
                        raw = value if isinstance(value, bytes) else str(value).encode()
                        found += raw + b"\n" + raw.hex().encode() + b"\n"
                        found += base64.b64encode(raw) + b"\n"
    return found
