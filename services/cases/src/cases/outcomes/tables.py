"""Outcomes as they stand, and what is counted: a fold of the event log that figures are read from.

`fact`, `fact_case` and `counted` hold nothing of their own: they can be emptied and folded again
from `event`.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ARRAY, Column, Index, Numeric, Text, text
from sqlmodel import Field

from cases.own_tables import Base, moment

__all__ = ["Counted", "Fact", "FactCase", "Outcome"]

_KZT = Numeric(17, 2)
_NO = text("false")


def _words() -> Column[list[str]]:
    return Column(ARRAY(Text), nullable=False)


class Outcome(Base, table=True):
    """What came of one recommendation or violation."""

    __tablename__ = "outcome"
    __table_args__ = (
        Index("ix_outcome_newest", "created_at", "id"),
        Index("ix_outcome_organisation", "organisation", "created_at", "id"),
        Index("ix_outcome_case", "case_id"),
        Index(
            "uq_outcome_counted_once",
            "organisation",
            "kind",
            "counted_once_key",
            unique=True,
            postgresql_where=text("state NOT IN ('refuted', 'none')"),
        ),
    )

    id: str = Field(primary_key=True, description="out_...")
    organisation: str = Field(description="whose it is")
    kind: str
    state: str
    case_id: str | None
    complaint_id: str | None
    subject: str | None = Field(description="the recommendation or violation it answers")
    authority: str | None = Field(description="code of the body it is expected of")
    process_id: str | None
    contract: str | None
    counted_once_key: str | None = Field(description="folded: what organisations have in common")
    region: str | None = Field(description="KATO code")
    campaign: str | None
    indicators: list[str] = Field(sa_column=_words())
    amount: Decimal | None = Field(sa_type=_KZT)
    amount_kind: str | None
    happened_on: date | None
    proof: str | None = Field(description="a piece of evidence of the case")
    claimed_by: str | None = Field(description="organisation/member who claimed, or told anew")
    claimed_at: datetime | None = moment(nullable=True)
    confirmed_at: datetime | None = moment(nullable=True)
    created_at: datetime = moment()
    revision: int


class Fact(Base, table=True):
    """Something that is counted: it came to pass, and was not undone since."""

    __tablename__ = "fact"
    __table_args__ = (
        Index("ix_fact_what", "what", "at"),
        Index("ix_fact_case", "case_id"),
        Index("ix_fact_key", "key"),
        Index("ix_fact_led", "process_id", postgresql_where=text("what = 'in_case'")),
    )

    object: str = Field(primary_key=True)
    object_id: str = Field(primary_key=True)
    organisation: str = Field(primary_key=True)
    what: str = Field(primary_key=True, description="monitored, opened, verified, filed, ...")
    at: datetime = moment()
    case_id: str | None
    process_id: str | None
    region: str | None
    campaign: str | None
    indicators: list[str] = Field(sa_column=_words())
    kind: str | None
    amount_kind: str | None
    amount: Decimal | None = Field(sa_type=_KZT)
    key: str = Field(description="what is counted once across organisations")
    in_time: bool | None


class FactCase(Base, table=True):
    """What a case lends to everything that is counted of it."""

    __tablename__ = "fact_case"

    case_id: str = Field(primary_key=True)
    region: str | None
    campaign: str | None
    hidden: bool = Field(sa_column_kwargs={"server_default": _NO}, description="embargoed")


class Counted(Base, table=True):
    """A fact that a figure counts: once in the whole, and once in its organisation's own work."""

    __tablename__ = "counted"
    __table_args__ = (
        Index("ix_counted_key", "key"),
        Index("ix_counted_newest", "figure", "at"),
    )

    figure: str = Field(primary_key=True)
    object: str = Field(primary_key=True)
    object_id: str = Field(primary_key=True)
    organisation: str = Field(primary_key=True)
    claim: bool = Field(primary_key=True, description="claimed, and not confirmed yet")
    whole: bool = Field(description="of all organisations the one that counts")
    quiet: bool = Field(
        sa_column_kwargs={"server_default": _NO}, description="counts for its organisation alone"
    )
    key: str
    at: datetime = moment()
    region: str | None
    campaign: str | None
    indicators: list[str] = Field(sa_column=_words())
    kind: str | None
    amount: Decimal | None = Field(sa_type=_KZT)
