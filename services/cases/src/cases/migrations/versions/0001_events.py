"""The tables of the kernel, and the event log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.kernel_tables import create_kernel_tables, drop_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_kernel_tables(op)
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("object", sa.String, nullable=False),
        sa.Column("object_id", sa.String, nullable=False),
        sa.Column("organisation", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_organisation", sa.String),
        sa.Column("by_member", sa.String),
        sa.Column("before", sa.String),
        sa.Column("after", sa.String),
        sa.Column("reason", sa.String),
        sa.Column("note", sa.String),
        sa.Column("changes", postgresql.JSONB, nullable=False),
        sa.Column("shown", postgresql.JSONB, nullable=False),
    )
    op.create_index("ix_event_object", "event", ["object", "object_id", "id"])
    op.create_index("ix_event_organisation", "event", ["organisation", "id"])


def downgrade() -> None:
    op.drop_table("event")
    drop_kernel_tables(op)
