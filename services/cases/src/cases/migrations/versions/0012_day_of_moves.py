"""The day of the last move of a complaint: nothing that is written down later lies before it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("complaint", sa.Column("moved_on", sa.Date))


def downgrade() -> None:
    op.drop_column("complaint", "moved_on")
