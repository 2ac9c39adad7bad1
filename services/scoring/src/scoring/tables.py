"""What scoring keeps in PostgreSQL: findings and scores with their history, alerts, populations.

The facts are not here; they lie in the engine's DuckDB file and can be rebuilt from the feed.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from shared.tables import table_base

if TYPE_CHECKING:  # a type checker takes no class that a function made as a base
    from sqlmodel import SQLModel as Base
else:
    Base = table_base("scoring")


def _moment(*, nullable: bool = False) -> Any:
    return Field(sa_type=DateTime(timezone=True), nullable=nullable)


def _number() -> Any:
    return Field(sa_type=BigInteger, nullable=False)


class Finding(Base, table=True):
    """What one indicator found on one subject, from the moment it was found.

    A row is never changed but for `last_checked` and its closing: what takes its place is a new
    row. Only what needs a look is a finding (flagged, or a fault of ours); the other results stand
    in the score of the subject.
    """

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    subject_type: str
    subject_id: str
    indicator: str
    status: str = Field(description="flagged or error")
    value: float | None
    threshold: float | None
    evidence: Any = Field(sa_column=Column(JSONB, nullable=False))
    missing: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    indicator_version: str
    parameters: Any = Field(sa_column=Column(JSONB, nullable=False))
    population_version: int | None = Field(sa_type=BigInteger)
    data_seq: int = _number()
    cause: str = Field(description="data, clock, method, population or context")
    opened_at: datetime = _moment()
    last_checked: datetime = _moment()
    closed_at: datetime | None = _moment(nullable=True)
    closed_as: str | None = Field(description="the result that took its place, or withdrawn")
    closed_cause: str | None
    closed_reason: str | None = Field(description="why a subject was withdrawn")

    __table_args__ = (
        Index(
            "ix_finding_open",
            "subject_type",
            "subject_id",
            "indicator",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_finding_history", "subject_id", "indicator", "opened_at"),
    )


class Score(Base, table=True):
    """The present score of a subject; `document` is its public form, ready to serve.

    `held_band` is the band that alerts go by: it is left only with a margin.
    """

    subject_type: str = Field(primary_key=True)
    subject_id: str = Field(primary_key=True)
    valid_from: datetime = _moment()
    document: bytes = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)
    statuses: str = Field(description="result of every own indicator: R003:c R018:f")
    band: str | None
    held_band: str | None
    expected: float
    cause: str
    data_seq: int = _number()
    recheck_on: date | None = Field(description="when it is judged again, whatever the data")

    __table_args__ = (
        Index("ix_score_recheck", "recheck_on", postgresql_where=text("recheck_on IS NOT NULL")),
        Index(
            "ix_score_risky",
            "subject_id",
            postgresql_where=text("subject_type = 'process' AND band IN ('high', 'critical')"),
        ),
    )


class ScorePast(Base, table=True):
    """A score that another took the place of, or whose subject was withdrawn."""

    __tablename__ = "score_past"

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    subject_type: str
    subject_id: str
    valid_from: datetime = _moment()
    document: bytes = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)
    statuses: str
    band: str | None
    held_band: str | None
    expected: float
    cause: str
    data_seq: int = _number()
    valid_to: datetime = _moment()
    recheck_on: date | None
    ended_by: str = Field(description="score: a newer one; withdrawn: the subject is gone")

    __table_args__ = (Index("ix_score_past_subject", "subject_id", "valid_from"),)


class Alert(Base, table=True):
    """An alert that was raised, as it was raised. Its id follows from subject, band and data."""

    id: str = Field(primary_key=True)
    subject_type: str
    subject_id: str
    band: str
    previous_band: str | None
    indicators: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    stage: str
    data_seq: int = _number()
    raised_at: datetime = _moment()
    document: bytes = Field(sa_type=LargeBinary)

    __table_args__ = (Index("ix_alert_subject", "subject_id", "raised_at"),)


class Population(Base, table=True):
    """The size, quartiles and fences of one group of like purchases, by version."""

    version: int = Field(sa_type=BigInteger, primary_key=True)
    indicator: str = Field(primary_key=True)
    peer: str = Field(primary_key=True)
    n: int = _number()
    q1: float | None
    q3: float | None
    low: float | None
    high: float | None


class BaseRate(Base, table=True):
    """How often an indicator flags where it can be computed, by version."""

    __tablename__ = "base_rate"

    version: int = Field(sa_type=BigInteger, primary_key=True)
    subject_type: str = Field(primary_key=True)
    indicator: str = Field(primary_key=True)
    rate: float


class Peer(Base, table=True):
    """Organisations of one kind and currency: the median of their sums, the average at risk."""

    subject_type: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    organisations: int = _number()
    typical: float
    average: float


class Held(Base, table=True):
    """An indicator whose flags count no points: it flags too much, or was retracted."""

    indicator: str = Field(primary_key=True)
    version: str
    why: str = Field(description="rate or retracted")
    since: datetime = _moment()
    rate: float | None
    bound: float | None
    judged: int | None = Field(sa_type=BigInteger)
    reason: str | None
    lifted_at: datetime | None = _moment(nullable=True)


class Feedback(Base, table=True):
    """One verdict on one indicator, nobody named: `key` is that of its entry in cases' feed."""

    indicator: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    verdict: str = Field(description="dismissed, confirmed, refuted or unfounded")
    reason: str | None
    process: str | None
    alert: str | None
    at: datetime = _moment()


