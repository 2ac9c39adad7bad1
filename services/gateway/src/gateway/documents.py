"""What the gateway answers about processes in short and about organisations.

They are written by the worker, served as bytes, and described in the OpenAPI document from here.
Times are UTC; money is exact decimal text with its currency, never summed across currencies.
"""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from shared.contracts.profiles import Figures
from shared.contracts.sources import BlindSpot


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


class ScoreSummary(Struct, frozen=True, omit_defaults=True):
    """A risk score in one line: 0-100, lower and upper by what is still unknown.

    `band` is null where too little could be computed (`coverage`, 0-1) to name one. `awaiting`: how
    many indicators have yet to judge the newest data; left out where none has. `withheld`: how
    many more flags of a supplier only partners read; left out where none is.
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
    withheld: int = 0
    awaiting: int = 0


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


class HiddenPurchases(BlindSpot, frozen=True, kw_only=True):
    """Purchases that the law keeps off a source in which this buyer's purchases are published."""

    source: str


class Organisation(Struct, frozen=True, kw_only=True):
    """What open data say of a buyer or a supplier: figures, no judgement beyond the scores.

    `processes`: those it bought in (buyer), or bid in or won (supplier; `won` says in how many).
    `awarded`: per currency the sum of awards in its processes (buyer) or to it (supplier).
    `bands`: its processes by risk band. `flagged`: its processes by indicator that is flagged.
    `score`: of the organisation itself. `blind_spots`: what a buyer may have bought and nobody
    sees here. `figures`: volumes, competition, counterparts, trend; null until they are counted,
    and where only a name identifies the organisation.
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
    blind_spots: list[HiddenPurchases]
    figures: Figures | None
    links: OrganisationLinks
