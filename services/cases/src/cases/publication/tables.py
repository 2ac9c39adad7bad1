"""Publications of cases, the notices to those they name, and what these reply."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from cases.own_tables import Base, moment

__all__ = ["Publication", "PublicationNotice", "PublicationReply"]


def _words() -> Column[list[str]]:
    return Column(ARRAY(Text), nullable=False)


class Publication(Base, table=True):
    """The text by which a case is told to everybody: one a case."""

    __tablename__ = "publication"
    __table_args__ = (
        Index("uq_publication_case", "case_id", unique=True),
        Index(
            "ix_publication_newest",
            "published_at",
            "id",
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: str = Field(primary_key=True, description="pub_...")
    case_id: str
    state: str
    texts: Any = Field(sa_column=Column(JSONB), description="title and body by language")
    processes: list[str] = Field(sa_column=_words())
    figures: Any = Field(sa_column=Column(JSONB, nullable=False))
    answers: Any = Field(sa_column=Column(JSONB, nullable=False), description="of the checklist")
    writers: list[str] = Field(sa_column=_words(), description="who wrote what is told")
    round: int = Field(sa_type=BigInteger, description="how often it was shown to its parties")
    created_at: datetime = moment()
    updated_at: datetime = moment()
    notified_at: datetime | None = moment(nullable=True)
    published_at: datetime | None = moment(nullable=True)
    withdrawn_at: datetime | None = moment(nullable=True)
    ground: str | None = Field(description="why it was withdrawn")
    revision: int = Field(sa_type=BigInteger)


class PublicationNotice(Base, table=True):
    """The notice to one named party of what is to be told; a changed text has notices anew."""

    __tablename__ = "publication_notice"
    __table_args__ = (
        Index("uq_publication_notice", "publication_id", "round", "bin", unique=True),
        Index("ix_publication_notice_bin", "bin", "made_at", "id"),
    )

    id: str = Field(primary_key=True, description="ntc_...")
    publication_id: str
    round: int = Field(sa_type=BigInteger)
    bin: str
    name: str | None
    made_at: datetime = moment()
    opened_at: datetime | None = moment(nullable=True)
    told_at: datetime | None = moment(nullable=True)
    told_how: str | None
    told_by: str | None


class PublicationReply(Base, table=True):
    """What a party replied: never changed. What corrects a reply names it."""

    __tablename__ = "publication_reply"
    __table_args__ = (
        Index("ix_publication_reply_notice", "notice_id", "position"),
        Index("uq_publication_reply_corrected", "notice_id", "corrects", unique=True),
    )

    id: str = Field(primary_key=True, description="rpl_...")
    notice_id: str
    organisation: str | None = Field(description="who spoke for the party")
    member: str | None
    text: str
    corrects: str | None
    at: datetime = moment()
    position: int = Field(sa_column=Column(BigInteger, Identity(always=True), nullable=False))