class Tally(Base, table=True):
    """How many subjects have which result of an indicator now."""

    subject_type: str = Field(primary_key=True)
    indicator: str = Field(primary_key=True)
    status: str = Field(primary_key=True)
    n: int = _number()


class Engine(Base, table=True):
    """The one row that says how far judging has come; the leader alone writes it.

    `scored_seq`: every release up to this place in the feed is judged. `registers_seq`: whom the
    registers concern is known up to there. `compared_seq`, `compared_registers`, `compared_plans`:
    up to which place populations and organisations have seen each feed.
    """

    id: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    scored_seq: int = _number()
    epoch: str | None
    facts_seq: int = _number()
    feed_head: int = _number()
    alerts_since: datetime | None = _moment(nullable=True)
    method: str | None
    population_version: int = _number()
    compared_seq: int = _number()
    compared_at: datetime | None = _moment(nullable=True)
    registers_seq: int = _number()
    registers_epoch: str | None
    compared_registers: int = _number()
    compared_plans: int = _number()
    heartbeat_at: datetime | None = _moment(nullable=True)

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class Rejudge(Base, table=True):
    """A process whose score must be made anew although its own data are the same, and why."""

    subject_id: str = Field(primary_key=True)
    cause: str


class Replay(Base, table=True):
    """A dead letter that somebody asked to be taken in again."""

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class Draft(Base, table=True):
    """An indicator that a partner wrote; `state` is a place in scoring.drafts.life."""

    id: str = Field(primary_key=True)
    code: str
    organisation: str
    state: str
    version: int = _number()
    created_at: datetime = _moment()
    updated_at: datetime = _moment()
    monitored_since: datetime | None = _moment(nullable=True)
    proposed_by: str | None

    __table_args__ = (
        Index(
            "ix_draft_code",
            "organisation",
            "code",
            unique=True,
            postgresql_where=text("state <> 'retired'"),
        ),
        Index("ix_draft_updated", "updated_at", "id"),
    )


class DraftVersion(Base, table=True):
    """One version of a draft's document; none is ever changed or dropped."""

    __tablename__ = "draft_version"

    draft: str = Field(primary_key=True, foreign_key="draft.id")
    version: int = Field(sa_type=BigInteger, primary_key=True)
    document: bytes = Field(sa_type=LargeBinary)
    digest: str
    member: str | None
    created_at: datetime = _moment()


class DraftStep(Base, table=True):
    """One step in the life of a draft: who took it, from where to where, and why."""

    __tablename__ = "draft_step"

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    draft: str = Field(foreign_key="draft.id", index=True)
    at: datetime = _moment()
    step: str
    before: str | None
    after: str
    version: int = _number()
    organisation: str
    member: str | None
    reason: str | None


class BackTest(Base, table=True):
    """A draft tried over a period: a long job, and what came of it."""

    __tablename__ = "back_test"

    id: str = Field(primary_key=True)
    draft: str = Field(foreign_key="draft.id")
    version: int = _number()
    cause: str = Field(description="asked or monitor")
    state: str = Field(description="queued, running, done, refused or failed")
    asked: bytes = Field(sa_type=LargeBinary, description="the question, as JSON")
    attempts: int = _number()
    asked_at: datetime = _moment()
    started_at: datetime | None = _moment(nullable=True)
    ended_at: datetime | None = _moment(nullable=True)
    result: bytes | None = Field(sa_type=LargeBinary)
    reason: str | None

    __table_args__ = (
        Index("ix_back_test_draft", "draft", "asked_at"),
        Index(
            "ix_back_test_waiting",
            "asked_at",
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )
