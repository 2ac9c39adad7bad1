"""What a dossier holds: everything that was said of a purchase on one day, and where it is from.

Each figure names the record it was read from; each record has its address, when it was fetched and
its SHA-256, so that whoever doubts a figure finds the very bytes it stood in.
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from gateway.documents import Money, PartyRef
from gateway.explain.documents import ShownParameter
from gateway.subscriptions.documents import AlertReply
from gateway.withheld import Withheld
from shared.contracts.alerts import Window
from shared.contracts.scores import Range, Subject, Value
from shared.vocabulary.text import Language


class Record(Struct, frozen=True, kw_only=True):
    """A source record: the release of one purchase as it was fetched (`received_at`) and read.

    `sha256` is that of the release as `link` serves it; `source_url` is the publisher's data set.
    """

    process: str
    source: str
    ocid: str
    publisher: str | None
    licence: str | None
    source_url: str | None
    received_at: datetime
    sha256: str
    size: int
    link: str


class Purchase(Struct, frozen=True, kw_only=True):
    """The purchase, as its newest release tells it."""

    id: str
    source: str
    ocid: str
    title: str | None
    status: str | None
    method: str | None
    published: datetime | None
    value: Money | None
    awarded: list[Money]
    buyers: list[PartyRef]
    suppliers: list[PartyRef]


class AlertTold(Struct, frozen=True, kw_only=True):
    """The alert, if the dossier is of one."""

    id: str
    raised_at: datetime
    band: str
    indicators: list[str]
    windows: list[Window]
    windows_reason: str | None


class Judgement(Struct, frozen=True, kw_only=True):
    """The score: `revision` and `sha256` are those a checkpoint of that day lists it with."""

    subject: Subject
    band: str | None
    band_label: str | None
    provisional: bool
    score: Range
    points: Range
    coverage: float
    value: Value | None
    data_date: datetime | None
    computed_at: datetime
    method_version: str
    profile: str
    revision: str
    sha256: str


class Figure(Struct, frozen=True, kw_only=True):
    """A value a finding rests on: its JSON pointer in a record, which is named by its process."""

    path: str
    value: Any
    record: str | None


class FlaggedLine(Struct, frozen=True, kw_only=True):
    """One sign: what was measured against what, by which version, by which law as in force when."""

    code: str
    version: str | None
    title: str | None
    kind: str
    certain: bool
    held: bool
    context: Subject | None
    value: float | None
    threshold: float | None
    threshold_origin: list[ShownParameter]
    points: float
    counted: float
    legal_basis: list[str]
    meaning: str | None
    why_it_matters: str | None
    innocent_explanations: str | None
    how_to_check: str | None
    what_would_clear_it: str | None
    figures: list[Figure]


class OtherLine(Struct, frozen=True, kw_only=True):
    """An indicator that does not flag, and why: found nothing, not applicable, data missing."""

    code: str
    version: str | None
    title: str | None
    status: str
    state: str
    missing: list[str]


class DossierContent(Struct, frozen=True, kw_only=True):
    """What is signed. `permalinks` lead to the same as it stood on that day, and as it is."""

    id: str
    issuer: str
    language: Language
    made_at: datetime
    as_of: datetime
    seq: int
    notice: str
    disclaimer: str
    purchase: Purchase
    alert: AlertTold | None
    judgement: Judgement
    flagged: list[FlaggedLine]
    others: list[OtherLine]
    withheld: Withheld | None
    replies: list[AlertReply]
    records: list[Record]
    permalinks: dict[str, str]


FileName = Literal["dossier.json", "dossier.pdf"]


class DossierFile(Struct, frozen=True, kw_only=True):
    """A file of a dossier."""

    name: FileName
    media_type: str
    size: int
    sha256: str
    link: str


class Dossier(Struct, frozen=True, kw_only=True):
    """A dossier that was made: the signed JSON, and the PDF whose SHA-256 it holds.

    It stays as it was given. When an alert it holds is corrected, your stream tells
    (`alert.corrected`, with this id in `received`).
    """

    id: str
    process: str
    alert: str | None
    language: Language
    flagged: list[str]
    made_at: datetime
    files: list[DossierFile]
    links: dict[str, str]
