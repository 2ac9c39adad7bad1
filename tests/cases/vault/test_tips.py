"""A tip from its sender to its recipients and back: sealed by the client, talked about, ended."""

import base64
import json
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest

from cases.vault import keeping, receipts, sealing
from deploy.sdk.python.qadaga_client import tips
from tests.cases.office import problem
from tests.cases.vault.people import ADMIN, LOT, SECRET, Vault, recipient


async def test_a_tip_is_opened_by_its_recipients_and_talked_about_until_it_is_withdrawn(
    vault: Vault,
) -> None:
    asel, berik = vault.recipients["asel"], vault.recipients["berik"]
    receipt, body = await vault.send()
    [tip] = await vault.inbox(asel)
    [piece] = await vault.pieces(berik, tip["id"])
    again = await vault.ask("POST", "", body)
    said = await vault.says(asel, tip, "Қай километр?")
    token, own = await vault.session(receipt)
    seen = (await vault.ask("GET", "/me", token=token)).json()
    readers = {key["id"]: key["public_key"] for key in seen["recipients"]}
    readers["tip"] = body["public_key"]
    channels = await vault.channels()
    answer = {
        "once": base64.b64encode(b"n" * 16).decode(),
        "sealed": tips.seal(channels, {"text": "12-ші"}, readers),
    }
    sent = [await vault.ask("POST", "/me/messages", answer, token) for _ in range(2)]
    photograph = b"jpeg" * 100_000
    parts = tips.seal_file(channels, photograph, readers)
    for part in (*parts, parts[0]):
        assert (await vault.ask("POST", "/me/chunks", part, token)).status_code == 201
    pieces = await vault.pieces(berik, tip["id"])
    chunks = [each for each in pieces if each["kind"] == "chunk"]

    assert await vault.inbox(asel, status="rejected") == []
    assert [each["id"] for each in await vault.inbox(asel, status="received")] == [tip["id"]]
    assert (tip["status"], tip["channel"], tip["received_on"]) == ("received", "api", "2026-03-02")
    assert piece["kind"] == "tip"
    assert berik.opens(piece) == {"text": SECRET, "objects": [LOT]}
    assert (again.status_code, len(await vault.inbox(asel))) == (201, 1)
    assert said.status_code == 201
    assert [each["by"] for each in seen["messages"]] == ["sender", "own_a"]
    told = [tips.open_piece(each["content"], each["key"], own) for each in seen["messages"]]
    assert [each["text"] for each in told] == [SECRET, "Қай километр?"]
    assert [each.json() for each in sent] == [{"number": 3}, {"number": 3}]
    assert berik.opens(pieces[2]) == {"text": "12-ші"}
    assert [each["index"] for each in chunks] == [0, 1]
    assert tips.open_file(chunks, berik.keys) == photograph
    with pytest.raises(ValueError, match="missing"):
        tips.open_file(chunks[:1], berik.keys)

    gone = [await vault.ask("POST", "/me:withdraw", None, token) for _ in range(2)]
    [left] = await vault.inbox(asel)
    empty = await vault.pieces(asel, tip["id"])
    assert [each.json()["status"] for each in gone] == ["withdrawn"] * 2
    assert (left["status"], left["moves"]) == ("withdrawn", [])
    assert [each["kind"] for each in empty] == ["tip", "message", "message", "chunk", "chunk"]
    assert {(each["content"], each["keys"][asel.key]) for each in empty} == {("", "")}
    assert problem(await vault.says(asel, left, "?")) == (409, "transition_not_allowed")
    assert problem(await vault.ask("POST", "/me/messages", answer, token)) == (
        409,
        "transition_not_allowed",
    )


