"""Alerts as scoring told of them, and what each organisation did about each."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ARRAY, BigInteger, Column, Index, Numeric, SmallInteger, Text
from sqlmodel import Field

from cases.own_tables import Base, moment

__all__ = ["Alert", "Snooze", "Telling", "Triage"]


def _words() -> Column[list[str]]:
    return Column(ARRAY(Text), nullable=False)


class Alert(Base, table=True):
    """An alert of scoring. `replaced_by` is a newer one of the same purchase that says it all."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_newest", "raised_at", "id"),
        Index("ix_alert_process", "process_id", "raised_at"),
        Index("ix_alert_buyer", "buyer", "raised_at"),
        Index("ix_alert_suppliers", "suppliers", postgresql_using="gin"),
    )

    id: str = Field(primary_key=True, description="alr_..., as scoring named it")
    position: int = Field(sa_type=BigInteger, description="its number in the feed")
    process_id: str
    buyer: str | None
    suppliers: list[str] = Field(sa_column=_words())
    region: str | None = Field(description="KATO code")
    band: str
    rank: int = Field(sa_type=SmallInteger, description="of its band: 0 low to 3 critical")
    score: float
    indicators: list[str] = Field(sa_column=_words())
    amount: Decimal | None = Field(sa_type=Numeric(17, 2))
    currency: str | None
    stage: str | None = Field(description="what could still be done")
    method: str | None = Field(description="the law's word for how it is bought")
    results_at: datetime | None = moment(nullable=True)
    raised_at: datetime = moment()
    replaced_by: str | None


class Triage(Base, table=True):
    """Where an alert stands with an organisation that has touched it; new with all others."""

    __tablename__ = "triage"
    __table_args__ = (
        Index("ix_triage_alert", "alert_id"),
        Index("ix_triage_until", "until", postgresql_where="state = 'snoozed'"),
    )

    organisation: str = Field(primary_key=True)
    alert_id: str = Field(primary_key=True)
    state: str
    reason: str | None
    note: str | None
    until: datetime | None = moment(nullable=True)
    changed_at: datetime = moment()
    changed_by: str | None
    revision: int


class Snooze(Base, table=True):
    """What an organisation does not want to hear of for a while: a purchase, a buyer, a supplier.

    It holds for alerts that come, up to the band at which it was made.
    """

    __tablename__ = "snooze"

    organisation: str = Field(primary_key=True)
    scope: str = Field(primary_key=True, description="process, buyer or supplier")
    named: str = Field(primary_key=True, description="id of the purchase or organisation")
    rank: int = Field(sa_type=SmallInteger)
    reason: str
    until: datetime = moment()


class Telling(Base, table=True):
    """An organisation lets others know, in numbers, that somebody works on an alert."""

    __tablename__ = "telling"

    organisation: str = Field(primary_key=True)
    since: datetime = moment()
