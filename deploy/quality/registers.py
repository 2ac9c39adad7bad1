"""Registers as they were published while an invented world lived, told as the feed tells them.

Lists tell of the days on which they were made, so they are taken again and again on the way: the
register of unfair participants every three days, the others once a month, and all on the last day.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from deploy.quality.judging import translate_lists
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
        _keep(world, [name for name, every in EVERY.items() if number % every == 0], folder, kept)
    world.advance(until)
    _keep(world, list(kept), folder, kept)
    return kept


def register_lines(lists: Lists, folder: Path) -> list[Path]:
    """Translate the lists; returns files with lines of the feed."""
    made = {folder / f"{name}.jsonl": (name, files) for name, files in lists.items()}
    translate_lists(made)
    return list(made)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days))


def _keep(world: World, due: Sequence[str], folder: Path, kept: Lists) -> None:
    """Write the lists that are published now."""
    day = world.now.date().isoformat()
    registers = world.registers() if any(name in FILES for name in due) else {}
    for name in due:
        if name in ROOTS:
            path = folder / f"{name}-{day}.json"
            path.write_bytes(msgspec.json.encode(list(world.table(ROOTS[name]).values())))
        else:
            register, file, form = FILES[name]
            path = folder / f"{name}-{day}{Path(file).suffix}"
            path.write_bytes(form(registers[register]))
        kept[name].append(f"{day}={path}")
