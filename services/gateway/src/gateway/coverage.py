"""What the data can bear, as the gateway answers it: per source, period, field and indicator."""

from datetime import date

from msgspec import Struct

from shared.contracts.sources import BlindSpot, Lack


class FieldCoverage(Struct, frozen=True, gc=False):
    """In how many processes a field that indicators read is there; `share` of those looked at."""

    field: str
    processes: int
    share: float


class CheckCoverage(Struct, frozen=True, gc=False):
    """What a check of the data said of the processes looked at: three answers, and why it doubts.

    `code` is an open word. A doubt concerns the publisher's record and nobody that it names.
    """

    code: str
    ok: int
    doubtful: int
    unknown: int
    text: str


class RegisterDays(Struct, frozen=True, gc=False):
    """On how many days of a period, up to today, it is known who stands in a register.

    `asked_days`: those on which it is known of single parties that somebody asked about.
    """

    register: str
    days: int
    asked_days: int
    of_days: int


class Because(Struct, frozen=True, gc=False):
    """A reason why an indicator is not computable, or only partly.

    `code` is an open word: field_missing, source_lacks, register_unknown, plans_unknown,
    law_unknown, data_missing, too_few_cases, failed, not_looked_at. `processes` tells in how many
    purchases, `days` on how many days.
    """

    code: str
    need: str | None
    processes: int | None
    days: int | None
    text: str


class IndicatorCoverage(Struct, frozen=True, kw_only=True):
    """Whether an indicator is computable, and what became of it in the processes scored so far.

    `computable` is an open word: yes, partly, no, not_applicable, unknown. Of an indicator about
    organisations nothing is counted per process; what it needs then tells.
    """

    code: str
    subject: str | None
    computable: str
    computed: int
    not_applicable: int
    not_computable: int
    insufficient_sample: int
    failed: int
    because: list[Because]


class PeriodCoverage(Struct, frozen=True, kw_only=True):
    """A year or month by date of publication; null where that is unknown.

    `looked_at`: processes whose fields are known; after the indicators change, that grows again.
    `plans`: plan points for that time. `registers`: of any source, on the days of that time.
    """

    period: str | None
    processes: int
    plans: int
    looked_at: int
    scored: int
    fields: list[FieldCoverage]
    checks: list[CheckCoverage]
    registers: list[RegisterDays]
    indicators: list[IndicatorCoverage]


class RegisterCoverage(Struct, frozen=True, gc=False):
    """A register that a source tells of, and from when to when it is known, holes not told.

    `parties`: how many stretches are known of single parties alone.
    """

    register: str
    known_from: date | None
    known_to: date | None
    parties: int


class SourceCoverage(Struct, frozen=True, kw_only=True):
    """A source: what it lacks and what the law keeps off it, by its declaration; what it has."""

    source: str
    title: str | None
    lacks: list[Lack]
    blind_spots: list[BlindSpot]
    registers: list[RegisterCoverage]
    periods: list[PeriodCoverage]
