"""Pieces of evidence, and what was done with each."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Identity, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from cases.own_tables import Base, moment

__all__ = ["Custody", "Evidence"]


class Evidence(Base, table=True):
    """A file as it came, and its copy without what it tells beside its picture or its words."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_case", "case_id", "added_at", "id"),)

    id: str = Field(primary_key=True, description="evd_...")
    case_id: str
    organisation: str
    name: str
    media_type: str = Field(description="by its content")
    size: int = Field(sa_type=BigInteger)
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    cleaned_sha256: bytes | None = Field(sa_column=Column(LargeBinary))
    cleaned_size: int | None = Field(sa_type=BigInteger)
    scan: str = Field(description="clean, not_scanned")
    description: str
    taken: Any = Field(sa_column=Column(JSONB), description="place, time and checklist of a photo")
    added_by: str | None
    added_at: datetime = moment()


class Custody(Base, table=True):
    """Somebody touched a piece of evidence: never changed, never deleted."""

    __tablename__ = "custody"
    __table_args__ = (Index("ix_custody_evidence", "evidence_id", "id"),)

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    evidence_id: str
    at: datetime = moment()
    what: str = Field(description="received, cleaned, read, verified")
    organisation: str | None
    member: str | None
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    result: str
