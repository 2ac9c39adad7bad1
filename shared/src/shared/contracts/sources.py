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


class Lack(Struct, frozen=True):
    """Something indicators or readers could use that this kind of source never gives, and why.

    `paths` are the same as the indicators name it in their `fields`, where it has such names.
    """

    field: str
    because: Words
    paths: list[str] = []


class BlindSpot(Struct, frozen=True):
    """Purchases that the law keeps off a source, so that nothing here says nothing of them.

    `extent` is an open word: "never" are those that are not published at all, "may_be_absent" those
    that the law lets be published elsewhere or not. `text` names them, `reason` says why, `article`
    by which rule. ISO dates of the rule; null: still in force, or not known since when.
    """

    code: str
    extent: str
    text: Words
    reason: Words
    article: Words
    valid_from: str | None = None
    valid_to: str | None = None


class Source(Struct, frozen=True):
    """A publisher's data set, its licence, its last run, what it lacks and what is kept off it.

    `promised_hours` is how long after its last whole run it still counts as fresh; null where
    nothing is promised, as of a file that somebody hands over.
    """

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
    blind_spots: list[BlindSpot] = []
    promised_hours: int | None = None
