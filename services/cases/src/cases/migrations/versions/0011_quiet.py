"""What is counted for its own organisation alone, and how that is found."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("counted", sa.Column("quiet", sa.Boolean, server_default="false", nullable=False))
    op.create_index(
        "ix_fact_led", "fact", ["process_id"], postgresql_where=sa.text("what = 'in_case'")
    )
    op.create_index(
        "ix_casefile_merged",
        "casefile",
        ["merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_casefile_merged", "casefile")
    op.drop_index("ix_fact_led", "fact")
    op.drop_column("counted", "quiet")