@pytest.mark.check("P5", tier=1, limit="one answer")
async def test_a_wrong_receipt_is_answered_like_one_that_never_was(vault: Vault) -> None:
    receipt, body = await vault.send()
    channels = await vault.channels()
    _, right = tips.session(channels, receipt)
    _, other = tips.session(channels, tips.new_receipt(channels))
    wrong = {**right, "proof": other["proof"]}
    slip = {"receipt": receipt[:-1] + ("0" if receipt[-1] != "0" else "1")}
    slip |= {"work": tips.work(channels, slip["receipt"].encode())}  # type: ignore[dict-item]
    answers = [await vault.ask("POST", "/session", each) for each in (wrong, other, slip)]
    challenge, lookup = (
        base64.b64decode(each) for each in (right["work"]["challenge"], right["lookup"])
    )
    idle = next(each for each in range(99) if not receipts.done(challenge, lookup, each, 2))
    lazy = {**right, "work": {**right["work"], "counter": idle}}
    stale = {**right, "work": {**right["work"], "challenge": body["once"]}}
    token, _ = await vault.session(receipt)
    vault.office.clock.moment += timedelta(minutes=31)

    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers}) == 1
    for each in (stale, lazy):
        answer = await vault.ask("POST", "/session", each)
        assert problem(answer) == (422, "tip_work_missing")
    for shown in (token, token[:-4] + "AAAA", "", "no token"):
        assert problem(await vault.ask("GET", "/me", token=shown)) == (410, "tip_session_over")


@pytest.mark.check("P5", tier=1, limit="work for every try")
async def test_work_is_taken_once_and_known_as_spent_while_it_counts(vault: Vault) -> None:
    receipt, _ = await vault.send()
    channels = await vault.channels()
    _, body = tips.session(channels, receipt)
    _, anew = tips.session(channels, receipt)
    statuses = [(await vault.ask("POST", "/session", each)).status_code for each in (body, anew)]
    again = await vault.ask("POST", "/session", body)
    plain = {
        "once": base64.b64encode(b"w" * 16).decode(),
        "text": SECRET,
        "objects": [],
        "organisations": ["own_nobody"],
        "channel": "messenger",
        "work": tips.work(channels, b"w" * 16),
    }
    refused = [await vault.ask("POST", ":plain", plain) for _ in range(2)]
    clock, database = vault.office.clock, vault.office.app.state.desk.vault
    left = []
    for days in (1, 1):
        clock.moment += timedelta(days=days)
        await keeping.purge(database, clock)
        async with database.connection() as connection:
            left.append(await connection.fetchval("SELECT count(*) FROM spent"))

    assert statuses == [201, 201]
    assert problem(again) == (422, "tip_work_missing")
    assert [problem(each) for each in refused] == [
        (409, "tip_recipients_changed"),
        (422, "tip_work_missing"),
    ]
    assert left == [3, 0]


@pytest.mark.check("P6", tier=1, limit="0 bytes left")
async def test_the_space_of_what_is_withdrawn_is_given_back_in_every_table_of_the_vault(
    vault: Vault,
) -> None:
    receipt, _ = await vault.send()
    token, _ = await vault.session(receipt)
    assert (await vault.ask("POST", "/me:withdraw", None, token)).status_code == 200
    database = vault.office.app.state.desk.vault
    cleaned = "SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema()"
    async with database.connection() as connection:
        before = await connection.fetch(f"{cleaned} AND last_vacuum IS NOT NULL")
    tidies = {each.name: each for each in keeping.due(database, vault.office.clock)}
    await tidies["vault-tidied"].run()
    async with database.connection() as connection:
        left_out = await connection.fetch(f"{cleaned} AND last_vacuum IS NULL")

    assert before == []
    assert tidies["vault-tidied"].every <= 60
    assert {row["relname"] for row in left_out} == {"alembic_version", "recipient_key"}


