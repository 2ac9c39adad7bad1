"""Figures that the platform publishes, and which of them a measure of a campaign reads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statistic",
        sa.Column("tile", sa.String, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.add_column("campaign_measure", sa.Column("figure", JSONB))
    op.create_index(
        "ix_campaign_measure_tile", "campaign_measure", [sa.text("(figure ->> 'tile')")]
    )


def downgrade() -> None:
    op.drop_index("ix_campaign_measure_tile")
    op.drop_column("campaign_measure", "figure")
    op.drop_table("statistic")
