"""What passes between reading a list and storing it: rows judged, and what the list is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ingestor.intake import Refused
from ingestor.registers.judge import Statement
from ingestor.registers.mapping import Mapping
from ingestor.source import Declaration, Terms


@dataclass(slots=True)
class Rows:
    """What one batch holds: statements, flaws, and parties of rows that cannot be used."""

    statements: list[Statement] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)

    def received(self) -> int:
        """Count the rows."""
        return len(self.statements) + len(self.refused)


class Reader(Protocol):
    """A list being read.

    At its end `broken` tells what cut it short, `unreadable` how many rows do not tell whom they
    are about, `usable` how many are of use.
    """

    broken: str | None
    unreadable: int
    usable: int

    def __iter__(self) -> Iterator[Rows]:
        """Yield what the list holds, a batch at a time."""
        ...


@dataclass(frozen=True, slots=True)
class Listing:
    """One list to be taken in, as it stood when it was `retrieved`.

    `shrunk`: somebody has looked at it and it is right that it lost most of itself.
    """

    mapping: Mapping
    source: str
    file: str
    kind: Declaration
    terms: Terms
    retrieved: datetime
    shrunk: bool = False