async def test_a_sender_without_a_client_is_sealed_for_and_forgotten(vault: Vault) -> None:
    asel, channels = vault.recipients["asel"], await vault.channels()
    once = base64.b64encode(b"m" * 16).decode()
    body = {
        "once": once,
        "text": SECRET,
        "objects": [LOT],
        "organisations": ["own_a"],
        "channel": "messenger",
        "work": tips.work(channels, b"m" * 16),
    }
    began = perf_counter()
    taken = [await vault.ask("POST", ":plain", body) for _ in range(2)]
    spent = (perf_counter() - began) / 2
    receipt = taken[0].json()["receipt"]
    [tip] = await vault.inbox(asel)
    await vault.says(asel, tip, "Рақмет")
    shown = {"receipt": receipt.lower(), "work": tips.work(channels, receipt.lower().encode())}
    token = (await vault.ask("POST", "/session", shown)).json()["token"]
    more = {"once": once, "text": "Тағы бірдеңе"}
    sent = await vault.ask("POST", "/me/messages", more, token)
    seen = (await vault.ask("GET", "/me", token=token)).json()
    pieces = await vault.pieces(asel, tip["id"])

    assert receipts.read(receipt)
    assert taken[0].json() == taken[1].json()
    assert spent < 2, "Argon2id of a receipt takes less than a second on a usual machine"
    assert sent.status_code == 201
    assert [each["text"] for each in seen["messages"]] == [SECRET, "Рақмет", "Тағы бірдеңе"]
    assert [asel.opens(each)["text"] for each in pieces] == [SECRET, "Рақмет", "Тағы бірдеңе"]


async def test_what_is_not_sealed_as_it_should_be_is_refused_and_nothing_is_kept(
    vault: Vault,
) -> None:
    channels = await vault.channels()
    told = {"text": SECRET, "objects": []}
    _, body = tips.seal_tip(channels, told, ["own_a"])
    asel, berik = (vault.recipients[name].key for name in ("asel", "berik"))
    short = base64.b64encode(b"s" * 100).decode()
    stranger, own = vault.recipients["zhanar"].key, body["keys"][asel]
    flaws: dict[tuple[int, str], list[dict[str, Any]]] = {
        (409, "tip_recipients_changed"): [
            {"keys": {name: key for name, key in body["keys"].items() if name != berik}},
            {"keys": {name: key for name, key in body["keys"].items() if name != "tip"}},
            {"keys": {**body["keys"], stranger: own}},
            {"organisations": ["own_b"]},
            {"organisations": ["own_a", "own_b"]},
            {"organisations": ["own_nobody"]},
        ],
        (422, "validation_failed"): [
            {"content": short},
            {"public_key": base64.b64encode(b"\4" * 65).decode()},
            {"once": "AAAA"},
            {"keys": {**body["keys"], asel: short}},
            {"channel": "pigeon"},
            {"sender": "me"},
        ],
    }

    assert [each["id"] for each in channels["organisations"]] == ["own_a"]
    for expected, changes in flaws.items():
        for change in changes:
            answer = await vault.ask("POST", "", {**body, **change})
            assert problem(answer) == expected, change
    assert await vault.inbox(vault.recipients["asel"]) == []

    assert (await vault.ask("POST", "", body)).status_code == 201
    _, other = tips.seal_tip(channels, told, ["own_a"])
    taken = {**other, "lookup": body["lookup"]}
    assert problem(await vault.ask("POST", "", taken)) == (409, "tip_receipt_taken")
    for _ in range(4):
        await vault.send()
    assert problem(await vault.ask("POST", "", other)) == (429, "rate_limited")
    assert len(await vault.inbox(vault.recipients["asel"])) == 5


