"""Drafts of indicators and their back-tests, as the gateway asks scoring and hears from it.

States, steps and causes are open words: new ones may come at any time.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Struct
from pydantic import Field

from shared.bodies import Body


class StepBody(Body):
    """A step in the life of a draft, and why it is taken; to reject and to retire need a reason."""

    step: Annotated[str, Field(max_length=20, examples=["monitor"])]
    reason: Annotated[str, Field(min_length=3, max_length=2000)] | None = None


class Label(Body):
    """What is known to be true of one subject: whether what the draft looks for is there."""

    subject: Annotated[str, Field(min_length=1, max_length=100)]
    positive: bool


class BackTestBody(Body):
    """Which days of publication, how large a sample, and a truth to compare with, if there is one.

    Only subjects of which the truth is told count for precision, recall and lift.
    """

    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None
    sample: Annotated[int, Field(ge=0, le=200)] = 20
    truth: Annotated[list[Label], Field(min_length=1, max_length=20_000)] | None = None


class DraftEvent(Struct, frozen=True, omit_defaults=True):
    """Feed "drafts" (scoring to gateway): a step of a draft, or the end of a back-test of it.

    `what` is the step or how the back-test ended; `state` the draft's state afterwards.
    """

    organisation: str
    draft: str
    code: str
    version: int
    what: str
    state: str
    at: str
    back_test: str | None = None


class DraftBrief(Struct, frozen=True):
    """A draft of an indicator in short."""

    id: str
    code: str
    title: dict[str, str]
    state: str
    version: int
    organisation: str
    created_at: str
    updated_at: str
    next_steps: list[str]


class DraftVersion(Struct, frozen=True):
    """One version of a draft; `digest` names its document."""

    version: int
    digest: str
    member: str | None
    created_at: str


class DraftStep(Struct, frozen=True):
    """One step that was taken, by whom, and why."""

    at: str
    step: str
    before: str | None
    after: str
    version: int
    organisation: str
    member: str | None
    reason: str | None


class BackTestBrief(Struct, frozen=True):
    """A back-test in short."""

    id: str
    version: int
    cause: str
    state: str
    asked_at: str
    ended_at: str | None


class Group(Struct, frozen=True):
    """Hits among those of a group of which anything could be told."""

    key: str | None
    judged: int
    hits: int
    rate: float | None


class SampleEvidence(Struct, frozen=True):
    """Where a value stands that a hit rests on."""

    process: str
    path: str
    value: str | float | int | None


class Sampled(Struct, frozen=True):
    """One hit to look at."""

    kind: str
    subject: str
    value: float | None
    threshold: float | None
    evidence: list[SampleEvidence]


class Overlap(Struct, frozen=True):
    """How many of the draft's hits a live indicator flags too."""

    indicator: str
    both: int
    flagged_by_indicator: int
    share_of_draft: float


class Agreement(Struct, frozen=True):
    """Agreement with a truth, over subjects of which it is told; a rate over nothing is null."""

    labelled: int
    positive: int
    hits: int
    right: int
    not_judged: int
    precision: float | None
    recall: float | None
    lift: float | None


class Cost(Struct, frozen=True):
    """What one run over all facts took."""

    cpu_seconds: float
    query_cpu_seconds: float
    wall_seconds: float
    peak_memory_mb: int


class BackTestResult(Struct, frozen=True):
    """What came of a back-test: counts, rates by group, a sample, overlap, agreement, cost."""

    subjects: int
    results: dict[str, int]
    hits: int
    hit_rate: float | None
    hit_rates: dict[str, list[Group]] | None
    hit_rates_reason: str | None
    sample: list[Sampled]
    overlap: list[Overlap]
    agreement: Agreement | None
    agreement_reason: str | None
    cost: Cost
    facts_seq: int


class BackTestPeriod(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """Days of publication, both included; null is without bound."""

    first: str | None
    last: str | None


class BackTest(Struct, frozen=True):
    """A draft tried over a period. Ask again until `state` is done, refused or failed."""

    id: str
    draft: str
    code: str
    version: int
    cause: str
    state: str
    period: BackTestPeriod
    asked_at: str
    started_at: str | None
    ended_at: str | None
    attempts: int
    reason: str | None
    result: BackTestResult | None


class Draft(DraftBrief, frozen=True):
    """A draft in full: its document, its versions, every step, and what trying it gave."""

    document: dict[str, Any]
    versions: list[DraftVersion]
    steps: list[DraftStep]
    back_tests: list[BackTestBrief]
    monitoring: BackTest | None
