"""What the vault keeps."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, text
from sqlmodel import Field

from shared.tables import table_base

if TYPE_CHECKING:  # a type checker takes no class that a function made as a base
    from sqlmodel import SQLModel as Base
else:
    Base = table_base("ingestor_raw")


class Payload(Base, table=True):
    """A payload as received, sealed. The role of the ingestor may only add rows."""

    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    size: int = Field(sa_type=BigInteger)
    key_name: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    source: str
    received_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    )
    expires_on: date = Field(index=True)


class PortalRecord(Base, table=True):
    """What a record of the portal says, sealed; the role of the ingestor may only add rows.

    A record that is still needed is added again with a later date.
    """

    __tablename__ = "portal_record"

    root: str = Field(primary_key=True)
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    expires_on: date = Field(primary_key=True, index=True)
    key_name: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
