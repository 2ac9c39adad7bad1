"""Where evidence is kept, a folder or a bucket: the same of both, on real ones."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from pydantic import ValidationError

from cases.evidence.files import Files
from cases.evidence.storing import files_of
from shared.errors import DependencyDown
from tests.cases.evidence import stores
from tests.cases.evidence.files import package, photograph, place_in
from tests.cases.evidence.stores import Kept
from tests.cases.evidence.test_evidence import fetch, opened, upload
from tests.cases.office import Office, opened_office, problem
from tests.support.postgres import Cluster

MIB: Final = 1024 * 1024


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stores.running(tmp_path_factory.mktemp("store")) as found:
        yield found


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.thorough)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """Both places; the store is started for the second alone."""
    if request.param == "folder":
        return stores.folder(tmp_path / "evidence")
    return stores.bucket(request.getfixturevalue("endpoint"), tmp_path / "evidence")


@pytest.fixture
async def office(cluster: Cluster, tmp_path: Path, kept: Kept) -> AsyncIterator[Office]:
    async with opened_office(cluster, tmp_path, **kept.settings) as found:
        yield found


async def test_a_photograph_is_kept_by_its_content_verified_and_given_out(
    office: Office, kept: Kept
) -> None:
    case, picture = await opened(office), photograph()
    piece = (await upload(office, case, picture)).json()
    again = (await upload(office, case, picture)).json()
    at = f"/evidence/{piece['id']}"
    original = await fetch(office, piece["id"], which="original")
    copy = await fetch(office, piece["id"])
    intact = (await office.post(f"{at}:verify")).json()
    names = {piece["sha256"], piece["cleaned_sha256"]}
    before = kept.all()
    kept.damage(bytes.fromhex(piece["sha256"]), picture[:-1] + b"\x00")
    kept.damage(bytes.fromhex(piece["cleaned_sha256"]), None)
    spoilt = (await office.post(f"{at}:verify")).json()
    custody = (await office.get(f"{at}/custody")).json()["data"]

    assert before.keys() == names == {again["sha256"], again["cleaned_sha256"]}
    assert before[piece["sha256"]] == original.content == picture
    assert before[piece["cleaned_sha256"]] == copy.content
    assert not place_in(copy.content)
    assert (intact["original"], intact["cleaned"]) == ("intact", "intact")
    assert (spoilt["original"], spoilt["cleaned"]) == ("changed", "missing")
    assert problem(await fetch(office, piece["id"])) == (404, "not_found")
    assert [one["result"] for one in custody][-2:] == ["changed", "missing"]


async def test_what_is_refused_or_breaks_off_leaves_nothing_that_can_be_read(
    office: Office, kept: Kept
) -> None:
    case = await opened(office)
    refused = await upload(office, case, photograph() + package("a.txt"))
    broken = await upload(office, case, breaking())

    assert problem(refused) == (422, "file_refused")
    assert broken.is_error
    assert kept.all() == {}
    assert list((office.settings.evidence_path / "arriving").iterdir()) == []
    assert (await office.get(f"/cases/{case}/evidence")).json()["data"] == []


async def test_fifty_megabytes_are_kept_and_read_again_in_constant_memory(
    office: Office, kept: Kept
) -> None:
    files = files_of(office.settings)
    await through(files, 2 * MIB)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await through(files, 48 * MIB)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024

    assert sorted(map(len, kept.all().values())) == [2 * MIB, 48 * MIB]
    assert grown < 30, "MiB: two parts of five under way, never the file"


@pytest.mark.thorough
async def test_an_upload_that_dies_half_way_into_the_bucket_shows_nothing_and_is_done_again(
    endpoint: str, tmp_path: Path, cluster: Cluster
) -> None:
    """Between the service and the store stands a line that is cut after four megabytes."""
    kept = stores.bucket(endpoint, tmp_path / "evidence")
    async with (
        cut(endpoint, after=4 * MIB) as line,
        opened_office(cluster, tmp_path, **{**kept.settings, "evidence_endpoint": line}) as broken,
    ):
        case = await opened(broken)
        content = b"".join(b"%d. A line of a text.\n" % n for n in range(600_000))
        key = "one-and-the-same"
        died = await upload(broken, case, content, name="a.txt", key=key)
        listed = (await broken.get(f"/cases/{case}/evidence")).json()["data"]
        seen = kept.all()
        again = broken.settings.model_copy(update={"evidence_endpoint": endpoint})
        broken.app.state.desk.settings = again
        done = await upload(broken, case, content, name="a.txt", key=key)

    assert len(content) > 12 * MIB
    assert problem(died) == (503, "dependency_down")
    assert (listed, seen) == ([], {})
    assert done.status_code == 201, done.text
    assert kept.all() == {done.json()["sha256"]: content}


@pytest.mark.thorough
async def test_a_store_that_is_away_or_has_another_key_is_no_missing_file(
    endpoint: str, tmp_path: Path, cluster: Cluster
) -> None:
    told = stores.bucket(endpoint, tmp_path / "evidence").settings
    async with opened_office(cluster, tmp_path, **told) as office:
        for change in (
            {"evidence_endpoint": "http://127.0.0.1:1"},
            {"evidence_store": "s3://evidence/other", "evidence_access_key": "nobody"},
        ):
            settings = type(office.settings)(**{**office.settings.model_dump(), **change})
            with pytest.raises(DependencyDown):
                await files_of(settings).state_of(b"\0" * 32)
        for flaw in ({"evidence_secret_key": None}, {"evidence_store": "https://bucket"}):
            with pytest.raises(ValidationError):
                type(office.settings)(**{**office.settings.model_dump(), **flaw})


async def through(files: Files, size: int) -> None:
    """Take a file of random bytes in, keep it, and read it again."""

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(size // MIB):
            yield os.urandom(MIB)

    with files.place() as path:
        arrived = await files.receive(path, stream(), size)
        await files.keep(arrived)
    assert await files.state_of(arrived.sha256) == "intact"


async def breaking() -> AsyncIterator[bytes]:
    yield photograph()
    raise httpx.ReadError("the sender went away")


class cut:  # noqa: N801 (used as a function)
    """A line to an endpoint that lets so many bytes pass and then is dead."""

    def __init__(self, endpoint: str, *, after: int) -> None:
        self._port, self._left = int(endpoint.rpartition(":")[2]), after

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, onward = await asyncio.open_connection("127.0.0.1", self._port)
        back = asyncio.create_task(self._copy(there, writer))
        while self._left > 0 and (part := await reader.read(64 * 1024)):
            self._left -= len(part)
            onward.write(part)
            await onward.drain()
        onward.close()
        writer.transport.abort() if self._left <= 0 else writer.close()
        back.cancel()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while part := await reader.read(64 * 1024):
            writer.write(part)
            await writer.drain()
