"""Entries of registers, and the days on which a register's answer is known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "register_entry",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("base", sa.String, nullable=False),
        sa.Column("register", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("party", sa.String),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("known_from", sa.Date, nullable=False),
        sa.Column("known_to", sa.Date),
        sa.Column("ended", sa.String),
        sa.Column("attributes", JSONB, nullable=False),
        sa.Column("retrieved_at", MOMENT, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_register_entry_base", "register_entry", ["base"])
    op.create_index("ix_register_entry_list", "register_entry", ["register", "source", "seen"])
    op.create_index("ix_register_entry_party", "register_entry", ["party", "register"])
    op.create_table(
        "register_coverage",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("register", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("party", sa.String),
        sa.Column("known_from", sa.Date, nullable=False),
        sa.Column("known_to", sa.Date, nullable=False),
        sa.Column("retrieved_at", MOMENT, nullable=False),
    )
    op.create_index(
        "ix_register_coverage_list", "register_coverage", ["register", "source", "party"]
    )


def downgrade() -> None:
    op.drop_table("register_coverage")
    op.drop_table("register_entry")
