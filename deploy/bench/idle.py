"""What the platform costs while nothing happens, and how quickly it comes back after a stop."""

import asyncio
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psutil

from deploy.bench.running import Running, running
from deploy.sandbox.generate import releases

MEMORY_GOAL = 1.2
"""GB of memory of all processes together, shared pages counted once (PSS)."""

START_GOAL = 15.0
"""Seconds from the command to everything ready, with data from an earlier run."""

SETTLED = 20.0
PURCHASES = 300


def run() -> None:
    """Print memory in GB and the warm start in seconds, each against its goal."""
    asyncio.run(_run())


async def _run() -> None:
    with tempfile.TemporaryDirectory(prefix="qadaga-idle-") as name:
        folder = Path(name)
        async with running(folder) as system:
            await _fill(system, folder)
        async with running(folder) as system:
            await asyncio.sleep(SETTLED)
            parts = _memory()
            started_in = system.started_in
    for title, size in sorted(parts.items()):
        print(f"  {title:<18} {size / 1e6:7.0f} MB")
    print(f"bench idle ratio={sum(parts.values()) / 1e9:.3f} goal={MEMORY_GOAL}")
    print(f"bench start ratio={started_in:.1f} goal={START_GOAL:.0f}")


async def _fill(system: Running, folder: Path) -> None:
    file = folder / "releases.jsonl"
    lines = releases(3, PURCHASES, size="demo", today=datetime.now(UTC).date())
    file.write_bytes(b"\n".join(lines))
    await system.command("ingestor", "load", str(file))


def _memory() -> dict[str, int]:
    """Proportional memory of our descendants by command."""
    sizes: dict[str, int] = {}
    for process in psutil.Process(os.getpid()).children(recursive=True):
        try:
            title, size = _title(process), process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        sizes[title] = sizes.get(title, 0) + size
    return sizes


def _title(process: psutil.Process) -> str:
    words = process.cmdline()
    if words and words[0].startswith("postgres:"):
        return "postgres"
    names = [Path(word).name for word in words[:3]]
    if names and names[0].startswith("python"):
        return " ".join(names[1:3])
    return names[0] if names else process.name()
