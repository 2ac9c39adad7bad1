"""Tables of who may call, beside those of `gateway.tables`: read and written by plain asyncpg."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gateway.tables import Organisation

MOMENT = DateTime(timezone=True)
_METADATA = Organisation.metadata
_FIRST = text("1")

invitation = Table(
    "invitation",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("accepted_at", MOMENT),
    Column("member_id", Text, ForeignKey("member.id")),
    Column("withdrawn_at", MOMENT),
    Column("revision", BigInteger, nullable=False, server_default=_FIRST),
    Index("ix_invitation_organisation_id", "organisation_id", "created_at"),
)

approval = Table(
    "approval",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=False),
    Column("act", Text, nullable=False),
    Column("decided_at_level", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("approved_by", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("state", Text, nullable=False, server_default=text("'waiting'")),
    Column("ended_at", MOMENT),
    Column("revision", BigInteger, nullable=False, server_default=_FIRST),
    Index("ix_approval_organisation_id", "organisation_id", "asked_at"),
    Index("ix_approval_level", "decided_at_level", "asked_at"),
)

speaker = Table(
    "speaker",
    _METADATA,
    Column("organisation_id", Text, ForeignKey("organisation.id"), primary_key=True),
    Column("speaks_for", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("verified_at", MOMENT, nullable=False),
    Column("approval_id", Text, ForeignKey("approval.id"), nullable=False),
)

signing_key = Table(
    "signing_key",
    _METADATA,
    Column("kid", Text, primary_key=True),
    Column("public", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
    Column("created_at", MOMENT, nullable=False),
    Column("signs_from", MOMENT, nullable=False),
    Column("trusted_until", MOMENT),
)

device = Table(
    "device",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("previous_hash", LargeBinary),
    Column("previous_until", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    Column("last_used_at", MOMENT),
    Column("revoked_at", MOMENT),
)

audit_entry = Table(
    "audit_entry",
    _METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", MOMENT, nullable=False),
    Column("organisation_id", Text),
    Column("actor", Text, nullable=False),
    Column("credential", Text),
    Column("act", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("request_id", Text),
    Column("mac", LargeBinary, nullable=False),
    Index("ix_audit_entry_organisation_id", "organisation_id", "seq"),
)

audit_head = Table(
    "audit_head",
    _METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("mac", LargeBinary, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    _METADATA,
    Column("day", Date, primary_key=True),
    Column("made_at", MOMENT, nullable=False),
    Column("audit_seq", BigInteger, nullable=False),
    Column("audit_mac", LargeBinary, nullable=False),
    Column("scores", BigInteger, nullable=False),
    Column("scores_root", LargeBinary, nullable=False),
    Column("kid", Text, ForeignKey("signing_key.kid"), nullable=False),
    Column("signed", Text, nullable=False),
)

checkpoint_part = Table(
    "checkpoint_part",
    _METADATA,
    Column("day", Date, ForeignKey("checkpoint.day", ondelete="CASCADE"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)
