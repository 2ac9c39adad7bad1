"""Focus lists, the queues that are made of them, and what members found."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Identity, Index, SmallInteger, Text, text
from sqlmodel import Field

from cases.own_tables import Base, moment

__all__ = ["FocusList", "Queue", "QueueItem", "QueueReview"]

_WAITING = text("state = 'open' AND answer IS NULL")
_HELD = text("submitted_at IS NULL")


def _words() -> Column[list[str]]:
    return Column(ARRAY(Text), nullable=False)


class FocusList(Base, table=True):
    """A saved question to the triage, that directs where people look; empty means all."""

    __tablename__ = "focus_list"
    __table_args__ = (Index("ix_focus_list_newest", "created_at", "id"),)

    id: str = Field(primary_key=True, description="foc_...")
    organisation: str = Field(description="whose it is")
    title: str
    purpose: str
    public: bool = Field(sa_type=Boolean, nullable=False)
    state: list[str] = Field(sa_column=_words())
    region: list[str] = Field(sa_column=_words())
    buyer: list[str] = Field(sa_column=_words())
    band: list[str] = Field(sa_column=_words())
    indicator: list[str] = Field(sa_column=_words())
    created_by: str | None
    created_at: datetime = moment()
    updated_at: datetime = moment()
    archived_at: datetime | None = moment(nullable=True)
    revision: int = Field(sa_type=BigInteger)


class Queue(Base, table=True):
    """One question that is asked of everything on a list."""

    __tablename__ = "queue"
    __table_args__ = (Index("ix_queue_list", "focus_list", "created_at", "id"),)

    id: str = Field(primary_key=True, description="que_...")
    organisation: str
    focus_list: str
    question: str
    verdicts: list[str] = Field(sa_column=_words())
    created_at: datetime = moment()
    closed_at: datetime | None = moment(nullable=True)
    revision: int = Field(sa_type=BigInteger)


class QueueItem(Base, table=True):
    """An alert in a queue. One with an `answer` is for training: its answer was known before."""

    __tablename__ = "queue_item"
    __table_args__ = (
        Index("uq_queue_item_alert", "queue_id", "alert_id", unique=True),
        Index(
            "ix_queue_item_waiting",
            "queue_id",
            text("reviews DESC"),
            "position",
            postgresql_where=_WAITING,
        ),
    )

    id: str = Field(primary_key=True, description="qit_...")
    queue_id: str
    alert_id: str
    position: int = Field(sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    answer: str | None
    reviews: int = Field(sa_type=SmallInteger)
    state: str = Field(description="open, settled or undecided")
    verdict: str | None
    held_until: datetime | None = moment(nullable=True)
    settled_at: datetime | None = moment(nullable=True)


class QueueReview(Base, table=True):
    """A member has an item, or had it and said what they found."""

    __tablename__ = "queue_review"
    __table_args__ = (
        Index(
            "uq_queue_review_held",
            "queue_id",
            "organisation",
            "member",
            unique=True,
            postgresql_where=_HELD,
        ),
        Index("ix_queue_review_queue", "queue_id", "submitted_at"),
    )

    item_id: str = Field(primary_key=True)
    organisation: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    queue_id: str
    claimed_at: datetime = moment()
    until: datetime = moment()
    submitted_at: datetime | None = moment(nullable=True)
    verdict: str | None
    note: str | None
