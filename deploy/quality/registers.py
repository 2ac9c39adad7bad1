"""Registers as they were published while an invented world lived, told as the feed tells them.

Lists tell of the days on which they were made, so they are taken again and again on the way: the
register of unfair participants every three days, the others once a month, and all on the last day.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from deploy.quality.judging import PSEUDONYM_KEY
from deploy.sandbox.world import World
from deploy.sandbox.world.lists import FILES

EVERY: Final = {"unfair_participants": 3, "participants": 30} | dict.fromkeys(FILES, 30)
"""Days between two lists."""

ROOTS: Final = {"unfair_participants": "Rnu", "participants": "Subjects"}
"""Lists that the portal itself gives."""

NOON: Final = timedelta(hours=12)

Lists = dict[str, list[str]]
"""By the name of a list: its files, each with its day, as `ingestor register translate` reads."""


def lived_with_lists(world: World, until: datetime, folder: Path) -> Lists:
    """Let a world live, and keep every list that was published on the way."""
    folder.mkdir(parents=True, exist_ok=True)
    kept: Lists = {name: [] for name in EVERY}
    for number, day in enumerate(_days(world.now.date(), until.date())):
        world.advance(datetime.combine(day, datetime.min.time()) + NOON)
        due = [name for name, every in EVERY.items() if number % every == 0]
        for name in due:
            kept[name].append(f"{day.isoformat()}={_written(world, name, day, folder)}")
    world.advance(until)
    for name, files in kept.items():
        files.append(f"{until.date().isoformat()}={_written(world, name, until.date(), folder)}")
    return kept


def register_lines(lists: Lists, folder: Path) -> list[Path]:
    """Translate the lists; returns files with lines of the feed."""
    made = []
    for name, files in lists.items():
        path = folder / f"{name}.jsonl"
        words = ["-m", "ingestor", "register", "translate", "--quiet", "--register", name, *files]
        with path.open("wb") as out:
            subprocess.run(
                [sys.executable, *words],
                check=True,
                stdout=out,
                env={**os.environ, "PSEUDONYM_KEY": PSEUDONYM_KEY},
            )
        made.append(path)
    return made


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days))


def _written(world: World, name: str, day: date, folder: Path) -> Path:
    if name in ROOTS:
        path = folder / f"{name}-{day.isoformat()}.json"
        rows = list(world.table(ROOTS[name]).values())
        path.write_bytes(msgspec.json.encode(rows))
        return path
    register, file, form = FILES[name]
    path = folder / f"{name}-{day.isoformat()}{Path(file).suffix}"
    path.write_bytes(form(world.registers()[register]))
    return path
