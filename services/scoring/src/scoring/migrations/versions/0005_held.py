"""Indicators that are held back, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "held",
        sa.Column("indicator", sa.String, primary_key=True),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("rate", sa.Float),
        sa.Column("bound", sa.Float),
        sa.Column("judged", sa.BigInteger),
        sa.Column("reason", sa.String),
        sa.Column("lifted_at", MOMENT),
    )


def downgrade() -> None:
    op.drop_table("held")
