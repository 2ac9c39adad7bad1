"""All that is an organisation's in two archives: whole, without secrets, and nothing of another."""

import hashlib
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import cases.tables
import cases.takeout
import gateway.takeout
from cases.evidence.storing import files_of
from gateway import management
from gateway.audit.chain import Audit
from gateway.tables import Organisation
from shared.clock import SystemClock
from shared.kernel_tables import KERNEL_TABLES
from shared.takeout import MANIFEST
from tests.cases.evidence.files import photograph
from tests.gateway.casework import Casework, opened_casework
from tests.gateway.house import House, opened_house
from tests.gateway.test_evidence import sent
from tests.support.postgres import SERVICES, Cluster, opened


@pytest.fixture
async def casework(cluster: Cluster, valkey_url: str, tmp_path: Path) -> AsyncIterator[Casework]:
    async with (
        cluster.copy("gateway", SERVICES["gateway"]) as name,
        opened(cluster.url("gateway", name)) as database,
        opened_house(database, cluster.url("gateway", name), valkey_url) as house,
        opened_casework(house, cluster, tmp_path) as casework,
    ):
        yield casework


async def test_an_organisation_takes_out_what_is_its_own_and_nothing_of_another(
    casework: Casework, tmp_path: Path
) -> None:
    house, clock = casework.house, SystemClock()
    own, other = await casework.organisation("Own"), await casework.organisation("Other")
    for organisation, word in ((own, "their road"), (other, "a strange bridge")):
        key = await casework.key(organisation)
        case = (await casework.ask("POST", "/cases", key, {"title": word})).json()["id"]
        assert await sent(casework, case, key, photograph(turned=2 if word[0] == "a" else 1))
    made = await management.add_member(
        house.database, clock, organisation=own, name="Айгүл", role="admin"
    )
    audit, into = Audit(b"k" * 32), tmp_path / "gateway.zip"
    named: dict[str, Any] = {"organisation": own, "into": into}

    for stranger in (await _member(house, other), await _member(house, own, "reader"), "mem_none"):
        with pytest.raises(gateway.takeout.NotAdministratorError):
            await gateway.takeout.take(house.database, clock, audit, member=stranger, **named)
    assert not list(tmp_path.glob("gateway.zip*"))
    await gateway.takeout.take(house.database, clock, audit, member=made.id, **named)
    office = casework.office
    desk = office.app.state.desk
    await cases.takeout.take(
        desk.database,
        files_of(desk.settings),
        clock,
        organisation=own,
        member=made.id,
        into=tmp_path / "cases.zip",
    )

    told = _whole(into)
    assert [row["name"] for row in told["organisation"]] == ["Own"]
    assert "Айгүл" in {row["name"] for row in told["member"]}
    assert told["api_key"]
    assert not any("secret_hash" in row for row in told["api_key"])
    taken = [row for row in await _audit(house) if row["act"] == gateway.takeout.ACT]
    assert [(row["object"], json.loads(row["details"])) for row in taken] == [
        (own, {"member": made.id})
    ]

    found = _whole(tmp_path / "cases.zip")
    assert [row["title"] for row in found["casefile"]] == ["their road"]
    assert len(found["evidence"]) == 1
    files = {name: content for name, content in found.items() if name.startswith("files/")}
    assert photograph() in files.values()
    assert len(files) == 2
    assert [row["what"] for row in found["event"]] == ["created", "add_evidence"]
    async with desk.database.connection() as connection:
        events = "SELECT by_member FROM event WHERE what = 'taken_out' AND organisation = $1"
        assert await connection.fetchval(events, own) == made.id

    with pytest.raises(FileExistsError):
        await gateway.takeout.take(house.database, clock, audit, member=made.id, **named)


async def _member(house: House, organisation: str, role: str = "admin") -> str:
    made = await management.add_member(
        house.database, SystemClock(), organisation=organisation, name="Somebody", role=role
    )
    return made.id


async def _audit(house: House) -> list[Any]:
    async with house.database.connection() as connection:
        return list(await connection.fetch("SELECT * FROM audit_entry ORDER BY seq"))


def _whole(path: Path) -> dict[str, Any]:
    """What an archive holds, each file as its manifest says it is."""
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read(MANIFEST))
        contents = {entry["name"]: archive.read(entry["name"]) for entry in told["files"]}
        assert set(archive.namelist()) == {MANIFEST, *contents}
    assert not any(b"Other" in one or b"strange" in one for one in contents.values())
    found: dict[str, Any] = {}
    for entry in told["files"]:
        content = contents[entry["name"]]
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert len(content) == entry["size"]
        if entry["rows"] is None:
            found[entry["name"]] = content
            continue
        rows = [json.loads(line) for line in content.splitlines()]
        assert len(rows) == entry["rows"]
        found[entry["name"].removesuffix(".ndjson")] = rows
    return found


def test_every_table_is_taken_from_or_says_why_not() -> None:
    for service, metadata in (
        (gateway.takeout, Organisation.metadata),
        (cases.takeout, cases.tables.Base.metadata),
    ):
        tables = {table.name for table in metadata.tables.values()}
        said = {*service.TAKEN, *service.LEFT} - {"tips"} - set(KERNEL_TABLES)
        assert said == tables
        assert not set(service.TAKEN) & set(service.LEFT)
