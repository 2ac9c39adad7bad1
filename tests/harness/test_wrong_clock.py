"""Clocks of processes that are a year ahead or an hour behind: nothing is decided by them.

The time of a process is changed by libfaketime while it works, and before it starts.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from tests.harness.scene import Scene, key_of_an_editor, start_case
from tests.support.harness import Figure

LIBRARY = next(Path("/usr").glob("lib*/**/faketime/libfaketimeMT.so.1"), None)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(LIBRARY is None, reason="there is no libfaketime on this machine"),
]

WRONG = ("gateway-api", "cases-api", "cases-worker")
INTERFACES = WRONG[:2]
SHIFTS = ("+400d", "-1h")
NOTICED_WITHIN, BACK_WITHIN, ENDS_WITHIN = 6.0, 10.0, 60.0
WATCHED = 5.0
MOST_LINES = 60
"""Of the log of one process in so long: no storm."""

FIRST = 8_000
ENDED = """
    UPDATE gateway.api_key SET expires_at = now() - interval '10 minutes' WHERE id = $1
"""


@pytest.mark.check("F15", tier=3, limit="0 accepted, 0 done 6 s after a jump; no start; no storm")
async def test_whoever_has_a_wrong_clock_accepts_nothing_and_does_nothing(
    scene: Scene, tmp_path: Path, figure: Figure
) -> None:
    stage, clock = scene.stage, tmp_path / "clock"
    told = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    made = await key_of_an_editor(stage, "Ended")
    async with stage.admin() as admin:
        assert await admin.execute(ENDED, made["id"]) == "UPDATE 1"
    ended = {"Authorization": f"Bearer {made['key']}"}
    clock.write_text("+0")
    wrong: list[int] = []
    lines = 0
    async with AsyncExitStack() as stack:
        for name in WRONG:
            await stack.enter_async_context(stage.told_otherwise(name, told))
        assert (await start_case(scene, FIRST)).status_code == 201
        for number, shift in enumerate(SHIFTS, FIRST + 1):
            clock.write_text(shift)
            await asyncio.sleep(NOTICED_WITHIN)
            before = sum(written(scene, name) for name in WRONG)
            until = time.monotonic() + WATCHED
            while time.monotonic() < until:
                answers = [
                    await scene.client.get("/v1/me"),
                    await scene.client.get("/v1/processes?limit=5"),
                    await scene.client.get("/v1/me", headers=ended),
                    await start_case(scene, number),
                    *[await scene.client.get(f"{at}/readyz") for at in addresses(scene)],
                ]
                wrong += [one.status_code for one in answers]
                await asyncio.sleep(0.5)
            lines = max(lines, sum(written(scene, name) for name in WRONG) - before)
            clock.write_text("+0")
            await back(scene)
            assert (await scene.client.get("/v1/me", headers=ended)).status_code == 401
        clock.write_text(SHIFTS[1])
        await stage.kill("gateway-api")
        until = time.monotonic() + ENDS_WITHIN
        while stage.fallen() != ["gateway-api"]:
            assert time.monotonic() < until, "it lives with a wrong clock"
            with pytest.raises(httpx.TransportError):
                await scene.client.get("/readyz")
            await asyncio.sleep(0.1)
        clock.write_text("+0")
        await stage.ready("gateway-api")
        await back(scene)

    figure(
        f"{len(wrong)} answers while clocks were wrong, {sum(one < 400 for one in wrong)} of them "
        f"accepted; at most {lines} lines of log in {WATCHED:.0f} s; no start"
    )
    assert set(wrong) <= {401, 503}
    assert lines < MOST_LINES * len(WRONG)


def addresses(scene: Scene) -> Iterator[str]:
    """Where the interfaces with a wrong clock answer."""
    return (f"http://127.0.0.1:{scene.stage.platform.ports[name]}" for name in INTERFACES)


def written(scene: Scene, name: str) -> int:
    """Lines of a process's log."""
    log = scene.stage.platform.place.logs / f"{name}.log"
    return log.read_bytes().count(b"\n")


async def back(scene: Scene) -> None:
    """Wait until work goes on."""
    began = time.monotonic()
    while (await start_case(scene, FIRST + 1)).status_code != 201:
        assert time.monotonic() < began + BACK_WITHIN
        await asyncio.sleep(0.1)
    assert (await scene.client.get("/v1/processes?limit=5")).status_code == 200
