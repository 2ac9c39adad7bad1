"""Exports: a list as a file, the same rows as the list, fetched in parts by who asked for it."""

import asyncio
import csv
import hashlib
import io
import json
from typing import Any

import asyncpg
import pytest

from gateway import management
from gateway.exports import making
from gateway.exports.fields import FIELDS, Field
from gateway.exports.formats import cell
from gateway.exports.making import Exporter
from shared.clock import FixedClock, SystemClock
from tests.gateway.builders import alert, process, release, score, source
from tests.gateway.house import House, problem
from tests.gateway.office import Office, opened_office

EXPORTS = "/v1/exports"
FORMULA = '=HYPERLINK("http://example.org","x")'


@pytest.fixture
async def office(house: House) -> Office:
    await house.fill("sources", source())
    names = [FORMULA, *(f"Тауар {n}, «ә» \n{n}" for n in range(24))]
    await house.fill("releases", *(release(f"o-{n:02}", title=t) for n, t in enumerate(names)))
    await house.fill("scores", score(process("o-03"), expected=60.0, band="high"))
    await house.fill("alerts", alert(1, process("o-03")))
    return await opened_office(house)


async def made(office: Office, **body: Any) -> Any:
    """An export, and the manifest it has after one round of the worker."""
    asked = await office.made("app", EXPORTS, body)
    assert asked["state"] == "waiting"
    assert await Exporter(office.house.database, SystemClock()).step() == 1
    answer = await office.ask("app", "GET", f"{EXPORTS}/{asked['id']}/manifest")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def fetched(office: Office, file: Any, **headers: str) -> Any:
    said = {"Authorization": f"Bearer {office.keys['app']}", **headers}
    return await office.house.client.get(file["link"], headers=said)


async def test_an_export_holds_the_rows_of_the_walked_list_in_its_order_with_their_hash(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PAGE", 10)
    walked: list[Any] = []
    page = (await office.ask("app", "GET", "/v1/processes?limit=10")).json()
    walked += page["data"]
    while page["page"]["has_more"]:
        more = f"/v1/processes?limit=10&cursor={page['page']['next_cursor']}"
        page = (await office.ask("app", "GET", more)).json()
        walked += page["data"]

    told = await made(office, what="processes", format="ndjson")
    file = next(each for each in told["files"] if each["name"] == "processes.ndjson")
    got = await fetched(office, file)

    assert [json.loads(line) for line in got.content.splitlines()] == walked
    assert told["rows"] == len(walked) == 25
    assert file["sha256"] == hashlib.sha256(got.content).hexdigest()
    assert int(got.headers["content-length"]) == file["size"] == len(got.content)
    assert told["seq"] > 0
    assert told["licences"][0]["source"]
    assert told["method_versions"] == [walked_version(walked)]
    one = await made(office, what="processes", format="ndjson", filter={"band": ["high"]})
    assert one["rows"] == 1
    assert (await made(office, what="alerts", filter={}))["rows"] == 1


def walked_version(walked: list[Any]) -> str:
    found: str = next(each["score"]["method_version"] for each in walked if each["score"])
    return found


async def test_a_table_has_the_declared_columns_and_no_cell_that_is_a_formula(
    office: Office,
) -> None:
    told = await made(office, what="processes", format="csv")
    files = {each["name"]: each for each in told["files"]}
    got = await fetched(office, files["processes.csv"])
    rows = list(csv.DictReader(io.StringIO(got.text, newline="")))

    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    assert list(rows[0]) == [each.name for each in FIELDS["processes"]]
    titles = {row["ocid"]: row["title"] for row in rows}
    assert titles["o-00"] == f"'{FORMULA}"
    assert titles["o-05"].startswith("Тауар 4, «ә»")
    assert {row["band"]: row["risk_expected"] for row in rows} == {"": "", "high": "60.0"}
    dictionary = (await fetched(office, files["fields.json"])).json()
    assert dictionary == told["fields"]


TEXT = Field("a", "a", "text", "", "")
FIGURE = Field("a", "a", "decimal", "", "")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_text_that_begins_like_a_formula_is_made_harmless_and_figures_stay(sign: str) -> None:
    assert cell(TEXT, f"{sign}1+1") == f"'{sign}1+1"
    assert cell(FIGURE, f"{sign}cmd|' /C calc'!A0").startswith("'")
    assert cell(TEXT, f"1{sign}1") == f"1{sign}1"
    assert cell(FIGURE, "-12.50") == "-12.50"


async def test_a_broken_download_goes_on_and_a_part_of_another_version_is_the_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PART", 1000)
    monkeypatch.setattr("gateway.exports.store.PART", 1000)
    told = await made(office, what="processes", format="ndjson")
    file = next(each for each in told["files"] if each["name"] == "processes.ndjson")
    whole = await fetched(office, file)
    size, etag = file["size"], whole.headers["etag"]
    assert size > 2500

    for asked, part in (
        ("bytes=0-0", whole.content[:1]),
        ("bytes=999-2000", whole.content[999:2001]),
        ("bytes=1500-", whole.content[1500:]),
        ("bytes=-7", whole.content[-7:]),
        (f"bytes=10-{size * 2}", whole.content[10:]),
    ):
        got = await fetched(office, file, Range=asked, **{"If-Range": etag})
        assert (got.status_code, got.content) == (206, part), asked
        first = size - 7 if asked == "bytes=-7" else int(asked[6:].partition("-")[0])
        assert got.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/{size}"
    for headers in (
        {"Range": "bytes=5-", "If-Range": '"another"'},
        {"Range": "bytes=0-1,5-6"},
        {"Range": "rows=0-1"},
        {"Range": "bytes=5-1"},
    ):
        got = await fetched(office, file, **headers)
        assert (got.status_code, got.content) == (200, whole.content), headers
    for asked in (f"bytes={size}-", "bytes=-0"):
        beyond = await fetched(office, file, Range=asked)
        assert problem(beyond) == (416, "range_not_satisfiable")
        assert beyond.headers["content-range"] == f"bytes */{size}"


async def test_a_worker_killed_meanwhile_leaves_nothing_and_the_next_makes_one_whole_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "PART", 1000)
    monkeypatch.setattr("gateway.exports.store.PART", 1000)
    asked = await office.made("app", EXPORTS, {"what": "processes"})
    database = office.house.database
    writing, stuck = asyncio.Event(), asyncio.Event()
    keep = making._File._keep

    async def keep_and_wait(file: Any, part: bytes) -> None:
        await keep(file, part)
        writing.set()
        await stuck.wait()

    monkeypatch.setattr(making._File, "_keep", keep_and_wait)
    first = asyncio.create_task(Exporter(database, SystemClock()).step())
    await writing.wait()
    assert await Exporter(database, SystemClock()).step() == 0  # somebody is at it
    async with database.connection() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert await connection.fetchval("SELECT count(*) FROM export_part") == 0
    stuck.set()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await first

    assert await Exporter(database, SystemClock()).step() == 1
    told = (await office.ask("app", "GET", f"{EXPORTS}/{asked['id']}/manifest")).json()
    file = next(each for each in told["files"] if each["name"] == "processes.ndjson")
    got = await fetched(office, file)
    assert hashlib.sha256(got.content).hexdigest() == file["sha256"]
    assert len(got.content.splitlines()) == told["rows"] == 25


