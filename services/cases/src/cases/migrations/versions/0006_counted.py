"""Which facts each figure of the impact counts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counted",
        *[
            sa.Column(name, sa.String, primary_key=True)
            for name in ("figure", "object", "object_id", "organisation")
        ],
        sa.Column("claim", sa.Boolean, primary_key=True),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("region", sa.String),
        sa.Column("campaign", sa.String),
        sa.Column("indicators", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("kind", sa.String),
        sa.Column("amount", sa.Numeric(17, 2)),
    )
    op.create_index("ix_counted_key", "counted", ["key"])
    op.create_index("ix_counted_newest", "counted", ["figure", "at"])
    op.create_index("ix_fact_key", "fact", ["key"])


def downgrade() -> None:
    op.drop_index("ix_fact_key", "fact")
    op.drop_table("counted")
