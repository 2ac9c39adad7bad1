"""Feed "releases" (ingestor to scoring and gateway): one compiled release per contracting process.

Key: the process id. A process that is withdrawn leaves a tombstone.
"""

from datetime import datetime
from typing import Literal

from msgspec import Raw, Struct

Short = str | int | float | bool | None


class Counts(Struct, frozen=True, gc=False):
    """How many rows the loader must find in the release; it refuses the batch otherwise."""

    bids: int
    awards: int
    contracts: int
    items: int


class QualityNote(Struct, frozen=True, gc=False):
    """One thing that was mended: where (JSON pointer), what, and both values in short."""

    path: str
    code: str
    received: Short = None
    mended: Short = None


class PartyLink(Struct, frozen=True):
    """From the publisher's id of a party inside the release to our public id of it.

    `local_id` is null for a party known by its name only, which is `weak`. A natural person has a
    pseudonym ("prs_…") as `id` and as `local_id`.
    """

    id: str
    local_id: str | None
    roles: list[str]
    weak: bool
    person: bool
    name: str | None = None


class ReleaseEntry(Struct, frozen=True):
    """The body of one entry. `release` stays undecoded JSON until somebody needs it."""

    id: str
    source: str
    ocid: str
    revision: int
    date: datetime | None
    received_at: datetime
    origin: Literal["live", "backfill"]
    counts: Counts
    quality: list[QualityNote]
    parties: list[PartyLink]
    release: Raw
