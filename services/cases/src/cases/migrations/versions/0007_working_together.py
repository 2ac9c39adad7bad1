"""Focus lists, queues and campaigns."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    *("campaign_reading", "campaign_measure", "campaign"),
    *("queue_review", "queue_item", "queue", "focus_list"),
)


def upgrade() -> None:
    _lists()
    _queues()
    _campaigns()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _text(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=nullable, primary_key=key)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str) -> sa.Column[list[str]]:
    return sa.Column(name, postgresql.ARRAY(sa.Text), nullable=False)


def _revision() -> sa.Column[int]:
    return sa.Column("revision", sa.BigInteger, nullable=False)


def _lists() -> None:
    op.create_table(
        "focus_list",
        _text("id", key=True),
        *[_text(name) for name in ("organisation", "title", "purpose")],
        sa.Column("public", sa.Boolean, nullable=False),
        *[_words(name) for name in ("state", "region", "buyer", "band", "indicator")],
        _text("created_by", nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        _moment("archived_at", nullable=True),
        _revision(),
    )
    op.create_index("ix_focus_list_newest", "focus_list", ["created_at", "id"])


def _queues() -> None:
    op.create_table(
        "queue",
        _text("id", key=True),
        *[_text(name) for name in ("organisation", "focus_list", "question")],
        _words("verdicts"),
        _moment("created_at"),
        _moment("closed_at", nullable=True),
        _revision(),
    )
    op.create_index("ix_queue_list", "queue", ["focus_list", "created_at", "id"])
    op.create_table(
        "queue_item",
        _text("id", key=True),
        _text("queue_id"),
        _text("alert_id"),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
        _text("answer", nullable=True),
        sa.Column("reviews", sa.SmallInteger, nullable=False),
        _text("state"),
        _text("verdict", nullable=True),
        _moment("held_until", nullable=True),
        _moment("settled_at", nullable=True),
    )
    op.create_index("uq_queue_item_alert", "queue_item", ["queue_id", "alert_id"], unique=True)
    op.create_index(
        "ix_queue_item_waiting",
        "queue_item",
        ["queue_id", sa.text("reviews DESC"), "position"],
        postgresql_where=sa.text("state = 'open' AND answer IS NULL"),
    )
    op.create_table(
        "queue_review",
        *[_text(name, key=True) for name in ("item_id", "organisation", "member")],
        _text("queue_id"),
        _moment("claimed_at"),
        _moment("until"),
        _moment("submitted_at", nullable=True),
        _text("verdict", nullable=True),
        _text("note", nullable=True),
    )
    op.create_index(
        "uq_queue_review_held",
        "queue_review",
        ["queue_id", "organisation", "member"],
        unique=True,
        postgresql_where=sa.text("submitted_at IS NULL"),
    )
    op.create_index("ix_queue_review_queue", "queue_review", ["queue_id", "submitted_at"])


def _campaigns() -> None:
    op.create_table(
        "campaign",
        _text("id", key=True),
        *[_text(name) for name in ("organisation", "title", "goal")],
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date),
        _text("focus_list", nullable=True),
        _text("template", nullable=True),
        _moment("published_at", nullable=True),
        _text("created_by", nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        _revision(),
    )
    op.create_index("ix_campaign_newest", "campaign", ["created_at", "id"])
    op.create_table(
        "campaign_measure",
        _text("id", key=True),
        *[_text(name) for name in ("campaign_id", "title", "unit")],
        _text("region", nullable=True),
        _text("better"),
        _moment("created_at"),
    )
    op.create_index(
        "ix_campaign_measure_campaign", "campaign_measure", ["campaign_id", "created_at", "id"]
    )
    op.create_table(
        "campaign_reading",
        _text("measure_id", key=True),
        sa.Column("on_day", sa.Date, primary_key=True),
        sa.Column("value", sa.Numeric(20, 4), nullable=False),
        _text("source"),
        _text("recorded_by", nullable=True),
        _moment("recorded_at"),
    )
