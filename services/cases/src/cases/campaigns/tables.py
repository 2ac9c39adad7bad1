"""Campaigns, and the figures by which they tell whether something changes."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from cases.own_tables import Base, moment

__all__ = ["Campaign", "CampaignMeasure", "CampaignReading", "Statistic"]


class Campaign(Base, table=True):
    """A goal that an organisation works for in a period; everybody reads a published one."""

    __tablename__ = "campaign"
    __table_args__ = (Index("ix_campaign_newest", "created_at", "id"),)

    id: str = Field(primary_key=True, description="cmn_...")
    organisation: str
    title: str
    goal: str
    starts_on: date
    ends_on: date | None
    focus_list: str | None
    template: str | None = Field(description="code of a letter's template")
    published_at: datetime | None = moment(nullable=True)
    created_by: str | None
    created_at: datetime = moment()
    updated_at: datetime = moment()
    revision: int = Field(sa_type=BigInteger)


class CampaignMeasure(Base, table=True):
    """A figure that a campaign wants to move, such as a share of single source in a region."""

    __tablename__ = "campaign_measure"
    __table_args__ = (
        Index("ix_campaign_measure_campaign", "campaign_id", "created_at", "id"),
        Index("ix_campaign_measure_tile", text("(figure ->> 'tile')")),
    )

    id: str = Field(primary_key=True, description="mea_...")
    campaign_id: str
    title: str
    unit: str
    region: str | None = Field(description="KATO code")
    better: str = Field(description="lower or higher")
    figure: Any = Field(
        default=None, sa_column=Column(JSONB), description="cell of a published table, if it is one"
    )
    created_at: datetime = moment()


class CampaignReading(Base, table=True):
    """What a figure was on a day, and where that is written. The first is the baseline."""

    __tablename__ = "campaign_reading"

    measure_id: str = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    value: Decimal = Field(sa_type=Numeric(20, 4))
    source: str
    recorded_by: str | None
    recorded_at: datetime = moment()


class Statistic(Base, table=True):
    """A table of figures as scoring published it last."""

    __tablename__ = "statistic"

    tile: str = Field(primary_key=True)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