async def test_a_recipient_with_an_interest_is_left_out_by_the_sender_or_later(
    vault: Vault,
) -> None:
    asel, berik = vault.recipients["asel"], vault.recipients["berik"]
    dana, erlan = recipient("mem_dana"), recipient("mem_erlan", role="monitor")
    await vault.register(dana)
    await vault.send(excluded=[berik.key])
    [tip] = await vault.inbox(asel)
    [piece] = await vault.pieces(asel, tip["id"])
    path = f"/inbox/tips/{tip['id']}"
    sealed = tips.reseal(piece["keys"][asel.key], tips.load_private(asel.private), berik.public)
    forced = {"seals": [{"number": 1, "key": berik.key, "sealed": sealed}]}

    assert await vault.inbox(berik) == []
    assert problem(await vault.office.get(path, berik.who)) == (404, "not_found")
    assert problem(await vault.office.get(f"{path}/pieces", berik.who, limit=9)) == (
        404,
        "not_found",
    )
    assert problem(await vault.office.post(f"{path}/seals", forced, asel.who)) == (
        409,
        "tip_recipients_changed",
    )

    await vault.register(erlan)
    late = tips.reseal(piece["keys"][asel.key], tips.load_private(asel.private), erlan.public)
    seals = {"seals": [{"number": 1, "key": erlan.key, "sealed": late}]}
    assert await vault.inbox(erlan) == []
    assert (await vault.office.post(f"{path}/seals", seals, asel.who)).json() == {"added": 1}
    assert erlan.opens((await vault.pieces(erlan, tip["id"]))[0])["text"] == SECRET

    out = await vault.office.post(f"{path}:exclude", {"key": dana.key}, asel.who)
    assert out.status_code == 200, out.text
    assert problem(await vault.office.get(path, dana.who)) == (404, "not_found")
    for one in (erlan, asel):
        last = await vault.office.post(f"{path}:exclude", {"key": one.key}, asel.who)
        assert problem(last) == (409, "guard_failed"), "two are left who can open it"
        assert (await vault.office.get(path, one.who)).status_code == 200


async def test_nobody_keeps_the_recipients_of_another_organisation_out(vault: Vault) -> None:
    asel, zhanar = vault.recipients["asel"], vault.recipients["zhanar"]
    serik = recipient("mem_serik", "own_b")
    await vault.register(serik)
    _, body = tips.seal_tip(await vault.channels(), {"text": SECRET}, ["own_a", "own_b"])
    assert (await vault.ask("POST", "", body)).status_code == 201
    [tip] = await vault.inbox(asel)
    path = f"/inbox/tips/{tip['id']}"
    foreign = await vault.office.post(f"{path}:exclude", {"key": zhanar.key}, asel.who)
    oneself = await vault.office.post(f"{path}:exclude", {"key": asel.key}, asel.who)

    assert problem(foreign) == (422, "validation_failed")
    assert (await vault.office.get(path, zhanar.who)).status_code == 200
    counts = [
        (await vault.office.get("/inbox/tip-counts", one.who)).json()["data"]
        for one in (asel, zhanar)
    ]
    assert [len(each) for each in counts] == [0, 1], "who is kept out is not told by the count"
    assert oneself.status_code == 200
    assert problem(await vault.office.get(path, asel.who)) == (404, "not_found")


async def test_a_lost_key_is_replaced_and_a_colleague_lets_its_holder_in_again(
    vault: Vault,
) -> None:
    asel, berik = vault.recipients["asel"], vault.recipients["berik"]
    await vault.send()
    [tip] = await vault.inbox(asel)
    lost, new = berik.key, recipient("mem_berik", role="monitor")
    second = await vault.register(new)
    replaced = await vault.register(new, replaces=lost)
    [piece] = await vault.pieces(asel, tip["id"])
    sealed = tips.reseal(piece["keys"][asel.key], tips.load_private(asel.private), new.public)
    body = {"seals": [{"number": 1, "key": new.key, "sealed": sealed}]}
    added = await vault.office.post(f"/inbox/tips/{tip['id']}/seals", body, asel.who)
    [again] = await vault.pieces(new, tip["id"])
    listed = (await vault.office.get("/tips/keys", ADMIN)).json()
    retired = await vault.office.send("DELETE", f"/tips/keys/{new.key}", who=ADMIN)
    channels = await vault.channels()

    assert problem(second) == (409, "guard_failed")
    assert replaced.status_code == 201
    assert added.json() == {"added": 1}
    assert new.opens(again) == {"text": SECRET, "objects": [LOT]}
    assert {each["id"]: each["retired_on"] for each in listed["data"]} == {
        asel.key: None,
        new.key: None,
        lost: "2026-03-02",
    }
    assert retired.json()["retired_on"] == "2026-03-02"
    assert channels["organisations"] == [], "with one recipient an organisation takes no tips"
    for body_, expected in (
        ({"public_key": base64.b64encode(asel.private).decode()}, (422, "validation_failed")),
        ({"public_key": asel.public, "member": "mem_more"}, (422, "validation_failed")),
    ):
        refused = await vault.register(recipient("mem_more"), **body_)
        assert problem(refused) == expected
    elsewhere = await vault.office.send(
        "DELETE", f"/tips/keys/{vault.recipients['zhanar'].key}", who=ADMIN
    )
    assert problem(elsewhere) == (404, "not_found")


