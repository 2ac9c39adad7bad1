"""What people found of what indicators flagged."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("indicator", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("process", sa.String),
        sa.Column("alert", sa.String),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("feedback")
