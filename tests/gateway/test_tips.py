"""Tips through the only door: without a key, and without a trace of who sent them.

What would tell of a sender is marked here, and then looked for in everything that is written.
"""

import base64
import json
import logging
from typing import Final

import httpx
import prometheus_client
import pytest

from cases.vault import telling
from deploy.sdk.python.qadaga_client import tips
from gateway.tipline import A_MINUTE
from shared import feed
from shared.database import Database
from tests.gateway.casework import Casework
from tests.gateway.house import House, problem
from tests.gateway.tip_people import MARKED, Recipients, send

pytestmark = pytest.mark.thorough

SECRET: Final = "Маркировка77: көпір құжатсыз салынды"
LOT: Final = "77777777-OK7"
TRACES: Final = (
    *("marked", "Marked", "203.0.113.77", "7777777777", SECRET, "Маркировка77", LOT, "0.77"),
    json.dumps(SECRET).strip('"'),
    base64.b64encode(SECRET.encode()).decode()[:40],
)


@pytest.mark.check("P1", tier=1, limit="0 traces")
@pytest.mark.check("P2", tier=1, limit="days only")
async def test_nothing_that_tells_of_a_sender_is_written_down_anywhere(
    line: Recipients, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    house, office = line.casework.house, line.casework.office
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # as shared.logs sets it in every process
    before = _counted()
    channels = (await send(line, "GET", "/channels")).json()
    told = {"text": SECRET, "objects": [LOT]}
    receipt, body = tips.seal_tip(channels, told, [line.id])
    first, again = [await send(line, "POST", "", body) for _ in range(2)]
    once = base64.b64encode(b"7" * 16).decode()
    plain = {
        "once": once,
        "text": SECRET,
        "objects": [LOT],
        "organisations": [line.id],
        "channel": "messenger",
        "work": tips.work(channels, b"7" * 16),
    }
    second = (await send(line, "POST", ":plain", plain)).json()["receipt"]
    derived, opening = tips.session(channels, receipt)
    opened = (await send(line, "POST", "/session", opening)).json()
    token = opened["token"]
    own = (await send(line, "GET", "/me", Tip_Session=token)).json()
    readers = {key["id"]: key["public_key"] for key in own["recipients"]}
    readers["tip"] = body["public_key"]
    said = {"once": once, "sealed": tips.seal(channels, told, readers)}
    await send(line, "POST", "/me/messages", said, Tip_Session=token)
    for part in tips.seal_file(channels, SECRET.encode(), readers):
        await send(line, "POST", "/me/chunks", part, Tip_Session=token)
    broken = {**body, "content": SECRET}
    wrong = {"receipt": SECRET[:50], "work": tips.work(channels, SECRET[:50].encode())}
    refused = [
        await send(line, "POST", "", broken),
        await send(line, "POST", "/session", wrong),
        await send(line, "GET", "/me", Tip_Session="marked"),
    ]
    private = tips.own_key(opened, derived)
    piece = own["messages"][0]
    await send(line, "POST", "/me:withdraw", Tip_Session=token)
    after = _counted()
    await house.state.usage.flush()
    await house.state.callers.flush()
    written = "".join(capfd.readouterr()) + caplog.text
    tables = await _everything(house.database, "gateway")
    tables += await _everything(office.database, "cases")
    tables += await _everything(office.app.state.desk.vault, "cases_vault")

    assert (first.status_code, again.status_code) == (201, 201)
    assert [problem(each) for each in refused] == [
        (422, "validation_failed"),
        (404, "not_found"),
        (410, "tip_session_over"),
    ]
    assert channels["organisations"][0]["name"] == "Адал қор"
    assert tips.open_piece(piece["content"], piece["key"], private) == told
    assert "Адал қор" in tables, "the tables are read as they are searched"
    for trace in (*TRACES, receipt, second, receipt.replace("-", ""), token, body["proof"]):
        assert trace not in written, trace
        assert trace not in tables, trace
    for path in ("tips/session", "/tips/me", "tips:plain", "tips/channels"):
        assert path not in written
    assert before == after, "no count of requests tells when a tip was sent"
    async with house.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM idempotency") == 0
        assert (
            await connection.fetchval("SELECT count(*) FROM usage WHERE account <> $1", line.id)
            == 0
        )
    keys = [key.decode() async for key in house.state.quotas._redis.scan_iter("*")]
    assert {each for each in keys if "tip" in each} == {f"quota:{name}" for name in A_MINUTE}
    assert not [each for each in keys if "guess" in each or "network" in each]


async def test_recipients_read_it_with_their_own_key_and_nobody_else_is_let_in(
    line: Recipients,
) -> None:
    casework = line.casework
    channels = (await send(line, "GET", "/channels")).json()
    _, body = tips.seal_tip(channels, {"text": SECRET, "objects": []}, [line.id])
    assert (await send(line, "POST", "", body)).status_code == 201
    listed = await casework.ask("GET", "/inbox/tips", line.keys["monitor"])
    tip = listed.json()["data"][0]
    pieces = await casework.ask("GET", f"/inbox/tips/{tip['id']}/pieces", line.keys["monitor"])
    moved = await casework.ask(
        "POST",
        f"/inbox/tips/{tip['id']}/transitions",
        line.keys["editor"],
        {"move": "triage"},
        If_Match='"1"',
    )
    authority = await casework.organisation("Аудит", "authority")
    platform = await casework.organisation("Платформа", "operator")
    buyer = await casework.organisation("Мектеп", "buyer")
    outside = await casework.organisation("Басқа қор")
    people = {
        await casework.key(authority, "officer"): 403,
        await casework.key(authority, "admin"): 403,
        await casework.key(platform, "operator"): 403,
        await casework.key(platform, "admin"): 403,
        await casework.key(buyer, "editor"): 403,
        line.keys["admin"]: 403,
        await casework.key(line.id, "reader"): 403,
        await casework.key(outside, "editor"): 404,
        await casework.key(line.id, "editor"): 404,
    }

    sealed = pieces.json()["data"][0]
    private = tips.load_private(line.private["monitor"])
    assert tips.open_piece(sealed["content"], sealed["keys"][line.key_ids["monitor"]], private) == {
        "text": SECRET,
        "objects": [],
    }
    assert (moved.status_code, moved.json()["status"]) == (200, "triaged")
    for key, status in people.items():
        one = await casework.ask("GET", f"/inbox/tips/{tip['id']}", key)
        assert one.status_code == status
        everything = await casework.ask("GET", "/inbox/tips", key)
        assert everything.status_code == 403 or everything.json()["data"] == []
        step = await casework.ask(
            "POST", f"/inbox/tips/{tip['id']}/transitions", key, {"move": "adopt"}, If_Match='"2"'
        )
        assert step.status_code == status


async def test_of_a_tip_only_the_members_who_can_open_it_are_told_and_no_address_is_sent_it(
    line: Recipients,
) -> None:
    casework = line.casework
    channels = (await send(line, "GET", "/channels")).json()
    receipt, body = tips.seal_tip(channels, {"text": SECRET}, [line.id])
    await send(line, "POST", "", body)
    await _told(casework)
    _, opening = tips.session(channels, receipt)
    opened = (await send(line, "POST", "/session", opening)).json()
    await send(line, "POST", "/me:withdraw", Tip_Session=opened["token"])
    await _told(casework)
    [tip] = (await casework.ask("GET", "/inbox/tips", line.keys["editor"])).json()["data"]
    authority = await casework.organisation("Аудит", "authority")
    platform = await casework.organisation("Платформа", "operator")
    others = {
        await casework.key(authority, "officer"): 403,
        await casework.key(platform, "operator"): 403,
        line.keys["admin"]: 403,
        await casework.key(line.id, "reader"): 403,
        await casework.key(line.id, "editor"): 200,  # has no key that the tip is sealed to
    }

    for name in ("editor", "monitor"):
        told = (await casework.ask("GET", "/feed?stream=tips", line.keys[name])).json()
        assert [each["type"] for each in told["data"]] == ["tip.received", "tip.withdrawn"]
        assert {each["at"][11:] for each in told["data"]} == {"19:00:00Z"}, "midnight in Astana"
        data = {"tip": tip["id"], "link": f"/v1/inbox/tips/{tip['id']}"}
        assert [each["data"] for each in told["data"]] == [data] * 2
        followed = await casework.ask("GET", f"/inbox/tips/{tip['id']}", line.keys[name])
        assert followed.status_code == 200
    for key, status in others.items():
        answer = await casework.ask("GET", "/feed?stream=tips", key)
        assert answer.status_code == status
        assert status == 403 or answer.json()["head"] == 0
        for stream in ("own", "public"):
            seen = (
                await casework.ask("GET", f"/feed?stream={stream}&types=tip.received", key)
            ).json()
            assert seen["data"] == []
    asked = {"url": "https://receiver.example/hook", "types": ["tip.received"]}
    endpoint = await casework.ask("POST", "/webhooks/endpoints", line.keys["admin"], asked)
    assert problem(endpoint) == (422, "validation_failed")
    async with casework.house.database.connection() as connection:
        streams = await connection.fetch("SELECT DISTINCT feed FROM feed_event")
    assert {row["feed"].partition(":")[0] for row in streams} == {"events/mem"}


async def test_a_key_is_rotated_by_who_holds_it_and_what_was_sealed_before_stays_readable(
    line: Recipients,
) -> None:
    """The old private key goes on opening what is sealed to it: nothing is sealed to it again."""
    casework, key = line.casework, line.keys["editor"]
    stale = (await send(line, "GET", "/channels")).json()
    old, old_private = line.key_ids["editor"], tips.load_private(line.private["editor"])
    _, before = tips.seal_tip(stale, {"text": "бұрын"}, [line.id])
    await send(line, "POST", "", before)
    new, public = tips.new_pair()
    me = (await casework.ask("GET", "/me", key)).json()
    asked = {"member": me["member"], "label": "editor 2", "public_key": public, "replaces": old}
    by_colleague = await casework.ask("POST", "/tips/keys", line.keys["monitor"], asked)
    rotated = await casework.ask("POST", "/tips/keys", key, asked)
    _, in_between = tips.seal_tip(stale, {"text": "арада"}, [line.id])
    refused = await send(line, "POST", "", in_between)
    fresh = (await send(line, "GET", "/channels")).json()
    _, after = tips.seal_tip(fresh, {"text": "кейін"}, [line.id])
    await send(line, "POST", "", after)
    private = {old: old_private, rotated.json()["id"]: tips.load_private(new)}
    opened = {}
    for tip in (await casework.ask("GET", "/inbox/tips", key)).json()["data"]:
        pieces = await casework.ask("GET", f"/inbox/tips/{tip['id']}/pieces", key)
        [piece] = pieces.json()["data"]
        [(name, sealed)] = piece["keys"].items()
        opened[name] = tips.open_piece(piece["content"], sealed, private[name])["text"]
    listed = (await casework.ask("GET", "/tips/keys", line.keys["admin"])).json()

    assert problem(by_colleague) == (403, "role_missing")
    assert rotated.status_code == 201, rotated.text
    assert problem(refused) == (409, "tip_recipients_changed"), "a client reads the keys anew"
    assert opened == {old: "бұрын", rotated.json()["id"]: "кейін"}
    assert [each["id"] for each in listed["data"] if each["retired_on"]] == [old]
    assert listed["takes_tips"]


@pytest.mark.check("R6", tier=1, limit="the limit of all")
async def test_everybody_together_may_send_so_much_and_no_address_has_a_limit_of_its_own(
    line: Recipients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(A_MINUTE, "tip-sessions", 2)
    channels = (await send(line, "GET", "/channels")).json()
    openings = [tips.session(channels, tips.new_receipt(channels))[1] for _ in range(3)]

    answers = [
        await send(line, "POST", "/session", opening, X_Forwarded_For=f"203.0.113.{number}")
        for number, opening in enumerate(openings)
    ]

    assert [each.status_code for each in answers] == [404, 404, 429]
    assert int(answers[2].headers["retry-after"]) >= 1
    assert (await send(line, "GET", "/channels")).status_code == 200


async def test_where_cases_is_away_a_sender_is_told_so_and_nothing_is_noted(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    away = await house.client.get("/v1/tips/channels", headers=MARKED)

    assert problem(away) == (503, "dependency_down")
    assert isinstance(away, httpx.Response)
    assert "tips" not in "".join(capfd.readouterr())


async def _told(casework: Casework) -> None:
    """Let cases tell all that is to be told of tips, and the gateway hear it."""
    office = casework.office
    desk = office.app.state.desk
    await telling.tell(desk.vault, office.database, office.clock, chance=1.0)
    async with office.database.connection() as connection:
        page = await feed.read(connection, "case_events", after=0, limit=100)
    await casework.house.fill("case_events", *page.entries)


async def _everything(database: Database, schema: str) -> str:
    """All rows of all tables of a schema, as text, and what is kept in bytes as what it says."""
    found = []
    async with database.connection() as connection:
        names = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = $1", schema
        )
        for name in names:
            for row in await connection.fetch(f'SELECT * FROM "{name["tablename"]}"'):
                for value in row.values():
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    found.append(raw.decode("utf-8", "replace") + base64.b64encode(raw).decode())
    return "\n".join(found)


def _counted() -> set[tuple[str, str, float]]:
    """What the metrics have counted of requests."""
    return {
        (sample.name, str(sorted(sample.labels.items())), sample.value)
        for family in prometheus_client.REGISTRY.collect()
        for sample in family.samples
        if "request" in sample.name and "tips" in str(sample.labels)
    }
