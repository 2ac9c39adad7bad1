"""Facts of a few purchases, and the figures that are taken from them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from scoring.example_facts import load_example
from scoring.facts import Facts
from scoring.statistics import prepare
from scoring.statistics.declaration import parts, tiles
from scoring.statistics.tile import tile
from shared.contracts.profiles import Figures, Network

NOW = datetime(2026, 6, 30, 9, tzinfo=UTC)
NEWEST = "2026-06-15T08:00:00Z"

Rows = Sequence[dict[str, Any]]
Given = Mapping[str, Rows]


class Desk:
    """Facts with everything prepared that figures are taken from."""

    def __init__(self, facts: Facts, newest: datetime | None) -> None:
        self.facts = facts
        self.newest = newest

    def take(self) -> None:
        """Take from the facts what all figures are counted from."""
        for statement in prepare.tables():
            prepare.take(self.facts, statement)

    def rows(self, name: str, **where: Any) -> list[dict[str, Any]]:
        """The rows of a tile that have these values."""
        found = tile(self.facts, tiles()[name], data_seq=1, data_date=self.newest)
        return [row for row in found.rows if all(row[k] == v for k, v in where.items())]

    def row(self, name: str, **where: Any) -> dict[str, Any]:
        [found] = self.rows(name, **where)
        return found

    def left_out(self, name: str) -> dict[str, int]:
        found = tile(self.facts, tiles()[name], data_seq=1, data_date=self.newest)
        return {one.reason: one.n for one in found.left_out}

    def profiles(self) -> dict[str, Figures]:
        for part in parts("profiles").values():
            prepare.make_part(self.facts, part)
        return {
            key: msgspec.json.decode(body, type=Figures)
            for key, body in prepare.profiles(self.facts, 0, 999)
        }

    def networks(self) -> dict[str, Network]:
        return {
            key: msgspec.json.decode(body, type=Network)
            for key, body in prepare.networks(self.facts, 0, 999)
        }


@contextmanager
def desk(
    given: Given, folder: Path, *, flags: Sequence[str] = (), bands: Sequence[str] = ()
) -> Iterator[Desk]:
    """Lend a desk; `flags` and `bands` are lines of (purchase, word)."""
    facts = Facts.open(":memory:", threads=1)
    try:
        load_example(facts, given)
        found = Desk(facts, prepare.begin(facts, NOW))
        found.take()
        for name, lines in (("flags", flags), ("bands", bands)):
            (folder / name).write_text("".join(f"{line}\n" for line in lines))
        prepare.take_flags(facts, str(folder / "flags"), str(folder / "bands"))
        yield found
    finally:
        facts.close()
