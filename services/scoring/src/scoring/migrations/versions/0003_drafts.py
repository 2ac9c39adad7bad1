"""Drafts of indicators with their versions and steps, and back-tests."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _drafts()
    _back_tests()


def _drafts() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("organisation", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("monitored_since", MOMENT),
        sa.Column("proposed_by", sa.String),
    )
    op.create_index(
        "ix_draft_code",
        "draft",
        ["organisation", "code"],
        unique=True,
        postgresql_where=sa.text("state <> 'retired'"),
    )
    op.create_index("ix_draft_updated", "draft", ["updated_at", "id"])
    op.create_table(
        "draft_version",
        sa.Column("draft", sa.String, sa.ForeignKey("draft.id"), primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("member", sa.String),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "draft_step",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("draft", sa.String, sa.ForeignKey("draft.id"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("before", sa.String),
        sa.Column("after", sa.String, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("organisation", sa.String, nullable=False),
        sa.Column("member", sa.String),
        sa.Column("reason", sa.String),
    )
    op.create_index("ix_draft_step_draft", "draft_step", ["draft"])


def _back_tests() -> None:
    op.create_table(
        "back_test",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("draft", sa.String, sa.ForeignKey("draft.id"), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("asked", sa.LargeBinary, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("result", sa.LargeBinary),
        sa.Column("reason", sa.String),
    )
    op.create_index("ix_back_test_draft", "back_test", ["draft", "asked_at"])
    op.create_index(
        "ix_back_test_waiting",
        "back_test",
        ["asked_at"],
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )


def downgrade() -> None:
    for table in ("back_test", "draft_step", "draft_version", "draft"):
        op.drop_table(table)
