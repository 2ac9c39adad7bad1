"""When a score may change by the clock alone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("score", sa.Column("recheck_on", sa.Date))
    op.add_column("score_past", sa.Column("recheck_on", sa.Date))
    there = sa.text("recheck_on IS NOT NULL")
    op.create_index("ix_score_recheck", "score", ["recheck_on"], postgresql_where=there)


def downgrade() -> None:
    op.drop_index("ix_score_recheck")
    op.drop_column("score_past", "recheck_on")
    op.drop_column("score", "recheck_on")
