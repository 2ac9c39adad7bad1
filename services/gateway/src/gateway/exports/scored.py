"""Scores and findings as lists: the judgement of every subject, in short or line by line.

There is no route that walks them; they are for who works with all of it at once. What names a
supplier by a sign whose precision is not measured is left out here as everywhere
(`gateway.withheld`): of a finding the whole line, of a score the code.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import asyncpg
import msgspec
from msgspec import Struct
from pydantic import BaseModel, Field

from gateway.api.asking import Bands, Words, each
from gateway.documents import ScoreSummary
from gateway.reads.answering import encode
from gateway.reads.statement import Statement
from gateway.withheld import NAMED, parted, shortened
from shared.contracts.scores import (
    Evidence,
    IndicatorResult,
    Range,
    ScoreDocument,
    Status,
    Subject,
    SubjectType,
    Value,
)

FLAGGED: Final = "flagged"

_score = msgspec.json.Decoder(ScoreDocument).decode
_summary = msgspec.json.Decoder(ScoreSummary).decode
_PUBLIC: Final = """
    SELECT code FROM indicator
    WHERE convert_from(body, 'UTF8')::jsonb ->> 'publication' = 'public'
"""


class ExportedScore(Struct, frozen=True, kw_only=True):
    """The score of one subject without its lines; those are the findings."""

    subject: Subject
    summary: ScoreSummary
    points: Range
    value: Value | None
    at_risk: Value | None
    profile: str
    computed_at: datetime


class Finding(Struct, frozen=True, kw_only=True):
    """What one indicator says of one subject: as in the score, where the same fields stand."""

    subject: Subject
    code: str
    status: str
    kind: str
    family: str
    value: float | None
    threshold: float | None
    points: float
    discount: float
    counted: float
    expected_points: float | None
    certain: bool
    held: bool
    context: Subject | None
    evidence: list[Evidence]
    missing: list[str]
    band: str | None
    data_date: datetime | None
    computed_at: datetime
    method_version: str


class ScoreFilter(BaseModel):
    """Which scores. A parameter that is repeated means any of its values."""

    subject_type: list[SubjectType] = Field([], max_length=50)
    subject: Words = Field([], description="Id of a subject (prc_…, org_…).")
    indicator: Words = Field([], description="Code of an indicator that is flagged.")
    band: Bands = Field([], description="Risk band.")


class FindingFilter(ScoreFilter):
    """Which findings: those that are flagged, unless `status` names others."""

    status: list[Status] = Field([FLAGGED], max_length=50)


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which scores are asked for; empty means all. `public` None means the lines of partners too.

    `statuses` None asks for the scores themselves, else for lines of these.
    """

    subject_type: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    indicator: tuple[str, ...] = ()
    band: tuple[str, ...] = ()
    statuses: tuple[str, ...] | None = None
    public: frozenset[str] | None = frozenset()


def of_scores(asked: ScoreFilter) -> Question:
    """Return what a filter of scores asks for."""
    return Question(
        subject_type=each(asked.subject_type),
        subject=each(asked.subject),
        indicator=each(asked.indicator),
        band=each(asked.band),
    )


def of_findings(asked: FindingFilter) -> Question:
    """Return what a filter of findings asks for."""
    return replace(of_scores(asked), statuses=each(asked.status) or (FLAGGED,))


async def public_codes(connection: asyncpg.Connection) -> frozenset[str]:
    """Name the indicators that may name a supplier in public."""
    return frozenset(row["code"] for row in await connection.fetch(_PUBLIC))


async def find(
    connection: asyncpg.Connection, question: Question, after: Sequence[str] | None, limit: int
) -> tuple[list[bytes], list[str] | None]:
    """Return what is asked for of a page of subjects, and the last of them if more follow."""
    asked = Statement()
    asked.where_any("subject_type = ANY({}::text[])", question.subject_type)
    asked.where_any("subject_id = ANY({}::text[])", question.subject)
    asked.where_any("band = ANY({}::text[])", question.band)
    if question.statuses in (None, (FLAGGED,)):
        _flagged_by(asked, question)
    if after is not None:
        asked.where("(subject_type, subject_id) > ({}, {})", *after)
    rows = await connection.fetch(
        f"SELECT subject_type, subject_id, summary, body FROM score {asked.sql()}"
        f" ORDER BY subject_type, subject_id LIMIT {limit + 1:d}",
        *asked.values,
    )
    page = rows[:limit]
    found = [encode(one) for row in page for one in _told(row, question)]
    last = [page[-1]["subject_type"], page[-1]["subject_id"]] if len(rows) > limit else None
    return found, last


def _flagged_by(asked: Statement, question: Question) -> None:
    """Ask for what some indicators flag: of suppliers, only by those that may name them.

    Else whose rows are found would tell what is left out of them.
    """
    asked.where_any("flagged && {}::text[]", question.indicator)
    if question.indicator and question.public is not None:
        named = [code for code in question.indicator if code in question.public]
        asked.where(f"(subject_type <> '{NAMED}' OR flagged && {{}}::text[])", named)


def _told(row: asyncpg.Record, question: Question) -> Iterator[Struct]:
    score = _score(row["body"])
    if question.statuses is None:
        yield _short(score, _summary(row["summary"]), question.public)
        return
    lines = score.indicators if question.public is None else parted(score, question.public)[0]
    for line in lines:
        if line.status in question.statuses and _asked_for(line, question):
            yield _finding(score, line)


def _asked_for(line: IndicatorResult, question: Question) -> bool:
    return not question.indicator or line.code in question.indicator


def _short(
    score: ScoreDocument, summary: ScoreSummary, public: frozenset[str] | None
) -> ExportedScore:
    if public is not None and score.subject.type == NAMED:
        summary = shortened(summary, public)
    return ExportedScore(
        subject=score.subject,
        summary=summary,
        points=score.points,
        value=score.value,
        at_risk=score.at_risk,
        profile=score.profile,
        computed_at=score.computed_at,
    )


def _finding(score: ScoreDocument, line: IndicatorResult) -> Finding:
    return Finding(
        subject=score.subject,
        code=line.code,
        status=line.status,
        kind=line.kind,
        family=line.family,
        value=line.value,
        threshold=line.threshold,
        points=line.points,
        discount=line.discount,
        counted=line.counted,
        expected_points=line.expected_points,
        certain=line.certain,
        held=line.held,
        context=line.context,
        evidence=line.evidence,
        missing=line.missing,
        band=score.band,
        data_date=score.data_date,
        computed_at=score.computed_at,
        method_version=score.method_version,
    )