@pytest.mark.check("P6", tier=1, limit="0 rows left")
async def test_tips_are_purged_ninety_days_after_their_end_and_still_counted(
    vault: Vault,
) -> None:
    asel = vault.recipients["asel"]
    receipts_ = [(await vault.send())[0] for _ in range(2)]
    tip, other = await vault.inbox(asel)
    digest = {"digests": [base64.b64encode(b"d" * 32).decode()]}
    await vault.office.post(f"/inbox/tips/{tip['id']}/digests", digest, asel.who)
    moved = await vault.move(asel, tip, "triage")
    ended = await vault.move(asel, moved.json(), "reject", reason="no_object")
    clock, database = vault.office.clock, vault.office.app.state.desk.vault
    early = await keeping.purge(database, clock)
    clock.moment += timedelta(days=90)
    purged = [await keeping.purge(database, clock) for _ in range(2)]
    left = await vault.inbox(asel)
    counts = (await vault.office.get("/inbox/tip-counts", asel.who)).json()["data"]
    async with database.connection() as connection:
        rows = [
            await connection.fetchval(f"SELECT count(*) FROM {name} WHERE tip = $1", tip["id"])
            for name in ("seal", "piece", "digest", "excluded", "move")
        ]
        row = await connection.fetchrow("SELECT * FROM tip WHERE id = $1", tip["id"])

    assert ended.json()["status"] == "rejected"
    assert (early, purged, rows) == (0, [1, 0], [0] * 5)
    assert [each["id"] for each in left] == [other["id"]]
    assert left[0]["overdue"] == ["acknowledge"]
    assert (row["purged_as"], row["received_on"].isoformat()) == ("rejected", "2026-03-01")
    assert [row[name] for name in ("lookup", "proof", "once", "public_key", "wrapped_key")] == (
        [None] * 5
    )
    assert counts == [
        {"month": "2026-03", "channel": "api", "status": "purged", "tips": 1},
        {"month": "2026-03", "channel": "api", "status": "received", "tips": 1},
    ]
    sessions = [tips.session(await vault.channels(), each)[1] for each in receipts_]
    found = [(await vault.ask("POST", "/session", each)).status_code for each in sessions]
    assert sorted(found) == [201, 404]


@pytest.mark.check("P8", tier=1, limit="one cluster")
async def test_similar_tips_are_found_by_a_digest_that_only_the_organisation_can_make(
    vault: Vault,
) -> None:
    asel, berik = vault.recipients["asel"], vault.recipients["berik"]
    for _ in range(3):
        await vault.send()
    tips_there = await vault.inbox(asel)
    digest = base64.b64encode(b"\xfb" * 32).decode()
    for tip in tips_there[:2]:
        path = f"/inbox/tips/{tip['id']}/digests"
        answer = await vault.office.post(path, {"digests": [digest]}, asel.who)
        assert answer.status_code == 200
    first = await vault.office.get("/inbox/tips", asel.who, limit=2)
    rest = await vault.office.get(
        "/inbox/tips", asel.who, limit=2, after=json.dumps(first.json()["after"])
    )

    found = {each["id"] for each in await vault.inbox(berik, digest=digest)}
    assert found == {each["id"] for each in tips_there[:2]}
    assert await vault.inbox(vault.recipients["zhanar"], digest=digest) == []
    assert await vault.inbox(asel, status="triaged") == []
    assert [each["id"] for each in first.json()["data"] + rest.json()["data"]] == [
        each["id"] for each in tips_there
    ]
    assert problem(await vault.office.get("/inbox/tips", asel.who, limit=2, digest="?")) == (
        422,
        "validation_failed",
    )


