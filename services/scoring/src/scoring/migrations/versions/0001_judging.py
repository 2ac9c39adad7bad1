"""The tables of the kernel, and those of judging: findings, scores, alerts, populations."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.kernel_tables import create_kernel_tables, drop_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_kernel_tables(op)
    _findings()
    _scores()
    _alerts()
    _populations()
    _engine()


def _subject() -> list[sa.Column[Any]]:
    return [
        sa.Column("subject_type", sa.String, nullable=False),
        sa.Column("subject_id", sa.String, nullable=False),
    ]


def _findings() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        *_subject(),
        sa.Column("indicator", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("threshold", sa.Double),
        sa.Column("evidence", postgresql.JSONB, nullable=False),
        sa.Column("missing", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("indicator_version", sa.String, nullable=False),
        sa.Column("parameters", postgresql.JSONB, nullable=False),
        sa.Column("population_version", sa.BigInteger),
        sa.Column("data_seq", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("last_checked", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("closed_as", sa.String),
        sa.Column("closed_cause", sa.String),
        sa.Column("closed_reason", sa.String),
    )
    op.create_index(
        "ix_finding_open",
        "finding",
        ["subject_type", "subject_id", "indicator"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_finding_history", "finding", ["subject_id", "indicator", "opened_at"])


def _score_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("statuses", sa.String, nullable=False),
        sa.Column("band", sa.String),
        sa.Column("held_band", sa.String),
        sa.Column("expected", sa.Double, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("data_seq", sa.BigInteger, nullable=False),
    ]


def _scores() -> None:
    op.create_table(
        "score",
        *_subject(),
        *_score_columns(),
        sa.PrimaryKeyConstraint("subject_type", "subject_id", name="pk_score"),
    )
    op.create_table(
        "score_past",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        *_subject(),
        *_score_columns(),
        sa.Column("valid_to", MOMENT, nullable=False),
        sa.Column("ended_by", sa.String, nullable=False),
    )
    op.create_index("ix_score_past_subject", "score_past", ["subject_id", "valid_from"])


def _alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.String, primary_key=True),
        *_subject(),
        sa.Column("band", sa.String, nullable=False),
        sa.Column("previous_band", sa.String),
        sa.Column("indicators", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("data_seq", sa.BigInteger, nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_alert_subject", "alert", ["subject_id", "raised_at"])


def _populations() -> None:
    op.create_table(
        "population",
        sa.Column("version", sa.BigInteger, primary_key=True),
        sa.Column("indicator", sa.String, primary_key=True),
        sa.Column("peer", sa.String, primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Double) for name in ("q1", "q3", "low", "high")),
    )
    op.create_table(
        "base_rate",
        sa.Column("version", sa.BigInteger, primary_key=True),
        sa.Column("subject_type", sa.String, primary_key=True),
        sa.Column("indicator", sa.String, primary_key=True),
        sa.Column("rate", sa.Double, nullable=False),
    )
    op.create_table(
        "tally",
        sa.Column("subject_type", sa.String, primary_key=True),
        sa.Column("indicator", sa.String, primary_key=True),
        sa.Column("status", sa.String, primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
    )


def _engine() -> None:
    op.create_table(
        "engine",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("scored_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("epoch", sa.String),
        sa.Column("facts_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("feed_head", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("alerts_since", MOMENT),
        sa.Column("method", sa.String),
        sa.Column("population_version", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("compared_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("compared_at", MOMENT),
        sa.Column("heartbeat_at", MOMENT),
        sa.CheckConstraint("id = 1", name=op.f("ck_engine_one_row")),
    )
    op.execute("INSERT INTO engine (id) VALUES (1)")
    op.create_table(
        "rejudge",
        sa.Column("subject_id", sa.String, primary_key=True),
        sa.Column("cause", sa.String, nullable=False),
    )
    op.create_table("replay", sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False))


def downgrade() -> None:
    tables = "replay rejudge engine tally base_rate population alert score_past score finding"
    for table in tables.split():
        op.drop_table(table)
    drop_kernel_tables(op)
