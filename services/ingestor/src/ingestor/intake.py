"""What passes between reading, judging and storing: one delivered thing, accepted or refused."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ingestor.raw.cipher import Sealed
from shared.contracts.releases import Counts, PartyLink, QualityNote

Origin = Literal["live", "backfill"]


@dataclass(frozen=True, slots=True)
class Content:
    """What a process says in the feed, apart from when and how often it said it."""

    date: datetime | None
    counts: Counts
    quality: list[QualityNote]
    parties: list[PartyLink]
    release: bytes
    hash: bytes
    """Another one where the process says anything new."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """One release in normal form, ready to be stored.

    `record` is what is kept of it for merging; `content` what its process would say in the feed if
    this were its only release.
    """

    source: str
    process: str
    ocid: str
    key: str
    hash: bytes
    date: datetime | None
    size: int
    record: bytes
    content: Content
    payload: Sealed
    mended: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing that cannot be used: where it stands, and a reason its publisher can act on."""

    source: str
    file: str
    line: int | None
    item: int | None
    offset: int | None
    code: str
    reason: str
    payload: Sealed
    size: int

    def truncated(self) -> bool:
        """Tell whether it was too large to be kept whole, so that it cannot be replayed."""
        return self.payload.size < self.size


@dataclass(slots=True)
class Batch:
    """What is stored in one transaction."""

    accepted: list[Accepted] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    bytes: int = 0

    def sources(self) -> set[str]:
        """Name the sources it comes from."""
        return self.useful() | {r.source for r in self.refused}

    def useful(self) -> set[str]:
        """Name the sources of which something is of use."""
        return {one.source for one in self.accepted}

    def received(self) -> int:
        """Count the things delivered."""
        return len(self.accepted) + len(self.refused)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of one batch."""

    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    mended: int = 0
    quarantined: int = 0
