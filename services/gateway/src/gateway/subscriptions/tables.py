"""Tables of subscriptions and of replies to alerts: read and written by plain asyncpg."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from gateway.tables import Organisation

MOMENT = DateTime(timezone=True)
_METADATA = Organisation.metadata

subscription = Table(
    "subscription",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("filter", LargeBinary, nullable=False),
    Column("events", ARRAY(Text), nullable=False),
    Column("cadence", Text, nullable=False),
    Column("hour", SmallInteger, nullable=False),
    Column("weekday", SmallInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("paused_for", Text),
    Column("since", BigInteger, nullable=False),
    Column("next_at", MOMENT),
    Column("digest_from", MOMENT, nullable=False),
    Column("code_asked_at", MOMENT, nullable=False),
    Column("code_tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("created_at", MOMENT, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default=text("1")),
    Column("deleted_at", MOMENT),
    Index("ix_subscription_organisation_id", "organisation_id", "created_at"),
    Index("ix_subscription_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    comment="A saved filter: what an organisation wants to be told of, where, and how often.",
)

subscription_place = Table(
    "subscription_place",
    _METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    comment="One row: up to which event of the public stream subscriptions were matched.",
)

subscription_hit = Table(
    "subscription_hit",
    _METADATA,
    Column(
        "subscription_id", Text, ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    comment="Events that wait for the digest of a subscription.",
)

subscription_message = Table(
    "subscription_message",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column(
        "subscription_id", Text, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False
    ),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'pending'")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("due_at", MOMENT, nullable=False),
    Column("status", Integer),
    Column("fault", Text),
    Column("created_at", MOMENT, nullable=False),
    Index("ix_subscription_message_subscription_id", "subscription_id", "created_at"),
    Index("ix_subscription_message_due", "due_at", postgresql_where=text("state = 'pending'")),
    comment="A letter or chat message; while it is sent, `due_at` is when its sender is given up.",
)

reply = Table(
    "reply",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("alert_id", Text, nullable=False),
    Column("process_id", Text, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_reply_alert_id", "alert_id"),
    Index("ix_reply_process_id", "process_id"),
    Index("ix_reply_subject", "subject_type", "subject_id"),
    comment="What a party of a purchase says of an alert; shown wherever that or its score is.",
)
