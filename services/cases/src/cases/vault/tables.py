"""What the vault keeps: tips as ciphertext, days instead of moments, digests instead of names.

Nothing here is a fact about a sender. What is looked up by is stored as a keyed digest, so that a
copy of these tables opens no session; what is written is sealed to keys that are elsewhere.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from shared.tables import table_base

if TYPE_CHECKING:  # a type checker takes no class that a function made as a base
    from sqlmodel import SQLModel as Base
else:
    Base = table_base("cases_vault")

__all__ = [
    "Base",
    "Digest",
    "Excluded",
    "Move",
    "Notice",
    "Piece",
    "RecipientKey",
    "Seal",
    "Spent",
    "Tip",
]


def _tip(*, primary_key: bool = False) -> Any:
    return Field(
        sa_column=Column(String, ForeignKey("cases_vault.tip.id"), primary_key=primary_key)
        if primary_key
        else Column(String, ForeignKey("cases_vault.tip.id"), nullable=False)
    )


class RecipientKey(Base, table=True):
    """A public key of a member; the private one is not ours."""

    __tablename__ = "recipient_key"
    __table_args__ = (Index("ix_recipient_key_organisation", "organisation"),)

    id: str = Field(primary_key=True)
    organisation: str
    member: str
    label: str
    public_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    since: date = Field(sa_type=Date)
    retired_on: date | None = Field(default=None, sa_type=Date)


class Tip(Base, table=True):
    """A tip. After its purge only what is counted is left of it."""

    __tablename__ = "tip"
    __table_args__ = (
        Index("ix_tip_received_on", "received_on", "id"),
        Index("ix_tip_organisations", "organisations", postgresql_using="gin"),
        CheckConstraint("(purged_as IS NULL) = (lookup IS NOT NULL)", name="purged_or_found"),
    )

    id: str = Field(primary_key=True)
    lookup: bytes | None = Field(sa_column=Column(LargeBinary, unique=True))
    proof: bytes | None = Field(sa_column=Column(LargeBinary))
    once: bytes | None = Field(sa_column=Column(LargeBinary, unique=True))
    public_key: bytes | None = Field(sa_column=Column(LargeBinary))
    wrapped_key: bytes | None = Field(sa_column=Column(LargeBinary))
    organisations: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    channel: str
    status: str
    revision: int
    received_on: date = Field(sa_type=Date)
    adopted_by: str | None
    summary: str | None
    casefile: str | None
    merged_into: str | None
    ended_on: date | None = Field(default=None, sa_type=Date)
    purged_as: str | None = Field(description="the state it ended in")


class Piece(Base, table=True):
    """Something sealed that belongs to a tip. `wrote` is a recipient's organisation, or nobody."""

    __tablename__ = "piece"
    __table_args__ = (
        UniqueConstraint("tip", "once"),
        UniqueConstraint("tip", "file", "index"),
    )

    tip: str = _tip(primary_key=True)
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    kind: str = Field(description="tip, message, internal, chunk")
    wrote: str | None
    on: date = Field(sa_type=Date)
    once: bytes | None = Field(sa_column=Column(LargeBinary))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    file: str | None
    index: int | None
    last: bool | None = Field(sa_column=Column(Boolean))


class Seal(Base, table=True):
    """The data key of a piece, sealed to one key: `tip` is the sender's."""

    __tablename__ = "seal"
    __table_args__ = (Index("ix_seal_key", "key"),)

    tip: str = _tip(primary_key=True)
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    key: str = Field(primary_key=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Excluded(Base, table=True):
    """A member who may not see a tip: left out by its sender, or by a recipient later."""

    __tablename__ = "excluded"

    tip: str = _tip(primary_key=True)
    organisation: str = Field(primary_key=True)
    member: str = Field(primary_key=True)


class Digest(Base, table=True):
    """A number that a tip names, under a secret of the organisation that we do not have."""

    __tablename__ = "digest"
    __table_args__ = (Index("ix_digest_organisation", "organisation", "digest"),)

    tip: str = _tip(primary_key=True)
    organisation: str = Field(primary_key=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))


class Spent(Base, table=True):
    """Work that a request was let through for, as a keyed digest: it is not taken again."""

    __tablename__ = "spent"

    work: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    on: date = Field(sa_type=Date)


class Notice(Base, table=True):
    """What an organisation's recipients are still to be told of a tip; gone once it is told."""

    __tablename__ = "notice"

    tip: str = _tip(primary_key=True)
    organisation: str = Field(primary_key=True)
    id: str = Field(unique=True)
    type: str


class Move(Base, table=True):
    """A step that was taken with a tip, and by which recipient; of a sender, only the day."""

    __tablename__ = "move"
    __table_args__ = (Index("ix_move_tip", "tip"),)

    id: str = Field(primary_key=True)
    tip: str = _tip()
    what: str
    before: str
    after: str
    reason: str | None
    organisation: str | None
    member: str | None
    on: date = Field(sa_type=Date)
