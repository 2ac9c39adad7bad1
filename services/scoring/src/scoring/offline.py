"""Judging files without a server: load, judge, write, in bounded memory.

In the profile `cardinal` DuckDB reads the raw lines; in every other profile each line is brought to
normal form first, as intake would, and comes in by the same loader as the feed. Only the tables are
filled that the indicators of the profile read.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any

from scoring.cardinal.output import Results, maps_of, meta_of, render
from scoring.evaluate import bulk, enabled
from scoring.facts import Facts
from scoring.fences import Population
from scoring.indicator import Indicator, catalogue
from scoring.judgements import Judgements
from scoring.profiles import Profile
from scoring.raw import Report, load_raw
from scoring.reading import facts_read


class NothingUsableError(ValueError):
    """There was something to read, and none of it could be used; `report` says why."""

    def __init__(self, report: Report) -> None:
        super().__init__("no line could be used")
        self.report = report


def judge_files(
    names: Sequence[str],
    profile: Profile,
    target: IO[str],
    *,
    registers: Sequence[str] = (),
    cardinal: bool,
    meta: bool = True,
    maps: bool = False,
    memory: str = "600MB",
    threads: int = 1,
    as_of: date | None = None,
) -> Report:
    """Judge the files by a profile, as of a day, and write the results; says what was read.

    Where no day is named it is that of the newest release, never that of the machine.

    Raises OSError for a file that cannot be read, NothingUsableError before anything is written.
    """
    with tempfile.TemporaryDirectory(prefix="qadaga-") as folder:
        facts = Facts.open(
            ":memory:",
            memory=memory,
            threads=threads,
            spill=Path(folder),
            wanted=facts_read(enabled(_catalogue(profile), profile)),
        )
        try:
            report = _load(facts, names, registers, profile)
            if report.nothing_usable:
                raise NothingUsableError(report)
            if cardinal:
                _write_cardinal(facts, profile, target, meta=meta, maps=maps)
            else:
                _write_lines(facts, profile, target, as_of)
        finally:
            facts.close()
    return report


def _catalogue(profile: Profile) -> Mapping[str, Indicator]:
    """Read no more files than the profile runs."""
    return catalogue(None if profile.enabled is None else frozenset(profile.enabled))


def _load(facts: Facts, names: Sequence[str], registers: Sequence[str], profile: Profile) -> Report:
    if profile.name == "cardinal":
        return load_raw(facts, names, profile)
    from scoring.normal import load_normal  # noqa: PLC0415 (heavy, and of no use to `cardinal`)

    return load_normal(facts, names, registers)


def _write_cardinal(
    facts: Facts, profile: Profile, target: IO[str], *, meta: bool, maps: bool
) -> None:
    indicators = enabled(_catalogue(profile), profile)
    populations: list[Population] = []
    results = Results()
    for judgements in bulk(facts, _catalogue(profile), profile, only="flagged"):
        _complain(judgements)
        results.add(judgements)
        populations = list(judgements.populations.rows)
    target.writelines(
        render(
            results,
            meta=meta_of(indicators, profile, populations) if meta else None,
            maps=maps_of(facts, results, [one.code for one in indicators]) if maps else None,
        )
    )


def _write_lines(facts: Facts, profile: Profile, target: IO[str], as_of: date | None) -> None:
    for judgements in bulk(facts, _catalogue(profile), profile, as_of=as_of):
        _complain(judgements)
        for line in judgement_lines(judgements):
            target.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def judgement_lines(judgements: Judgements) -> Iterator[Mapping[str, Any]]:
    """Give every judgement of one indicator as an object, flags with their evidence."""
    evidence: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for piece in judgements.evidence():
        entry = {"process": piece.process, "path": piece.path, "value": piece.value}
        evidence.setdefault((piece.kind, piece.number), []).append(entry)
    involved: dict[tuple[str, int], list[str]] = {}
    for other in judgements.involved():
        involved.setdefault((other.kind, other.number), []).append(other.party)
    for row in judgements.rows():
        key = (row.kind, row.number)
        yield {
            "indicator": judgements.indicator.code,
            "kind": row.kind,
            "subject": row.subject,
            "status": row.status,
            "value": row.value,
            "threshold": row.threshold,
            "missing": list(row.missing),
            "evidence": evidence.get(key, []),
            "involved": sorted(set(involved.get(key, []))),
        }


def _complain(judgements: Judgements) -> None:
    if judgements.error is not None:
        raise RuntimeError(f"{judgements.indicator.code}: {judgements.error}")
