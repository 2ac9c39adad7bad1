"""Tables of endpoints and what was sent to them: read and written by plain asyncpg."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from gateway.tables import Organisation

MOMENT = DateTime(timezone=True)
_METADATA = Organisation.metadata
_NOW = text("now()")

endpoint = Table(
    "endpoint",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text),
    Column("contact", Text),
    Column("letter_at", MOMENT),
    Column("types", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("signing", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sealed_before", LargeBinary),
    Column("before_until", MOMENT),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("disabled_for", Text),
    Column("spared_until", MOMENT),
    Column("public_seq", BigInteger, nullable=False),
    Column("own_seq", BigInteger, nullable=False),
    Column("created_at", MOMENT, nullable=False, server_default=_NOW),
    Column("revision", BigInteger, nullable=False, server_default=text("1")),
    Column("deleted_at", MOMENT),
    Index("ix_endpoint_organisation_id", "organisation_id", "created_at"),
    comment="Where an organisation has events sent, and how far the streams were sent there.",
)

delivery = Table(
    "delivery",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("endpoint_id", Text, ForeignKey("endpoint.id"), nullable=False),
    Column("stream", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", LargeBinary),
    Column("state", Text, nullable=False, server_default=text("'pending'")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("due_at", MOMENT, nullable=False, server_default=_NOW),
    Column("created_at", MOMENT, nullable=False, server_default=_NOW),
    Index("ix_delivery_endpoint_id", "endpoint_id", "created_at", "id"),
    Index(
        "ix_delivery_due",
        "endpoint_id",
        "due_at",
        postgresql_where=text("state = 'pending'"),
    ),
    comment="An event for an endpoint; while it is sent, `due_at` is when its sender is given up.",
)

attempt = Table(
    "attempt",
    _METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("delivery_id", Text, ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("status", Integer),
    Column("fault", Text),
    Column("reply", LargeBinary, nullable=False),
    Index("ix_attempt_delivery_id", "delivery_id", "id"),
    comment="One try at a delivery, with the first 1 kB of the answer.",
)
