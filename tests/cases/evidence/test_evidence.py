"""Evidence as callers meet it: taken, sealed, cleaned, touched, verified, given out."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from cases.evidence.files import Files
from cases.evidence.folder import Folder
from cases.evidence.scanning import scan
from shared.contracts.casework.evidence import LARGEST_FILE, FileInfected
from shared.errors import DependencyDown
from shared.security import Caller
from tests.cases.evidence.files import package, photograph, place_in, word_document
from tests.cases.office import AIDA, MONITOR, NOW, OFFICER, READER, STRANGER, Office, problem

DAY: Final = timedelta(days=1)


async def test_a_photograph_is_sealed_cleaned_touched_and_given_out(office: Office) -> None:
    case = await opened(office)
    picture = photograph()

    added = await upload(office, case, picture, name="Жол.exe", description="The bridge.")
    assert added.status_code == 201, added.text
    piece = added.json()
    assert added.headers["Location"] == f"/v1/evidence/{piece['id']}"
    assert (piece["media_type"], piece["size"]) == ("image/jpeg", len(picture))
    assert (piece["scan"], piece["added_by"]) == ("not_scanned", "mem_aida")

    copy = await fetch(office, piece["id"])
    original = await fetch(office, piece["id"], which="original")
    assert original.content == picture
    assert place_in(original.content)
    assert not place_in(copy.content)
    for answer in (copy, original):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == (
            "attachment; filename*=UTF-8''%D0%96%D0%BE%D0%BB.jpg"
        )
        assert int(answer.headers["Content-Length"]) == len(answer.content)

    verified = await office.post(f"/evidence/{piece['id']}:verify")
    assert (verified.json()["original"], verified.json()["cleaned"]) == ("intact", "intact")
    custody = (await office.get(f"/evidence/{piece['id']}/custody")).json()["data"]
    assert [(one["what"], one["result"]) for one in custody] == [
        ("received", "image/jpeg"),
        ("cleaned", "metadata removed"),
        ("read", "cleaned"),
        ("read", "original"),
        ("verified", "intact"),
        ("verified", "intact"),
    ]
    assert {one["member"] for one in custody} == {"mem_aida"}
    [told] = [one for one in await office.told() if one["type"] == "evidence.added"]
    assert told["organisations"] == ["own_a"]
    assert told["data"]["evidence"] == piece["id"]
    listed = (await office.get(f"/cases/{case}/evidence")).json()["data"]
    assert listed == [(await office.get(f"/evidence/{piece['id']}")).json()] == [piece]


async def test_the_history_of_a_case_tells_which_file_came_and_not_how_it_was_called(
    office: Office,
) -> None:
    case = await opened(office)
    piece = (await upload(office, case, photograph(), name="Canary7712.jpg")).json()
    history = await office.get(f"/cases/{case}/events")
    event = history.json()["data"][-1]

    told = {name: piece[name] for name in ("id", "media_type", "sha256")}
    assert (event["what"], event["changes"]) == ("add_evidence", {"evidence": [None, told]})
    assert "Canary7712" not in history.text


async def test_who_is_outside_gets_no_more_than_is_shared_with_them(office: Office) -> None:
    case = await opened(office)
    picture = (await upload(office, case, photograph())).json()["id"]
    letter = (await upload(office, case, word_document(), name="a.docx")).json()["id"]
    at = f"/evidence/{picture}"

    assert problem(await office.get(at, STRANGER)) == (404, "not_found")
    assert problem(await fetch(office, picture, who=STRANGER)) == (404, "not_found")
    assert problem(await upload(office, case, photograph(), who=STRANGER)) == (404, "not_found")
    for other, parts in ((STRANGER, ["summary"]), (OFFICER, ["evidence"])):
        shared = await office.post(
            f"/cases/{case}/shares",
            {
                "organisation": other.organisation,
                "parts": parts,
                "expires_at": (NOW + DAY).isoformat(),
            },
            ADMIN,
        )
        assert shared.status_code == 201, shared.text

    assert problem(await office.get(at, STRANGER)) == (404, "not_found")
    assert problem(await office.get(f"/cases/{case}/evidence", STRANGER)) == (403, "role_missing")
    seen = (await office.get(at, OFFICER)).json()
    assert seen["added_by"] is None
    assert not place_in((await fetch(office, picture, who=OFFICER)).content)
    for refused in (
        fetch(office, picture, who=OFFICER, which="original"),
        fetch(office, picture, who=READER, which="original"),
        office.get(f"{at}/custody", OFFICER),
        upload(office, case, photograph(), who=OFFICER),
        upload(office, case, photograph(), who=READER),
        upload(office, case, photograph(), who=MONITOR),
    ):
        assert problem(await refused) == (403, "role_missing")
    keyless = replace(AIDA, scopes=frozenset({"cases:read"}))
    assert problem(await upload(office, case, photograph(), who=keyless)) == (403, "scope_missing")
    assert problem(await fetch(office, letter, who=OFFICER)) == (404, "not_found")
    office.clock.moment = NOW + DAY
    assert problem(await office.get(at, OFFICER)) == (404, "not_found")


async def test_what_is_refused_leaves_nothing_behind(office: Office) -> None:
    case = await opened(office)
    refused = {
        (422, "file_refused"): upload(office, case, photograph() + package("a.txt")),
        (422, "validation_failed"): upload(office, case, photograph(), name="../a.jpg"),
        (400, "idempotency_key_required"): upload(office, case, photograph(), key=None),
        (413, "payload_too_large"): upload(office, case, endless()),
        (404, "not_found"): upload(office, "cas_none", photograph()),
    }
    for expected, answer in refused.items():
        assert problem(await answer) == expected
    declared = await upload(office, case, b"x", declared=LARGEST_FILE + 1)
    assert problem(declared) == (413, "payload_too_large")

    assert (await office.get(f"/cases/{case}/evidence")).json()["data"] == []
    arriving = office.settings.evidence_path / "arriving"
    assert not arriving.exists() or not list(arriving.iterdir())
    async with office.tables() as connection:
        assert await connection.fetchval("SELECT count(*) FROM custody") == 0


async def test_a_file_sent_twice_with_one_key_is_one_piece(office: Office) -> None:
    case = await opened(office)

    first = await upload(office, case, photograph(), key="k")
    again = await upload(office, case, photograph(), key="k")
    other = await upload(office, case, photograph(turned=3), key="k")

    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert problem(other) == (422, "idempotency_key_reused")
    assert len((await office.get(f"/cases/{case}/evidence")).json()["data"]) == 1


async def test_what_is_sealed_in_the_folder_is_not_written_to(office: Office) -> None:
    case = await opened(office)
    piece = (await upload(office, case, photograph())).json()
    sealed = Folder(office.settings.evidence_path).path_of(bytes.fromhex(piece["sha256"]))
    assert not sealed.stat().st_mode & 0o222


async def test_a_field_check_is_public_to_the_settlement_alone(office: Office) -> None:
    case = await opened(office)
    piece = (await upload(office, case, photograph())).json()["id"]
    letter = (await upload(office, case, word_document(), name="a.docx")).json()["id"]
    at = f"/evidence/{piece}/field-check"
    check: dict[str, Any] = {
        "work": "road",
        "taken_at": "2026-03-01T20:30:00Z",
        "settlement": "751110000",
        "latitude": 43.238,
        "longitude": 76.945,
        "answers": [{"question": "surface_whole", "answer": "no", "note": "A hole of 40 cm."}],
    }
    works = {one["code"] for one in (await office.get("/meta/checklists")).json()["data"]}
    assert "road" in works

    twice = {**check, "answers": check["answers"] * 2}
    for flawed in ({**check, "work": "bridge"}, twice):
        assert problem(await office.post(at, flawed)) == (422, "validation_failed")
    tomorrow = {**check, "taken_at": (NOW + DAY).isoformat()}
    assert problem(await office.post(at, tomorrow)) == (409, "guard_failed")
    of_letter = await office.post(f"/evidence/{letter}/field-check", check)
    assert problem(of_letter) == (409, "guard_failed")
    assert (await office.post(at, check)).json()["field_check"]["latitude"] == 43.238
    assert problem(await office.post(at, check)) == (409, "guard_failed")

    await office.post(
        f"/cases/{case}/shares",
        {
            "organisation": OFFICER.organisation,
            "parts": ["evidence"],
            "expires_at": (NOW + DAY).isoformat(),
        },
        ADMIN,
    )
    seen = (await office.get(f"/evidence/{piece}", OFFICER)).json()["field_check"]
    assert seen["settlement"] == "751110000"
    assert seen["taken_on"] == "2026-03-02", "the day is that of Kazakhstan"
    assert [seen["latitude"], seen["longitude"], seen["taken_at"]] == [None, None, None]


async def test_a_scanner_that_is_set_up_is_asked_about_every_file(
    office: Office, tmp_path: Path
) -> None:
    case = await opened(office)
    socket = str(tmp_path / "clamd")
    office.app.state.desk.settings = office.settings.model_copy(update={"scanner_socket": socket})
    away = await upload(office, case, photograph())
    assert problem(away) == (503, "dependency_down"), "nobody looked is not clean"
    async with scanner(socket) as seen:
        clean = await upload(office, case, photograph())
        infected = await upload(office, case, b"A text with EICAR in it.\n", name="a.txt")

    assert clean.json()["scan"] == "clean"
    assert problem(infected) == (422, "file_infected")
    assert "Eicar" in infected.json()["detail"]
    assert seen == [photograph(), b"A text with EICAR in it.\n"]
    assert len((await office.get(f"/cases/{case}/evidence")).json()["data"]) == 1


async def test_a_large_file_goes_to_the_scanner_whole(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    (tmp_path / "file").write_bytes(content)
    async with scanner(str(tmp_path / "clamd")) as seen:
        assert await scan(tmp_path / "file", str(tmp_path / "clamd")) == "clean"
        (tmp_path / "file").write_bytes(b"EICAR")
        with pytest.raises(FileInfected):
            await scan(tmp_path / "file", str(tmp_path / "clamd"))
    assert seen[0] == content
    with pytest.raises(DependencyDown):
        await scan(tmp_path / "file", str(tmp_path / "clamd"))


async def test_what_a_broken_upload_left_is_swept_after_a_day(tmp_path: Path) -> None:
    files = Files(tmp_path, Folder(tmp_path))
    with pytest.raises(ConnectionError):
        await left_behind(files, tmp_path)
    (tmp_path / "arriving" / "new").write_bytes(b"x")
    (tmp_path / "arriving" / "old").write_bytes(b"x")
    os.utime(tmp_path / "arriving" / "old", (0, 0))

    assert files.sweep() == 1
    assert [one.name for one in (tmp_path / "arriving").iterdir()] == ["new"]


async def left_behind(files: Files, folder: Path) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield b"x" * 10
        raise ConnectionError

    with files.place() as path:
        try:
            await files.receive(path, breaking(), 100)
        finally:
            assert path.exists()


ADMIN: Final = replace(AIDA, member="mem_bolat", role="admin")


async def opened(office: Office) -> str:
    started = await office.post("/cases", {"title": "A road without asphalt"})
    assert started.status_code == 201, started.text
    return str(started.json()["id"])


async def upload(
    office: Office,
    case: str,
    content: bytes | AsyncIterator[bytes],
    who: Caller = AIDA,
    *,
    name: str = "road.jpg",
    description: str = "",
    key: str | None = "new",
    declared: int | None = None,
) -> httpx.Response:
    sent: Mapping[str, str] = {"Content-Type": "application/octet-stream"}
    if declared is not None:
        sent = {**sent, "Content-Length": str(declared)}
    if key is not None:
        sent = {**sent, "Idempotency-Key": uuid4().hex if key == "new" else key}
    return await office.client.post(
        f"/internal/cases/{case}/evidence",
        params={"name": name, "description": description},
        content=content,
        headers=sent,
        auth=office._auth(who),
    )


async def fetch(
    office: Office, piece: str, who: Caller = AIDA, *, which: str = "cleaned"
) -> httpx.Response:
    return await office.client.get(
        f"/internal/evidence/{piece}/file", params={"which": which}, auth=office._auth(who)
    )


async def endless() -> AsyncIterator[bytes]:
    for _ in range(60):
        yield bytes(1024 * 1024)


@contextlib.asynccontextmanager
async def scanner(socket: str) -> AsyncIterator[list[bytes]]:
    """A stand-in that speaks as clamd does, finds EICAR, and remembers what it was sent."""
    seen: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        seen.append(content)
        found = b"Eicar-Test-Signature FOUND" if b"EICAR" in content else b"OK"
        writer.write(b"stream: " + found + b"\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(answer, socket)
    try:
        yield seen
    finally:
        server.close()
        await server.wait_closed()
        Path(socket).unlink(missing_ok=True)
