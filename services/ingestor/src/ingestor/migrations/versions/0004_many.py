"""A row of the quarantine may stand for many things."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "quarantine", sa.Column("count", sa.BigInteger, nullable=False, server_default="1")
    )


def downgrade() -> None:
    op.drop_column("quarantine", "count")
