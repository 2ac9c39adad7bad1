"""Files of evidence on their way through the only door."""

import json
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
import pytest

from shared.contracts.casework.evidence import LARGEST_FILE
from tests.cases.evidence.files import package, photograph, place_in
from tests.gateway.casework import Casework, opened_casework
from tests.gateway.house import House, problem
from tests.support.postgres import Cluster

MEGABYTE: Final = 1024 * 1024
VIDEO: Final = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"


@pytest.fixture
async def casework(house: House, cluster: Cluster, tmp_path: Path) -> AsyncIterator[Casework]:
    async with opened_casework(house, cluster, tmp_path) as found:
        yield found


async def test_a_file_goes_in_and_comes_out_through_the_gateway(casework: Casework) -> None:
    organisation = await casework.organisation("Бақылаушылар")
    key, reader = await casework.key(organisation), await casework.key(organisation, "reader")
    case = (await casework.ask("POST", "/cases", key, {"title": "Жол"})).json()["id"]

    added = await sent(casework, case, key, photograph())
    assert added.status_code == 201, added.text
    piece = added.json()["id"]
    assert added.headers["Location"] == f"/v1/evidence/{piece}"

    copy = await casework.ask("GET", f"/evidence/{piece}/file", reader)
    original = await casework.ask("GET", f"/evidence/{piece}/file?which=original", key)
    assert original.content == photograph()
    assert copy.headers["Content-Type"] == "image/jpeg"
    assert copy.headers["Content-Disposition"] == "attachment; filename*=UTF-8''road.jpg"
    assert copy.headers["X-Content-Type-Options"] == "nosniff"
    assert not place_in(copy.content)

    history = await casework.ask("GET", f"/cases/{case}/history", reader)
    assert history.headers["Content-Type"] == "application/x-ndjson"
    assert history.headers["Content-Disposition"].endswith('-000001.ndjson"')
    lines = [json.loads(line) for line in history.text.splitlines()]
    assert [line["what"] for line in lines] == ["created", "add_evidence"]
    assert lines[0]["changes"]["title"] == [None, "Жол"]

    refused = {
        (403, "scope_missing"): await sent(casework, case, reader, photograph()),
        (404, "not_found"): await sent(casework, "cas_none", key, photograph()),
        (400, "idempotency_key_required"): await sent(casework, case, key, b"x", once=None),
        (422, "file_refused"): await sent(casework, case, key, photograph() + package("a.txt")),
        (413, "payload_too_large"): await sent(casework, case, key, parts(51)),
        (401, "unauthenticated"): await sent(casework, case, "qdg_live_none", photograph()),
    }
    for expected, answer in refused.items():
        assert problem(answer) == expected
    stranger = await casework.key(await casework.organisation("Басқалар"))
    for path in (
        f"/cases/{case}/history",
        f"/evidence/{piece}/file",
        f"/evidence/{piece}",
        f"/cases/{case}/evidence",
    ):
        assert problem(await casework.ask("GET", path, stranger)) == (404, "not_found")


@pytest.mark.check("H9", tier=1, limit="a few MB")
async def test_fifty_megabytes_are_taken_in_the_memory_of_a_few(casework: Casework) -> None:
    key = await casework.key(await casework.organisation("Бақылаушылар"))
    case = (await casework.ask("POST", "/cases", key, {"title": "Жол"})).json()["id"]
    await sent(casework, case, key, parts(1))  # what is loaded once is loaded

    tracemalloc.start()
    try:
        added = await sent(casework, case, key, parts(50), name="road.mp4")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert added.status_code == 201, added.text
    assert (added.json()["size"], added.json()["media_type"]) == (LARGEST_FILE, "video/mp4")
    assert peak < 8 * MEGABYTE, f"{peak / MEGABYTE:.1f} MB at the most"


async def sent(
    casework: Casework,
    case: str,
    key: str,
    content: bytes | AsyncIterator[bytes],
    *,
    name: str = "road.jpg",
    once: str | None = "new",
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "image/jpeg"}
    if once is not None:
        headers["Idempotency-Key"] = uuid4().hex
    return await casework.house.client.post(
        f"/v1/cases/{case}/evidence", params={"name": name}, content=content, headers=headers
    )


async def parts(megabytes: int) -> AsyncIterator[bytes]:
    """A film of so many megabytes, as it comes over a network."""
    yield VIDEO + bytes(MEGABYTE - len(VIDEO))
    for _ in range(16 * (megabytes - 1)):
        yield bytes(MEGABYTE // 16)
