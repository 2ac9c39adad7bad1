"""What is kept of complaints: their state and clock, what they recommend, and their letters."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from cases.own_tables import Base, moment


class Complaint(Base, table=True):
    """A complaint: one route, one addressee.

    `happened` are the events that its terms are counted from; the days beside it follow from them
    and are kept for lists and for what is due by the clock. A transfer among them keeps whom it was
    addressed to before.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        Index("ix_complaint_organisation", "organisation", text("updated_at DESC"), "id"),
        Index("ix_complaint_casefile", "casefile"),
        Index("ix_complaint_addressee", "addressee", text("filed_on DESC"), "id"),
        Index(
            "ix_complaint_due",
            "due_on",
            postgresql_where=text("state IN ('filed', 'registered', 'in_consideration')"),
        ),
        Index(
            "ix_complaint_window",
            "window_closes_on",
            postgresql_where=text("state IN ('draft', 'in_approval', 'ready')"),
        ),
    )

    id: str = Field(primary_key=True)
    organisation: str
    casefile: str
    route: str
    addressee: str = Field(description="authority:<code> or bin:<BIN>")
    addressee_name: Any = Field(sa_column=Column(JSONB, nullable=False))
    standing: str
    stage: str
    object: str
    method: str
    subject: str
    state: str
    said: Any = Field(sa_column=Column(JSONB, nullable=False), description="what letters take")
    happened: Any = Field(sa_column=Column(JSONB, nullable=False))
    window_closes_on: date | None
    filed_on: date | None
    slip_number: str | None
    signed_copy: str | None
    registered_on: date | None
    registration_number: str | None
    due_on: date | None
    term_confirmed: bool
    extended_until: date | None
    answered_on: date | None
    answer: str | None
    answer_attachment: str | None
    days_late: int | None
    author: str | None = Field(description="who changed its text last")
    writers: list[str] = Field(
        sa_column=Column(ARRAY(Text), nullable=False),
        description="who drafted it, changed it or made its letter: none of them approves it",
    )
    approver: str | None
    approved_on: date | None
    moved_on: date | None = Field(description="the day of its last move: no other lies before")
    letter: str | None
    previous: str | None
    following: str | None
    reminded_on: date | None
    overdue_since: date | None = Field(description="the day on which that was told")
    looked_on: date | None = Field(description="when what is due was last looked at")
    revision: int
    created_at: datetime = moment()
    updated_at: datetime = moment()


class Recommendation(Base, table=True):
    """One recommendation of a complaint, and what was answered to it."""

    __tablename__ = "recommendation"

    complaint: str = Field(
        sa_column=Column(
            String, ForeignKey("cases.complaint.id", ondelete="CASCADE"), primary_key=True
        )
    )
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    text: str
    code: str | None
    reason: str | None
    attachment: str | None


class Letter(Base, table=True):
    """A letter as it was made: its files are never set anew."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_complaint", "complaint", text("made_at DESC"), "id"),)

    id: str = Field(primary_key=True)
    complaint: str = Field(foreign_key="cases.complaint.id", ondelete="CASCADE")
    template: str
    version: str
    language: str
    revision: int = Field(description="the revision of the complaint that it was made from")
    pdf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    docx: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    pdf_sha256: str
    docx_sha256: str
    made_by: str | None
    made_at: datetime = moment()


class Confirmation(Base, table=True):
    """A named person's word for one version of a route or a template."""

    __tablename__ = "confirmation"
    __table_args__ = (
        Index("ix_confirmation_declared", "kind", "code", "version"),
        CheckConstraint("kind IN ('route', 'template')", name="kind"),
    )

    id: str = Field(primary_key=True)
    kind: str
    code: str
    version: str
    name: str
    capacity: str
    confirmed_on: date
    note: str | None
    recorded_by: str | None
    recorded_at: datetime = moment()
