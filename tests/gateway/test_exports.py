"""Exports: a list as a file, the same rows as the list, fetched in parts by who asked for it."""

import asyncio
import csv
import gzip
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import asyncpg
import duckdb
import ocdscardinal
import openpyxl
import pytest
from jsonschema import Draft202012Validator

from gateway import management
from gateway.exports import dumps, making, workbook
from gateway.exports.fields import FIELDS, Field
from gateway.exports.formats import cell
from gateway.exports.making import Exporter
from gateway.tiers import TIERS
from shared.clock import FixedClock, SystemClock
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
from tests.gateway.office import Office, described, opened_office

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


@pytest.mark.check("B12", tier=1, limit="0 formulas")
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
@pytest.mark.check("B12", tier=1, limit="0 formulas")
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
        ({"what": "lots", "filter": {"buyer": ["12"]}}, "/body/filter/buyer"),
        ({"what": "lots", "filter": {"amount[gte]": 5}}, "/body/filter/currency"),
        (
            {"what": "processes", "filter": {"published[gte]": 20260101}},
            "/body/filter/published[gte]",
        ),
        ({"what": "scores", "filter": {"band": ["hihg"]}}, "/body/filter/band/0"),
        ({"what": "scores", "filter": {"subject_type": ["proces"]}}, "/body/filter/subject_type/0"),
        ({"what": "findings", "filter": {"status": ["flaged"]}}, "/body/filter/status/0"),
        ({"what": "alerts", "format": "ocds"}, "/body/format"),
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


def file_of(told: Any, name: str) -> Any:
    return next(each for each in told["files"] if each["name"] == name)


