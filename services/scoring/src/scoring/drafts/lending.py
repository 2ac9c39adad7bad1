"""How the engine, which alone may open the facts, lends a copy of them to who tries drafts.

Three files beside the facts: `.wanted` is the request, `.lent` the newest whole copy. A copy is
made between two steps of the engine, put in its place in one move, and stays valid for whoever
has it open when the next one comes.
"""

import asyncio
import time
from pathlib import Path
from typing import Final

import duckdb
import structlog

from scoring.facts import Facts, copy_for_reading
from scoring.facts_thread import FactsThread

PATIENCE: Final = 60.0
LOOK: Final = 0.1

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def lent(path: Path) -> Path:
    """Where the copy of the facts at `path` lies."""
    return path.with_name(f"{path.name}.lent")


def wanted(path: Path) -> Path:
    """The file whose presence asks for a copy."""
    return path.with_name(f"{path.name}.wanted")


async def lend(facts: FactsThread, path: Path) -> None:
    """Make a copy if one is wanted; that there is no room for it stops nothing else."""
    if wanted(path).exists():
        await facts(lambda opened: _copy(opened, path))


async def borrow(path: Path, *, patience: float = PATIENCE) -> bool:
    """Ask for a fresh copy and wait for it; False where the engine lends none now."""
    if not path.parent.is_dir():
        return False
    before = _made(path)
    wanted(path).touch()
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if not wanted(path).exists():
            return _made(path) not in (None, before)
        await asyncio.sleep(LOOK)
    wanted(path).unlink(missing_ok=True)
    return False


def _copy(facts: Facts, path: Path) -> None:
    fresh = path.with_name(f"{path.name}.lending")
    try:
        copy_for_reading(facts, path, fresh)
        fresh.replace(lent(path))
    except (OSError, duckdb.Error) as fault:
        log.warning("no copy of the facts", reason=f"{type(fault).__name__}: {fault}")
        fresh.unlink(missing_ok=True)
    finally:
        wanted(path).unlink(missing_ok=True)


def _made(path: Path) -> tuple[int, int] | None:
    try:
        found = lent(path).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
