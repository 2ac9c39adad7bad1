"""What the tables of cases have in common, and the table of events."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from shared.tables import table_base

if TYPE_CHECKING:  # a type checker takes no class that a function made as a base
    from sqlmodel import SQLModel as Base
else:
    Base = table_base("cases")

__all__ = ["Base", "Event", "moment"]


def moment(*, nullable: bool = False) -> Any:
    """A column of a moment."""
    return Field(sa_type=DateTime(timezone=True), nullable=nullable)


class Event(Base, table=True):
    """Something that was done: never changed, never deleted."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_object", "object", "object_id", "id"),
        Index("ix_event_organisation", "organisation", "id"),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    object: str = Field(description="case, alert, complaint, outcome, ...")
    object_id: str
    organisation: str = Field(description="whose thing it is")
    what: str = Field(description="the move, or what else was done")
    at: datetime = moment()
    by_organisation: str | None
    by_member: str | None
    before: str | None
    after: str | None
    reason: str | None
    note: str | None
    changes: Any = Field(sa_column=Column(JSONB, nullable=False))
    shown: Any = Field(sa_column=Column(JSONB, nullable=False))
