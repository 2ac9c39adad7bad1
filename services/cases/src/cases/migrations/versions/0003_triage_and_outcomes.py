"""Alerts and their triage, outcomes, and what is counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("fact_case", "fact", "outcome", "telling", "snooze", "triage", "alert")


def upgrade() -> None:
    _alerts()
    _triage()
    _outcomes()
    _counted()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _text(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=nullable, primary_key=key)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str) -> sa.Column[list[str]]:
    return sa.Column(name, postgresql.ARRAY(sa.Text), nullable=False)


def _amount() -> sa.Column[object]:
    return sa.Column("amount", sa.Numeric(17, 2))


def _alerts() -> None:
    op.create_table(
        "alert",
        _text("id", key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        _text("process_id"),
        _text("buyer", nullable=True),
        _words("suppliers"),
        _text("region", nullable=True),
        _text("band"),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        _words("indicators"),
        _amount(),
        _text("currency", nullable=True),
        _text("stage", nullable=True),
        _text("method", nullable=True),
        _moment("results_at", nullable=True),
        _moment("raised_at"),
        _text("replaced_by", nullable=True),
    )
    op.create_index("ix_alert_newest", "alert", ["raised_at", "id"])
    op.create_index("ix_alert_process", "alert", ["process_id", "raised_at"])
    op.create_index("ix_alert_buyer", "alert", ["buyer", "raised_at"])
    op.create_index("ix_alert_suppliers", "alert", ["suppliers"], postgresql_using="gin")


def _triage() -> None:
    op.create_table(
        "triage",
        _text("organisation", key=True),
        _text("alert_id", key=True),
        _text("state"),
        _text("reason", nullable=True),
        _text("note", nullable=True),
        _moment("until", nullable=True),
        _moment("changed_at"),
        _text("changed_by", nullable=True),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_index("ix_triage_alert", "triage", ["alert_id"])
    snoozed = sa.text("state = 'snoozed'")
    op.create_index("ix_triage_until", "triage", ["until"], postgresql_where=snoozed)
    op.create_table(
        "snooze",
        _text("organisation", key=True),
        _text("scope", key=True),
        _text("named", key=True),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        _text("reason"),
        _moment("until"),
    )
    op.create_table("telling", _text("organisation", key=True), _moment("since"))


def _outcomes() -> None:
    op.create_table(
        "outcome",
        _text("id", key=True),
        _text("organisation"),
        _text("kind"),
        _text("state"),
        _text("case_id", nullable=True),
        _text("complaint_id", nullable=True),
        _text("subject", nullable=True),
        _text("authority", nullable=True),
        _text("process_id", nullable=True),
        _text("contract", nullable=True),
        _text("counted_once_key", nullable=True),
        _text("region", nullable=True),
        _text("campaign", nullable=True),
        _words("indicators"),
        _amount(),
        _text("amount_kind", nullable=True),
        sa.Column("happened_on", sa.Date),
        _text("proof", nullable=True),
        _text("claimed_by", nullable=True),
        _moment("claimed_at", nullable=True),
        _moment("confirmed_at", nullable=True),
        _moment("created_at"),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_index("ix_outcome_newest", "outcome", ["created_at", "id"])
    op.create_index("ix_outcome_organisation", "outcome", ["organisation", "created_at", "id"])
    op.create_index("ix_outcome_case", "outcome", ["case_id"])
    op.create_index(
        "uq_outcome_counted_once",
        "outcome",
        ["organisation", "kind", "counted_once_key"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('refuted', 'none')"),
    )


def _counted() -> None:
    op.create_table(
        "fact",
        _text("object", key=True),
        _text("object_id", key=True),
        _text("organisation", key=True),
        _text("what", key=True),
        _moment("at"),
        _text("case_id", nullable=True),
        _text("process_id", nullable=True),
        _text("region", nullable=True),
        _text("campaign", nullable=True),
        _words("indicators"),
        _text("kind", nullable=True),
        _text("amount_kind", nullable=True),
        _amount(),
        _text("key"),
        sa.Column("in_time", sa.Boolean),
    )
    op.create_index("ix_fact_what", "fact", ["what", "at"])
    op.create_index("ix_fact_case", "fact", ["case_id"])
    op.create_table(
        "fact_case",
        _text("case_id", key=True),
        _text("region", nullable=True),
        _text("campaign", nullable=True),
        sa.Column("hidden", sa.Boolean, nullable=False, server_default=sa.text("false")),
    )
