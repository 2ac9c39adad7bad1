"""The disk under PostgreSQL is full: writers are told, and go on once there is space again."""

import asyncio
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.harness.scene import Scene, opened_scene, start_case
from tests.support.harness import Figure
from tests.support.small_disk import small_disk

pytestmark = pytest.mark.long

MEGABYTES = 200
"""A fresh platform takes half of it, its log another quarter."""

COUNT, MORE = 200, 200
WRITERS = 8
BEFORE, REFUSALS = 20, 30
FULL_AT_MOST, BACK_WITHIN = 60.0, 30.0


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    with disk() as folder:
        data = folder / "postgres"
        data.mkdir(mode=0o700)
        place = tmp_path / "data"
        place.mkdir()
        (place / "postgres").symlink_to(data)
        async with opened_scene(tmp_path, COUNT) as found:
            yield found


@contextmanager
def disk() -> Iterator[Path]:
    """A small disk where the user that PostgreSQL runs as can reach it."""
    folder = Path(tempfile.mkdtemp(prefix="qadaga-test-"))
    folder.chmod(0o711)
    try:
        with small_disk(folder / "disk", MEGABYTES) as small:
            yield small
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Take every byte that is left on a disk, again and again, until it is given back."""
    filling = folder / "filling"
    with filling.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    try:
        yield
    finally:
        filling.unlink()


@pytest.mark.check("F11", tier=3, limit="201 or 503, 0 accepted lost, taken again within 30 s")
async def test_a_full_disk_loses_nothing_and_work_goes_on_once_there_is_space(
    scene: Scene, figure: Figure
) -> None:
    stage = scene.stage
    ours = {name: stage.pid(name) for name in stage.names if name != "postgres"}
    kept: dict[int, dict[str, Any]] = {}
    refused: set[int] = set()
    told = Counter[int]()
    numbers = iter(range(100_000))

    async def write() -> None:
        until = time.monotonic() + FULL_AT_MOST
        while told[503] < REFUSALS and time.monotonic() < until:
            number = next(numbers)
            answer = await start_case(scene, number)
            told[answer.status_code] += 1
            if answer.status_code == 201:
                kept[number] = answer.json()
            else:
                refused.add(number)
                await stage.revive()

    writing = [asyncio.create_task(write()) for _ in range(WRITERS)]
    while len(kept) < BEFORE:
        await asyncio.sleep(0.01)
    with filled((scene.folder / "data" / "postgres").resolve().parent):
        loading = await scene.load(COUNT, MORE)
        await asyncio.gather(*writing)
        loaded = await loading.wait()
        reads = {(await scene.client.get("/v1/processes?limit=5")).status_code for _ in range(5)}
    began = time.monotonic()
    while (await start_case(scene, min(refused))).status_code != 201:
        assert time.monotonic() < began + 2 * BACK_WITHIN, "writes are not taken again"
        await stage.revive()
        await asyncio.sleep(0.05)
    back = time.monotonic() - began

    assert await (await scene.load(COUNT, MORE)).wait() == 0
    await scene.level()
    lost = await scene.unscored()
    again = {number: (await start_case(scene, number)) for number in (*kept, *refused)}
    async with stage.admin() as admin:
        rows = await admin.fetch("SELECT title FROM cases.casefile")
    titles = Counter(row["title"] for row in rows)

    figure(
        f"{told[201]} writes taken before, {told[503]} refused on a full disk, "
        f"taken again after {back:.1f} s, {len(lost)} releases unscored"
    )
    assert told.keys() <= {201, 503}, told
    assert told[503] >= REFUSALS
    assert loaded != 0
    assert reads <= {200, 503}
    assert back < BACK_WITHIN
    assert lost == set()
    assert {answer.status_code for answer in again.values()} == {201}
    assert {number: again[number].json() for number in kept} == kept
    assert titles == Counter(f"Case {number}" for number in again)
    assert {name: stage.pid(name) for name in ours} == ours, "somebody had to be started again"
