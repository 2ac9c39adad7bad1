import asyncio
import random
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.ingestor.office import Office, lines, release

FEW, MANY = 1_500, 6_000


def write(path: Path, count: int) -> None:
    """Write releases of some 3 kB, each with text of its own."""
    chance = random.Random(count)
    with path.open("wb") as file:
        for number in range(count):
            items = [{"id": str(n), "description": chance.randbytes(40).hex()} for n in range(20)]
            file.write(lines([release(f"ocds-m-{number}", tender={"id": "t", "items": items})]))


async def peak_memory(office: Office, path: Path) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ingestor", "load", str(path), env=office.environment()
    )
    watched, peak = psutil.Process(process.pid), 0
    while process.returncode is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        await asyncio.sleep(0.02)
    assert await process.wait() == 0
    return peak


@pytest.mark.thorough
async def test_memory_does_not_grow_with_the_length_of_a_file(
    office: Office, tmp_path: Path
) -> None:
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    write(few, FEW)
    write(many, MANY)

    small = await peak_memory(office, few)
    began = time.monotonic()
    large = await peak_memory(office, many)

    print(f"{small / 1e6:.0f} MB for {FEW}, {large / 1e6:.0f} MB for {MANY} releases,")
    print(f"{MANY / (time.monotonic() - began):.0f} releases a second")
    assert large < small + 50e6
