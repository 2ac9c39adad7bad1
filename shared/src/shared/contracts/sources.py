"""Feed "sources" (ingestor to gateway): where the data come from and how fresh they are.

Key: the source id.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class Run(Struct, frozen=True, gc=False):
    """One pull or load of a source, with an honest ending; `expected` null where nobody says."""

    id: str
    status: Literal["running", "complete", "incomplete", "failed"]
    started_at: datetime
    finished_at: datetime | None
    expected: int | None
    received: int
    accepted: int
    unchanged: int
    quarantined: int


class Words(Struct, frozen=True, gc=False):
    """A text for people, in Kazakh, Russian and English."""

    kk: str
    ru: str
    en: str


class Lack(Struct, frozen=True, gc=False):
    """Something indicators or readers could use that this kind of source never gives, and why."""

    field: str
    because: Words


class Source(Struct, frozen=True):
    """A publisher's data set, its licence, its last run, and what it declares to lack."""

    id: str
    title: str
    publisher: str | None
    licence: str | None
    attribution: str | None
    url: str | None
    kind: str
    last_run: Run | None
    processes: int
    newest_release: datetime | None
    lacks: list[Lack] = []
