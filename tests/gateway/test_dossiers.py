"""Dossiers: every figure with its source, signed, set on two pages whatever titles hold."""

import hashlib
import io
import json
import time
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from msgspec.structs import replace

from gateway import management
from gateway.__main__ import main
from gateway.dossier import pdf as setting
from gateway.dossier import sealing
from gateway.dossier.canonical import canonical
from gateway.dossier.content import Wanted, content, find
from gateway.dossier.sheet import Sheet, Told, sheet
from gateway.dossier.words import WORDS
from gateway.exports.making import Exporter
from gateway.reads.answering import encode
from gateway.subscriptions.documents import AlertReply
from gateway.who import signing
from shared.clock import SystemClock
from tests.gateway.builders import (
    SUPPLIER_BIN,
    alert,
    indicator,
    line,
    organisation,
    process,
    release,
    score,
    source,
)
from tests.gateway.house import House, problem
from tests.gateway.office import Office, opened_office

pytestmark = pytest.mark.thorough

DOSSIERS = "/v1/dossiers"
KEYS = "/.well-known/dossier-keys.json"
ONE, OTHER = process("o-1"), process("o-2")
HOSTILE = (
    '#read("/etc/passwd")',
    '#import "@preview/x:1.0.0": *',
    "$ x^2 $ ] #panic() [",
    "\\ \" ' ` *b* _i_ <l> @r // c /* d",
    "\u202eбатыс\u0007\u2028" + "ұ" * 5000,
    '{"a":1}}]' * 40,
    "=cmd|' /C calc'!A0",
)


@pytest.fixture
async def office(house: House) -> Office:
    await house.fill("sources", source())
    await house.fill("releases", release("o-1"), release("o-2", title=HOSTILE[0]))
    await house.fill("catalogue", indicator("R018", publication="public"), indicator("K9"))
    far = {"path": "/awards/0/value/amount", "value": 1000.0, "process": OTHER}
    named = {"type": "supplier", "id": organisation(SUPPLIER_BIN)}
    lines = (
        line("R018", evidence=[{"path": "/tender/title", "value": "Школьная мебель"}, far]),
        line("K9", context=named),
        line("R018", "clear", context=named),
    )
    await house.fill("scores", score(ONE, band="high", lines=lines))
    await house.fill("alerts", alert(1, ONE), alert(2, ONE))
    return await opened_office(house)