@pytest.mark.check("P9", tier=1, limit="one pace")
@pytest.mark.check("P5", tier=1, limit="one pace")
async def test_answers_leave_at_a_steady_pace_whatever_they_are(vault: Vault) -> None:
    channels = await vault.channels()
    settings = vault.office.settings.model_copy(update={"tip_answer_seconds": 0.3})
    vault.office.app.state.desk.settings = settings
    _, body = tips.seal_tip(channels, {"text": SECRET}, ["own_a"])
    _, unknown = tips.session(channels, tips.new_receipt(channels))
    spent: list[float] = []

    async def timed(path: str, sent: object) -> int:
        began = perf_counter()
        status = (await vault.ask("POST", path, sent)).status_code
        spent.append(perf_counter() - began)
        return status

    statuses = [
        await timed("", body),
        await timed("", body),
        await timed("", {**body, "organisations": ["own_b"]}),
        await timed("/session", unknown),
    ]
    assert statuses == [201, 201, 201, 404]
    assert all(each > 0.28 for each in spent)
    assert max(spent) - min(spent) < 0.28, "none took a second turn for want of work"


def test_a_receipt_is_read_as_people_write_it_and_slips_are_told() -> None:
    receipt = receipts.new_receipt()
    letters = receipts.read(receipt)
    assert letters is not None
    assert receipts.read(f" {receipt.lower().replace('-', ' ')} ") == letters
    assert receipts.read(receipt.replace("0", "O").replace("1", "l")) == letters
    for place, letter in enumerate(letters):
        for other in receipts.ALPHABET:
            changed = letters[:place] + other + letters[place + 1 :]
            assert (receipts.read(changed) is None) is (other != letter)
        swapped = letters[:place] + letters[place : place + 2][::-1] + letters[place + 2 :]
        assert swapped == letters or receipts.read(swapped) is None
    assert receipts.read("") is None
    assert receipts.read("Ж" * 20) is None


def test_client_and_server_seal_and_derive_alike() -> None:
    salts = receipts.Salts(b"k" * 32)
    channels = {
        "receipt": {
            "alphabet": receipts.ALPHABET,
            "characters": receipts.LENGTH,
            "salt": base64.b64encode(salts.receipt).decode(),
            "memory_kib": receipts.MEMORY_KIB,
            "iterations": receipts.ITERATIONS,
            "lanes": receipts.LANES,
        },
        "sizes": list(sealing.SIZES),
    }
    receipt = receipts.new_receipt()
    ours, theirs = (
        receipts.derive(receipts.read(receipt) or "", salts.receipt),
        tips.derive(channels, receipt),
    )
    private, point = sealing.new_pair()
    sealed = tips.seal(channels, {"text": "a" * 5000}, {"x": base64.b64encode(point).decode()})
    kept = sealing.Sealed(
        base64.b64decode(sealed["content"]), {"x": base64.b64decode(sealed["keys"]["x"])}
    )

    assert (ours.lookup, ours.proof, ours.wrapping) == (
        theirs.lookup,
        theirs.proof,
        theirs.wrapping,
    )
    assert len({ours.lookup, ours.proof, ours.wrapping}) == 3
    assert len(kept.content) == 16_384 + sealing.OVERHEAD
    assert sealing.open_text(kept, "x", private) == b'{"text": "' + b"a" * 5000 + b'"}'
    stranger, _ = sealing.new_pair()
    with pytest.raises(sealing.CannotOpen):
        sealing.open_text(kept, "x", stranger)
    with pytest.raises(ValueError, match="longer"):
        tips.seal(channels, {"text": "a" * 70_000}, {})
