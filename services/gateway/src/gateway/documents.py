"""What the gateway answers about processes and organisations: one struct per document.

They are written by the worker, served as bytes, and described in the OpenAPI document from here.
Times are UTC; money is exact decimal text with its currency, never summed across currencies.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from shared.quality import Check


class Money(Struct, frozen=True, gc=False):
    """An amount as exact decimal text, and its currency (ISO 4217)."""

    amount: Decimal
    currency: str


class PartyRef(Struct, frozen=True, gc=False):
    """A party of a process. A natural person has a pseudonym as id, and no name here.

    `weak` marks an identity that rests on a name alone.
    """

    id: str
    name: str | None
    weak: bool
    person: bool


class ProcessLinks(Struct, frozen=True, gc=False):
    """Where to read on."""

    self: str
    score: str
    explanation: str
    releases: str


class ScoreSummary(Struct, frozen=True):
    """A risk score in one line: 0-100, lower and upper by what is still unknown.

    `band` is null where too little could be computed (`coverage`, 0-1) to name one.
    """

    lower: float
    expected: float
    upper: float
    band: str | None
    provisional: bool
    coverage: float
    flagged: list[str]
    data_date: datetime | None
    method_version: str


class ProcessFacts(Struct, frozen=True, kw_only=True):
    """A contracting process in short, as its newest compiled release tells it.

    `published`: when the tender was announced, else the date of its newest release.
    `value`: the planned value; `awarded`: the sum of awards that stand, one row per currency.
    """

    id: str
    source: str
    ocid: str
    title: str | None
    status: str | None
    method: str | None
    method_details: str | None
    category: str | None
    published: datetime | None
    date: datetime | None
    buyers: list[PartyRef]
    suppliers: list[PartyRef]
    value: Money | None
    awarded: list[Money]
    links: ProcessLinks


class ProcessBrief(ProcessFacts, frozen=True, kw_only=True):
    """A process as it stands in a list."""

    score: ScoreSummary | None


class Lot(Struct, frozen=True):
    """A lot of the tender."""

    id: str | None
    title: str | None
    status: str | None
    value: Money | None


class BidCount(Struct, frozen=True, gc=False):
    """How many bids the publisher names in a status; null where it gives none."""

    status: str | None
    count: int


class Award(Struct, frozen=True):
    """An award, with the parties it names."""

    id: str | None
    title: str | None
    status: str | None
    date: datetime | None
    value: Money | None
    suppliers: list[PartyRef]


class Contract(Struct, frozen=True):
    """A contract and the award it follows."""

    id: str | None
    award_id: str | None
    title: str | None
    status: str | None
    signed: datetime | None
    value: Money | None


class Period(Struct, frozen=True, gc=False):
    """From when until when bids were taken."""

    start: datetime | None
    end: datetime | None


class Mended(Struct, frozen=True):
    """What was mended in the publisher's data: where, why, and both values in short."""

    path: str
    code: str
    received: Any = None
    mended: Any = None


class ProcessDetail(ProcessFacts, frozen=True, kw_only=True):
    """Everything the process page needs; the whole release is at `links.releases`.

    The lists of lots, awards and contracts end after 200 rows; `counts` has the full numbers.
    `checks` are doubts about the record, not about anybody: ok, doubtful or unknown.
    """

    description: str | None
    tender_period: Period | None
    bids: list[BidCount]
    lots: list[Lot]
    awards: list[Award]
    contracts: list[Contract]
    counts: dict[str, int]
    quality: list[Mended]
    checks: list[Check]
    origin: str
    received_at: datetime
    revision: int


class Process(ProcessDetail, frozen=True, kw_only=True):
    """A process with its score in short; `score` is null until it has been computed."""

    score: ScoreSummary | None


class NamedAs(Struct, frozen=True, gc=False):
    """A name the organisation was published under, and in how many processes."""

    name: str
    processes: int


class Counted(Struct, frozen=True, gc=False):
    """How many processes fall under one word; null where the publisher gives none."""

    key: str | None
    processes: int


class OrganisationLinks(Struct, frozen=True, gc=False):
    """Where to read on."""

    self: str
    processes: str
    score: str
    explanation: str


class Organisation(Struct, frozen=True, kw_only=True):
    """What open data say of a buyer or a supplier: figures, no judgement beyond the scores.

    `processes`: those it bought in (buyer), or bid in or won (supplier; `won` says in how many).
    `awarded`: per currency the sum of awards in its processes (buyer) or to it (supplier).
    `bands`: its processes by risk band. `flagged`: its processes by indicator that is flagged.
    `score`: of the organisation itself.
    """

    id: str
    role: str
    bin: str | None
    weak: bool
    names: list[NamedAs]
    processes: int
    won: int | None
    awarded: list[Money]
    methods: list[Counted]
    bands: list[Counted]
    flagged: list[Counted]
    first_published: datetime | None
    last_published: datetime | None
    score: ScoreSummary | None
    links: OrganisationLinks
