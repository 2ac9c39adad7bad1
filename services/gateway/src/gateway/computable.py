"""Is an indicator computable for a source and period? Decided by values; no I/O.

Where purchases of the period were scored, what became of the indicator in them decides. Elsewhere,
and for indicators about organisations, it is decided by whether there is what it needs.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.coverage import IndicatorCoverage, RegisterDays
from gateway.needs import OF_CHANGES, Needs, needs_of
from gateway.reasons import Reason, told
from shared.contracts.sources import Lack
from shared.vocabulary.text import Language

BECAME: Final = ("computed", "not_applicable", "insufficient_sample", "not_computable", "failed")
"""What becomes of an indicator in a process; of several lines of one, the first here counts."""

UNCOMPUTED: Final = BECAME[2:]
NOTHING: Final = Needs()
UNEXPLAINED: Final = {"yes", "not_applicable"}


@dataclass(frozen=True)
class Asked:
    """An indicator of the catalogue: what it is about and what it needs."""

    code: str
    subject: str | None = None
    needs: Needs = NOTHING


@dataclass
class Became:
    """What became of one indicator in the processes scored; `missing` counts what they lack."""

    counts: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)


@dataclass
class Cell:
    """What is known of one source and period.

    `fields`: processes that have a field; `whole`: those that have all an indicator needs, by code;
    `checks`: those of which a check said a verdict; `days`: of the period, up to today.
    """

    processes: int = 0
    plans: int = 0
    looked_at: int = 0
    scored: int = 0
    days: int = 0
    fields: dict[str, int] = field(default_factory=dict)
    whole: dict[str, int] = field(default_factory=dict)
    checks: Counter[tuple[str, str]] = field(default_factory=Counter)
    became: dict[str, Became] = field(default_factory=dict)
    registers: Mapping[str, RegisterDays] = field(default_factory=dict)

    def register(self, name: str) -> RegisterDays:
        """Return the days on which a register is known; none of one that no source tells of."""
        return self.registers.get(name, RegisterDays(name, 0, 0, self.days))


def judged(
    asked: Asked, cell: Cell, lacks: Sequence[Lack], language: Language
) -> IndicatorCoverage:
    """Say of one indicator whether it is computable in a cell, and because of what it is not."""
    found = cell.became.get(asked.code)
    word = by_results(found.counts) if found else by_needs(asked, cell)
    reasons = why_by_results(found) if found else why_by_needs(asked.needs, cell)
    return IndicatorCoverage(
        code=asked.code,
        subject=asked.subject,
        computable=word,
        **{name: found.counts[name] if found else 0 for name in BECAME},
        because=[] if word in UNEXPLAINED else [told(each, lacks, language) for each in reasons],
    )


def by_results(counts: Mapping[str, int]) -> str:
    """Decide by what became of an indicator where it was tried."""
    uncomputed = sum(counts[name] for name in UNCOMPUTED)
    if counts["computed"]:
        return "partly" if uncomputed else "yes"
    return "no" if uncomputed else "not_applicable"


def by_needs(asked: Asked, cell: Cell) -> str:
    """Decide by what there is of all that an indicator needs; one thing missing is enough."""
    needs = asked.needs
    registers = map(cell.register, needs.registers)
    found = [_there(each.days or min(each.asked_days, 1), each.of_days) for each in registers]
    if needs.plans:
        found.append("yes" if cell.plans else "no")
    if needs.release or not found:
        found.append(_there(cell.whole.get(asked.code, 0), cell.looked_at))
    return next((word for word in ("no", "unknown", "partly") if word in found), "yes")


def _there(some: int, of_all: int) -> str:
    if not of_all:
        return "unknown"
    return "yes" if some >= of_all else "partly" if some else "no"


def why_by_results(found: Became) -> Iterator[Reason]:
    """Say what was missing where an indicator was tried, the most frequent first."""
    for name, count in sorted(found.missing.items(), key=lambda each: (-each[1], each[0])):
        needs = needs_of([name])
        if needs.registers:
            yield Reason("register_unknown", needs.registers[0], count)
        elif needs.plans:
            yield Reason("plans_unknown", name, count)
        else:
            yield Reason("law_unknown" if needs.law else "field_missing", name, count)
    if found.counts["not_computable"] and not found.missing:
        yield Reason("data_missing", processes=found.counts["not_computable"])
    for status, code in (("insufficient_sample", "too_few_cases"), ("failed", "failed")):
        if found.counts[status]:
            yield Reason(code, processes=found.counts[status])


def why_by_needs(needs: Needs, cell: Cell) -> Iterator[Reason]:
    """Say what an indicator needs and the data have not, or not all."""
    for name in needs.release:
        if name.startswith(OF_CHANGES):
            continue
        if (lacking := cell.looked_at - cell.fields.get(name, 0)) > 0:
            yield Reason("field_missing", name, lacking)
    for days in map(cell.register, needs.registers):
        if days.days < days.of_days:
            yield Reason("register_unknown", days.register, days=days.of_days - days.days)
    if needs.plans and not cell.plans:
        yield Reason("plans_unknown")
    if not cell.looked_at:
        yield Reason("not_looked_at", processes=cell.processes)