async def files(office: Office, made: Any, who: str = "app") -> tuple[bytes, bytes]:
    """The signed file and the pages of a dossier."""
    got = []
    for file in made["files"]:
        headers = {"Authorization": f"Bearer {office.keys[who]}"}
        answer = await office.house.client.get(file["link"], headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == file["media_type"]
        assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
        assert len(answer.content) == file["size"]
        got.append(answer.content)
    signed, pages = got
    return signed, pages


async def test_every_figure_names_a_record_with_its_address_its_time_and_its_hash(
    office: Office,
) -> None:
    async with office.house.database.connection() as connection:
        reply = {
            "id": "rep_1",
            "alert": "alr_0001",
            "party": organisation(SUPPLIER_BIN),
            "name": None,
            "role": "supplier",
            "language": "ru",
            "text": "Других предложений не было.",
            "at": "2026-02-03T00:00:00Z",
        }
        await connection.execute(
            "INSERT INTO reply (id, alert_id, process_id, subject_type, subject_id,"
            " organisation_id, created_at, body)"
            " VALUES ('rep_1', 'alr_0001', $1, 'process', $1, $2, now(), $3)",
            ONE,
            office.id,
            encode(reply),
        )

    made = await office.made("app", DOSSIERS, {"alert": "alr_0001", "language": "ru"})
    signed, pages = await files(office, made)
    told = json.loads(signed)["dossier"]

    assert (made["process"], made["alert"], made["flagged"]) == (ONE, "alr_0001", ["K9", "R018"])
    assert told["purchase"]["title"] == "Школьная мебель"
    assert told["disclaimer"].startswith("Это автоматический расчёт")
    assert [each["text"] for each in told["replies"]] == [reply["text"]]
    (first, _) = sorted(told["flagged"], key=lambda each: each["code"], reverse=True)
    assert first["version"] == "1"
    assert first["legal_basis"] == ["Article 5 ru (2024-07-01)"]
    assert first["what_would_clear_it"] == "R018 what_would_clear_it ru"
    assert [(each["path"], each["value"], each["record"]) for each in first["figures"]] == [
        ("/tender/title", "Школьная мебель", ONE),
        ("/awards/0/value/amount", 1000.0, OTHER),
    ]
    records = {each["process"]: each for each in told["records"]}
    assert records.keys() == {ONE, OTHER}
    for name, record in records.items():
        served = (await office.ask("app", "GET", f"/v1/ocds/releases?process={name}")).content
        release_ = served.partition(b'"releases":[')[2].removesuffix(b"]}")
        assert hashlib.sha256(release_).hexdigest() == record["sha256"]
        assert record["received_at"] == "2026-02-01T00:00:00Z"
        assert record["publisher"] == "Publisher of kz-test"
    permalink = told["permalinks"]["score"]
    assert permalink.endswith(f"/v1/scores/process/{ONE}?at=2026-02-01")
    now = await office.ask("app", "GET", f"/v1/scores/process/{ONE}")
    assert hashlib.sha256(now.content).hexdigest() == told["judgement"]["sha256"]
    assert now.headers["etag"].strip('"') == told["judgement"]["revision"]
    with pikepdf.open(io.BytesIO(pages)) as opened:
        assert len(opened.pages) == 2
    file = made["files"][1]
    known = {"If_None_Match": f'"{file["sha256"]}"'}
    again = await office.ask("app", "GET", file["link"], **known)
    assert again.status_code == 304
    listed = (await office.ask("app", "GET", DOSSIERS)).json()["data"]
    assert listed == [made] == [(await office.ask("app", "GET", made["links"]["self"])).json()]


async def test_a_dossier_is_ok_altered_or_of_an_unknown_key(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = await office.made("app", DOSSIERS, {"process": ONE})
    signed, pages = await files(office, made)
    keys = (await office.house.client.get(KEYS)).content
    of_tokens = (await office.house.client.get("/.well-known/jwks.json")).content
    told = json.loads(signed)
    figure = json.loads(signed)
    figure["dossier"]["judgement"]["score"]["expected"] += 1
    unlike = told | {"pdf": told["pdf"] | {"sha256": "0" * 64}}
    more = told | {"note": "added"}
    moved = json.dumps(told, indent=1, sort_keys=False).encode()
    stranger = json.loads(keys)["keys"][0] | {"kid": "another"}
    ended = json.loads(keys)["keys"][0] | {"trusted_until": "2020-01-01T00:00:00Z"}

    def verdict(file: bytes, known: bytes, shown: bytes | None = None) -> tuple[str, int]:
        names = {"d.json": file, "keys.json": known, "d.pdf": shown or b""}
        for name, body in names.items():
            (tmp_path / name).write_bytes(body)
        words = ["dossier", "verify", str(tmp_path / "d.json"), "--keys"]
        words += [str(tmp_path / "keys.json")]
        words += ["--pdf", str(tmp_path / "d.pdf")] if shown else []
        with pytest.raises(SystemExit) as ended:
            main(words)
        assert isinstance(ended.value.code, int)
        return capsys.readouterr().out.strip(), ended.value.code

    assert verdict(signed, keys, pages) == ("ok", 0)
    assert verdict(moved, of_tokens) == ("ok", 0)
    assert verdict(signed, keys, pages + b" ") == ("altered", 1)
    changes: list[Any] = [figure, unlike, more, told | {"signature": {}}, []]
    for changed in changes:
        assert verdict(json.dumps(changed).encode(), keys) == ("altered", 1), changed
    others: list[list[Any]] = [[], [stranger], [ended]]
    for known in others:
        key_set = json.dumps({"keys": known}).encode()
        assert verdict(signed, key_set) == ("unknown key", 3), known
    assert verdict(signed, b"no keys") == ("", 2)


async def test_what_an_ended_key_has_signed_stays_good(office: Office) -> None:
    made = await office.made("app", DOSSIERS, {"process": ONE})
    signed, _ = await files(office, made)
    state = office.house.state
    async with office.house.database.transaction() as connection:
        now = SystemClock().now()
        await signing.rotate(connection, state.seal, now=now, at_once=True)
    await office.house.level()

    known = (await office.house.client.get(KEYS)).json()
    tokens = (await office.house.client.get("/.well-known/jwks.json")).json()

    assert sealing.verify(signed, known) == "ok"
    assert sealing.verify(signed, tokens) == "unknown key"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.check("B11", tier=1, limit="0 markup")
async def test_nothing_in_a_title_or_a_name_is_markup_and_there_are_two_pages_always(
    office: Office, language: Any
) -> None:
    async with office.house.database.connection() as connection:
        found = await find(connection, Wanted(ONE, None, language, partner=True))
    plain = content(
        found,
        Wanted(ONE, None, language, partner=True),
        name="dos_1",
        issuer="https://q.example",
        now=SystemClock().now(),
    )
    began = time.process_time()
    for text in HOSTILE:
        party = replace(plain.purchase.buyers[0], name=text)
        bought = replace(plain.purchase, title=text, ocid=text, buyers=[party] * 30)
        flag = plain.flagged[0]
        figure = replace(flag.figures[0], path=text, value=text)
        lines = [replace(flag, title=text, meaning=text, figures=[figure] * 9)] * 20
        reply = AlertReply(
            id="r",
            alert="a",
            party="p",
            name=text,
            role="buyer",
            language="ru",
            text=text,
            at=plain.made_at,
        )
        hostile = replace(plain, purchase=bought, flagged=lines, replies=[reply] * 20)
        laid = sheet(hostile)
        with pikepdf.open(io.BytesIO(setting.pdf(laid))) as opened:
            assert len(opened.pages) == 2
        shown = " ".join(text.split())[:20]
        assert shown in dict(laid.head)[WORDS["purchase"].in_(language)]
    assert (time.process_time() - began) / len(HOSTILE) < 0.5


async def test_the_pages_hold_the_text_as_it_is_written(office: Office) -> None:
    await office.house.fill("releases", release("o-1", title=HOSTILE[0], revision=2))
    made = await office.made("app", DOSSIERS, {"process": ONE, "language": "en"})
    signed, pages = await files(office, made)

    assert json.loads(signed)["dossier"]["purchase"]["title"] == HOSTILE[0]
    assert b"root:" not in pages
    with pikepdf.open(io.BytesIO(pages)) as opened:
        assert "/JavaScript" not in str(opened.Root)
        assert str(opened.docinfo["/Title"]) == "Dossier of signs"


async def test_lines_for_partners_are_in_dossiers_of_partners_only(office: Office) -> None:
    scopes = ["exports:create", "scores:read", "processes:read"]
    key = await management.add_key(
        office.house.database, SystemClock(), organisation=office.id, scopes=scopes
    )
    office.keys["public"] = key.text
    public = await office.made("public", DOSSIERS, {"process": ONE})
    partner = await office.made("app", DOSSIERS, {"process": ONE})

    assert (public["flagged"], partner["flagged"]) == (["R018"], ["K9", "R018"])
    signed, _ = await files(office, public, "public")
    told = json.loads(signed)["dossier"]
    assert told["withheld"]["lines"] == 1
    assert "K9" not in json.dumps(told["flagged"] + told["others"])
    refused = await office.ask("public", "GET", partner["files"][0]["link"])
    assert problem(refused) == (403, "scope_missing")
    alerted = await office.ask("public", "POST", DOSSIERS, {"alert": "alr_0001"})
    assert problem(alerted) == (403, "scope_missing")


async def test_what_cannot_be_told_is_refused_and_anothers_is_not_there(office: Office) -> None:
    other = await opened_office(office.house, "Басқа қор")
    made = await office.made("app", DOSSIERS, {"process": ONE})
    for path in (made["links"]["self"], *(each["link"] for each in made["files"])):
        assert problem(await other.ask("app", "GET", path)) == (404, "not_found")
    assert (await other.ask("app", "GET", DOSSIERS)).json()["data"] == []
    for body, expected in (
        ({"process": "prc_x"}, (404, "not_found")),
        ({"process": OTHER}, (404, "not_found")),
        ({"alert": "alr_9"}, (404, "not_found")),
        ({}, (422, "validation_failed")),
        ({"process": ONE, "alert": "alr_0001"}, (422, "validation_failed")),
        ({"process": ONE, "language": "de"}, (422, "validation_failed")),
    ):
        assert problem(await office.ask("app", "POST", DOSSIERS, body)) == expected, body


@pytest.mark.check("E4", tier=1, limit="all")
async def test_a_correction_reaches_whoever_was_given_the_alert(office: Office) -> None:
    house = office.house
    other, third = await opened_office(house, "Екінші"), await opened_office(house, "Үшінші")
    dossier = await office.made("app", DOSSIERS, {"alert": "alr_0001"})
    export = await other.made("app", "/v1/exports", {"what": "alerts", "filter": {"after": 1}})
    await Exporter(house.database, SystemClock()).step()
    await house.fill("scores", score(OTHER, band="high"))
    await third.made("app", DOSSIERS, {"process": OTHER})

    await house.fill("scores", score(ONE, band="low", lines=(line("K9"),)))

    async def own(who: Office) -> list[Any]:
        answer = await who.ask("app", "GET", "/v1/feed?stream=own")
        told = [each for each in answer.json()["data"] if each["type"] == "alert.corrected"]
        return [(one["data"]["alert"], one["data"]["received"]) for one in told]

    assert await own(office) == [
        ("alr_0001", [dossier["id"]]),
        ("alr_0002", [dossier["id"]]),
    ]
    assert await own(other) == [("alr_0002", [export["id"]])]
    assert await own(third) == []
    public = (await office.ask("app", "GET", "/v1/feed")).json()["data"]
    told = [each["data"] for each in public if each["type"] == "alert.corrected"]
    assert [(each["alert"], each["withdrawn"], each["received"]) for each in told] == [
        ("alr_0001", ["R018"], []),
        ("alr_0002", ["R018"], []),
    ]


def test_the_signed_spelling_is_that_of_rfc_8785() -> None:
    numbers = [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27, 1.0, 1e21, 1e-6, 1e-7, -0.0, 1.5e300]
    written = "[333333333.3333333,1e+30,4.5,0.002,1e-27,1,1e+21,0.000001,1e-7,0,1.5e+300]"
    assert canonical(numbers).decode() == written
    text = '\u20ac$\u000f\nA\'B"\\\\"/'
    assert canonical({"\u20ac": text, "1": [None, True]}).decode() == (
        '{"1":[null,true],"€":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    with pytest.raises(ValueError, match="no such number"):
        canonical(float("inf"))


def test_figures_take_the_room_that_records_leave() -> None:
    texts = ("title", "notice", "disclaimer", "signs_title", "no_signs", "others", "figures_title")
    more = ("records_title", "replies_title", "foot")
    laid = Sheet(
        **dict.fromkeys((*texts, *more), "-"),
        language="en",
        head=[],
        score=[],
        signs=[],
        more="a {count}",
        figures_head=["sign", "place", "value", "record"],
        figures=[["R018", "/tender/value", str(number), "1"] for number in range(40)],
        records=[Told("1", "a record", ["sha"])],
        replies=[],
        check=["check"],
    )

    # The words for what is left out do not show: nothing is.
    assert setting.pdf(laid) == setting.pdf(replace(laid, more="b {count}"))
    many = replace(laid, figures=laid.figures * 3)
    assert setting.pdf(many) != setting.pdf(replace(many, more="b {count}"))