@pytest.mark.check("B12", tier=1, limit="0 formulas")
async def test_a_workbook_read_by_another_program_has_every_row_and_no_formula(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "ROWS", 10)
    told = await made(office, what="processes", format="xlsx")
    got = await fetched(office, file_of(told, "processes.xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(got.content), read_only=True)

    assert book.sheetnames == ["processes", "processes 2", "processes 3"]
    sheets = [list(book[name].iter_rows()) for name in book.sheetnames]
    assert [len(rows) - 1 for rows in sheets] == [10, 10, 5]
    names = [each.name for each in FIELDS["processes"]]
    assert [[one.value for one in rows[0]] for rows in sheets] == [names] * 3
    cells = {
        rows[n][names.index("ocid")].value: rows[n] for rows in sheets for n in range(1, len(rows))
    }
    title = cells["o-00"][names.index("title")]
    assert (title.value, title.data_type) == (FORMULA, "s")
    assert cells["o-03"][names.index("risk_expected")].value == 60
    assert cells["o-03"][names.index("amount")].value == 1000
    assert {one.data_type for row in cells.values() for one in row} <= {"s", "n"}


async def test_parquet_read_by_another_program_has_types_lists_and_nulls(
    office: Office, tmp_path: Path
) -> None:
    told = await made(office, what="processes", format="parquet")
    path = tmp_path / "processes.parquet"
    path.write_bytes((await fetched(office, file_of(told, path.name))).content)
    with duckdb.connect() as reader:
        types = dict(
            reader.execute(f"SELECT column_name, column_type FROM (DESCRIBE '{path}')").fetchall()
        )
        rows = reader.execute(
            f"SELECT ocid, title, amount, flagged, epoch(published) FROM '{path}' ORDER BY ocid"
        ).fetchall()

    assert list(types) == [each.name for each in FIELDS["processes"]]
    assert types["amount"] == "DECIMAL(38,6)"
    assert types["published"] == "TIMESTAMP WITH TIME ZONE"
    assert types["buyer_ids"] == "VARCHAR[]"
    assert len(rows) == told["rows"] == 25
    assert rows[0] == ("o-00", FORMULA, Decimal(1000), [], 1768003200.0)
    assert rows[3][3] == ["R018"]


async def test_an_ocds_package_is_what_tools_for_ocds_read_with_the_licence_of_its_source(
    office: Office, tmp_path: Path
) -> None:
    told = await made(office, what="processes", format="ocds", filter={"method": ["open"]})
    got = await fetched(office, file_of(told, "processes.json"))
    package = got.json()

    Draft202012Validator(PACKAGE).validate(package)
    assert package["uri"].endswith(file_of(told, "processes.json")["link"])
    assert package["publisher"]["name"] == "Publisher of kz-test"
    assert package["license"] == "CC-BY-4.0"
    assert told["rows"] == len(package["releases"]) == 25
    path = f"/v1/ocds/releases?process={process('o-03')}"
    (served,) = (await office.ask("app", "GET", path)).json()["releases"]
    assert served in package["releases"]
    packed = await made(office, what="processes", format="ocds.gz")
    file = file_of(packed, "processes.json.gz")
    again = json.loads(gzip.decompress((await fetched(office, file)).content))
    assert again["releases"] == package["releases"]
    lines = tmp_path / "releases.jsonl"
    lines.write_text("".join(f"{json.dumps(each)}\n" for each in package["releases"]))
    assert ocdscardinal.coverage(str(lines))["/tender/title"] == 25
    nothing = await made(office, what="processes", format="ocds", filter={"method": ["direct"]})
    file = file_of(nothing, "processes.json")
    assert (await fetched(office, file)).json()["releases"] == []


PACKAGE: dict[str, Any] = {
    "type": "object",
    "required": ["uri", "publisher", "publishedDate", "releases", "version"],
    "properties": {
        "uri": {"type": "string", "format": "uri"},
        "version": {"type": "string", "pattern": r"^(\d+\.)(\d+)$"},
        "publisher": {"type": "object", "required": ["name"]},
        "publishedDate": {"type": "string", "format": "date-time"},
        "license": {"type": "string", "minLength": 1},
        "releases": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {
                "type": "object",
                "required": ["ocid", "id", "date", "tag"],
                "properties": {
                    "ocid": {"type": "string", "minLength": 1},
                    "id": {"type": "string", "minLength": 1},
                    "date": {"type": "string", "format": "date-time"},
                    "tag": {"type": "array", "minItems": 1},
                },
            },
        },
    },
}
"""What the OCDS 1.1 release package schema demands of a package and of each release."""


async def test_twenty_exports_asked_for_at_once_take_no_connection_from_each_other(
    office: Office,
) -> None:
    body = {"what": "alerts"}
    asked = [office.ask("app", "POST", EXPORTS, body) for _ in range(20)]

    async with asyncio.timeout(3.0):
        answers = await asyncio.gather(*asked)

    assert {answer.status_code for answer in answers} == {202}


async def test_who_reads_no_withheld_sign_does_not_learn_by_asking_for_it_whom_it_flags(
    office: Office,
) -> None:
    await office.house.fill("catalogue", indicator("R018", publication="public"), indicator("K9"))
    await office.house.fill(
        "scores",
        score(organisation(SUPPLIER_BIN), kind="supplier", lines=(line("R018"), line("K9"))),
    )
    key = await management.add_key(
        office.house.database,
        SystemClock(),
        organisation=office.id,
        scopes=["exports:create", "scores:read"],
    )
    rows = {}
    for who, text in (("partner", office.keys["app"]), ("public", key.text)):
        office.keys["app"] = text
        for code in ("R018", "K9"):
            asked = {"subject_type": ["supplier"], "indicator": [code]}
            rows[who, code] = (await made(office, what="scores", filter=asked))["rows"]

    assert rows["partner", "K9"] == rows["public", "R018"] == rows["partner", "R018"] == 1
    assert rows["public", "K9"] == 0


async def test_findings_name_a_supplier_to_partners_only_where_precision_is_not_measured(
    office: Office,
) -> None:
    await office.house.fill("catalogue", indicator("R018", publication="public"), indicator("K9"))
    supplier = organisation(SUPPLIER_BIN)
    await office.house.fill(
        "scores",
        score(supplier, kind="supplier", lines=(line("R018"), line("K9"), line("K9", "clear"))),
    )
    bare = ["exports:create", "scores:read"]
    key = await management.add_key(
        office.house.database, SystemClock(), organisation=office.id, scopes=bare
    )
    partner, public = office.keys["app"], key.text
    found: dict[tuple[str, str], Any] = {}
    for who, key_text in (("partner", partner), ("public", public)):
        office.keys["app"] = key_text
        for what in ("findings", "scores"):
            told = await made(office, what=what, filter={"subject_type": ["supplier"]})
            file = file_of(told, f"{what}.ndjson")
            lines = (await fetched(office, file)).text.splitlines()
            found[who, what] = [json.loads(each) for each in lines]
            if (who, what) == ("partner", "findings"):
                of_partner = file
    usual = await made(office, what="findings", filter={})
    assert (await made(office, what="findings", filter={"status": []}))["rows"] == usual["rows"] > 0
    told = await made(office, what="findings", filter={"status": ["clear"], "indicator": ["K9"]})
    assert told["rows"] == 0

    assert [each["code"] for each in found["partner", "findings"]] == ["R018", "K9"]
    assert [each["code"] for each in found["public", "findings"]] == ["R018"]
    assert found["public", "findings"][0] == found["partner", "findings"][0]
    assert found["partner", "scores"][0]["summary"]["flagged"] == ["R018", "K9"]
    assert found["public", "scores"][0]["summary"]["flagged"] == ["R018"]
    assert found["public", "scores"][0]["summary"]["withheld"] == 1
    assert problem(await fetched(office, of_partner)) == (403, "scope_missing")


async def test_every_list_is_a_table_with_a_value_in_every_declared_column_of_some_row(
    office: Office,
) -> None:
    for what in ("alerts", "scores", "findings"):
        told = await made(office, what=what, format="csv")
        text = (await fetched(office, file_of(told, f"{what}.csv"))).text
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert len(rows) == told["rows"] == 1
        assert list(rows[0]) == [each.name for each in FIELDS[what]]
        assert rows[0]["subject_id"] == process("o-03")
    assert rows[0]["evidence_paths"] == "/tender/title"


async def test_rows_of_an_export_count_to_the_day_and_one_too_many_are_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await made(office, what="processes")
    used = (await office.ask("app", "GET", "/v1/usage")).json()["days"][0]["used"]
    assert {each["what"]: each["used"] for each in used}["rows"] == told["rows"] == 25
    monkeypatch.setitem(cast("dict[str, int]", TIERS["standard"].per_day), "rows", 49)

    asked = await office.made("app", EXPORTS, {"what": "processes"})
    await Exporter(office.house.database, SystemClock()).step()

    ended = (await office.ask("app", "GET", f"{EXPORTS}/{asked['id']}")).json()
    assert (ended["state"], ended["fault"]) == ("failed", "daily_quota_spent")
    async with office.house.database.connection() as connection:
        left = await connection.fetchval(
            "SELECT count(*) FROM export_part WHERE export_id = $1", asked["id"]
        )
    assert left == 0


async def test_every_night_the_whole_view_is_dumped_once_announced_to_all_and_let_go(
    office: Office,
) -> None:
    database = office.house.database
    night = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)  # half past one on the second in Kazakhstan
    async with database.connection() as connection:
        await dumps.ask(connection, now=night - timedelta(minutes=45))
        assert await connection.fetchval("SELECT count(*) FROM export") == 0
        for _ in range(2):
            await dumps.ask(connection, now=night)
    assert await Exporter(database, FixedClock(night)).step() == len(dumps.DUMPED)

    answer = await office.house.client.get("/v1/dumps")
    described(office.house.app.openapi(), answer)
    (dump,) = answer.json()["data"]
    assert dump["day"] == "2026-03-02"
    assert dump["licences"] == [{"source": "kz-test", "licence": "CC-BY-4.0", "attribution": None}]
    files = {each["name"]: each for each in dump["files"]}
    assert {name: each["rows"] for name, each in files.items()} == {
        "processes.json.gz": 25,
        "processes.ndjson.gz": 25,
        "lots.ndjson.gz": 0,
        "contracts.ndjson.gz": 25,
        "scores.ndjson.gz": 1,
        "findings.ndjson.gz": 1,
        "alerts.ndjson.gz": 1,
    }
    got = await fetched(office, files["scores.ndjson.gz"])
    assert hashlib.sha256(got.content).hexdigest() == files["scores.ndjson.gz"]["sha256"]
    assert json.loads(gzip.decompress(got.content))["summary"]["band"] == "high"
    unknown = await office.house.client.get(files["scores.ndjson.gz"]["link"])
    assert problem(unknown) == (401, "unauthenticated")
    assert (await office.ask("app", "GET", EXPORTS)).json()["data"] == []

    await Exporter(database, FixedClock(night + making.DUMP_KEPT)).step()
    assert (await office.house.client.get("/v1/dumps")).json()["data"] == []
    assert problem(await fetched(office, files["scores.ndjson.gz"])) == (404, "not_found")
