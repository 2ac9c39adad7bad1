"""What recipients are still to be told of a tip: without a moment, and gone once it is told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("tip", sa.String, sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("organisation", sa.String, primary_key=True),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.UniqueConstraint("id", name="uq_notice_id"),
    )


def downgrade() -> None:
    op.drop_table("notice")