async def test_exports_of_others_are_not_there_and_what_is_no_filter_is_refused(
    office: Office,
) -> None:
    other = await opened_office(office.house, "Басқа қор")
    told = await made(office, what="contracts", format="csv")
    own = f"{EXPORTS}/{told['export']}"
    for path in (own, f"{own}/manifest", f"{own}/files/contracts.csv"):
        assert problem(await other.ask("app", "GET", path)) == (404, "not_found")
    assert problem(await other.ask("app", "DELETE", own)) == (404, "not_found")
    assert (await other.ask("app", "GET", EXPORTS)).json()["data"] == []
    listed = (await office.ask("app", "GET", EXPORTS)).json()["data"]
    assert [each["id"] for each in listed] == [told["export"]]

    for body, pointer in (
        ({"what": "lots", "filter": {"colour": ["red"]}}, "/body/filter/colour"),
        ({"what": "lots", "filter": {"limit": 5}}, "/body/filter/limit"),
        ({"what": "lots", "filter": {"region": ["x"]}}, "/body/filter/region/0"),
        ({"what": "alerts", "format": "csv"}, "/body/format"),
    ):
        refused = await office.ask("app", "POST", EXPORTS, body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == pointer
    dear = await office.ask("app", "POST", EXPORTS, {"what": "lots", "filter": {"amount[gte]": 5}})
    assert problem(dear) == (422, "currency_required")


async def test_a_file_takes_the_scope_of_its_list(office: Office) -> None:
    told = await made(office, what="contracts", format="csv")
    key = await management.add_key(
        office.house.database, SystemClock(), organisation="Қор", scopes=["exports:create"]
    )
    headers = {"Authorization": f"Bearer {key.text}", "Idempotency-Key": "one"}

    asked = await office.house.client.post(EXPORTS, json={"what": "lots"}, headers=headers)
    fetched_ = await office.house.client.get(told["files"][0]["link"], headers=headers)

    assert problem(asked) == (403, "scope_missing")
    assert problem(fetched_) == (403, "scope_missing")


async def test_files_go_when_they_expire_or_are_cancelled(office: Office) -> None:
    told = await made(office, what="lots", format="csv")
    waiting = await office.made("app", EXPORTS, {"what": "lots"})
    gone = await office.ask("app", "DELETE", f"{EXPORTS}/{waiting['id']}")
    assert gone.status_code == 204
    later = FixedClock(SystemClock().now() + making.KEPT)

    assert await Exporter(office.house.database, later).step() == 0

    states = {
        each["id"]: each["state"]
        for each in (await office.ask("app", "GET", EXPORTS)).json()["data"]
    }
    assert states == {told["export"]: "expired", waiting["id"]: "cancelled"}
    for file in told["files"]:
        assert problem(await fetched(office, file)) == (404, "not_found")
    manifest = await office.ask("app", "GET", f"{EXPORTS}/{told['export']}/manifest")
    assert manifest.status_code == 409
    async with office.house.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM export_part") == 0
