"""Cases and what belongs to them. "case" is a word of SQL, so that the table is `casefile`."""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Computed, Index, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from cases.own_tables import Base, moment

__all__ = ["CaseLink", "CaseNote", "CaseNumber", "CaseParty", "CaseShare", "CaseTask", "Casefile"]

_NOT_HELD = text("ended_at IS NULL")

WORDS: Final = (
    "to_tsvector('simple'::regconfig, translate((number || ' ') || title, '-./,:;_', '       '))"
)
"""What a case is found by: signs within numbers and words part them."""


def _words() -> Column[list[str]]:
    return Column(ARRAY(Text), nullable=False)


class Casefile(Base, table=True):
    """A suspicion that an organisation works on."""

    __tablename__ = "casefile"
    __table_args__ = (
        Index("ix_casefile_newest", "organisation", "created_at", "id"),
        Index("ix_casefile_state", "organisation", "state", "created_at", "id"),
        Index(
            "ix_casefile_region",
            "region",
            "created_at",
            postgresql_ops={"region": "text_pattern_ops"},
        ),
        Index("uq_casefile_number", "organisation", "number", unique=True),
        Index("ix_casefile_assignees", "assignees", postgresql_using="gin"),
        Index("ix_casefile_words", "words", postgresql_using="gin"),
        Index(
            "uq_casefile_reference",
            "organisation",
            "reference",
            unique=True,
            postgresql_where=text("reference IS NOT NULL"),
        ),
        Index("ix_casefile_on_hold", "on_hold_until", postgresql_where=text("state = 'on_hold'")),
        Index(
            "ix_casefile_merged", "merged_into", postgresql_where=text("merged_into IS NOT NULL")
        ),
        Index(
            "ix_casefile_offered",
            "offered_to",
            "created_at",
            "id",
            postgresql_where=text("offered_to IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True, description="cas_...")
    organisation: str = Field(description="whose it is")
    number: str = Field(description="2026-000123: of the organisation and its year")
    title: str
    summary: str
    severity: str = Field(description="low, medium or high")
    violations: list[str] = Field(sa_column=_words())
    region: str | None = Field(description="KATO code")
    branch: str | None
    campaign: str | None
    state: str
    held_from: str | None = Field(description="the state it was put on hold in")
    on_hold_until: date | None
    assignees: list[str] = Field(sa_column=_words())
    embargoed: bool = Field(sa_type=Boolean, nullable=False)
    reference: str | None = Field(description="how it is called where it was imported from")
    merged_into: str | None
    created_by: str | None
    created_at: datetime = moment()
    updated_at: datetime = moment()
    published_at: datetime | None = moment(nullable=True)
    offered_to: str | None = Field(description="who may take it over, and has not yet")
    offered_by: str | None
    offer_note: str | None
    offered_at: datetime | None = moment(nullable=True)
    revision: int = Field(sa_type=BigInteger)
    words: Any = Field(sa_column=Column(TSVECTOR, Computed(WORDS, persisted=True)))


class CaseNumber(Base, table=True):
    """The last number that an organisation gave in a year."""

    __tablename__ = "case_number"

    organisation: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    last: int = Field(sa_type=BigInteger)


class CaseNote(Base, table=True):
    """A note: never changed. What corrects one names it."""

    __tablename__ = "case_note"
    __table_args__ = (Index("ix_case_note_case", "case_id", "at", "id"),)

    id: str = Field(primary_key=True, description="nte_...")
    case_id: str
    at: datetime = moment()
    organisation: str
    member: str | None
    text: str
    corrects: str | None


class CaseTask(Base, table=True):
    """Something to be done for a case."""

    __tablename__ = "case_task"
    __table_args__ = (
        Index("ix_case_task_case", "case_id", "created_at", "id"),
        Index("ix_case_task_due", "due_on", postgresql_where=text("done_at IS NULL")),
    )

    id: str = Field(primary_key=True, description="tsk_...")
    case_id: str
    title: str
    assignee: str | None
    due_on: date | None
    done_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment()
    revision: int = Field(sa_type=BigInteger)


class CaseParty(Base, table=True):
    """Who has a part in a case: an organisation by its BIN, a person by their part alone."""

    __tablename__ = "case_party"
    __table_args__ = (Index("ix_case_party_case", "case_id"),)

    id: str = Field(primary_key=True, description="pty_...")
    case_id: str
    role: str
    bin: str | None
    name: str | None = Field(description="of an organisation; a person is not named")
    note: str | None
    added_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)


class CaseLink(Base, table=True):
    """What a case is about or rests on; a link that was taken away stays with its reason."""

    __tablename__ = "case_link"
    __table_args__ = (
        Index(
            "uq_case_link",
            "case_id",
            "kind",
            "target",
            unique=True,
            postgresql_where=_NOT_HELD,
        ),
        Index("ix_case_link_target", "kind", "target", postgresql_where=_NOT_HELD),
    )

    id: str = Field(primary_key=True, description="lnk_...")
    case_id: str
    kind: str = Field(description="process, alert, tip or case")
    target: str
    linked_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    reason: str | None


class CaseShare(Base, table=True):
    """Another organisation that may see parts of a case, until a day."""

    __tablename__ = "case_share"
    __table_args__ = (
        Index(
            "uq_case_share",
            "case_id",
            "organisation",
            unique=True,
            postgresql_where=_NOT_HELD,
        ),
        Index("ix_case_share_organisation", "organisation", postgresql_where=_NOT_HELD),
    )

    id: str = Field(primary_key=True, description="shr_...")
    case_id: str
    organisation: str = Field(description="who may see it")
    parts: list[str] = Field(sa_column=_words())
    may_comment: bool = Field(sa_type=Boolean, nullable=False)
    expires_at: datetime = moment()
    shared_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
