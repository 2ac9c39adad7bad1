"""The day on which what is due of a complaint was last looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("complaint", sa.Column("looked_on", sa.Date))


def downgrade() -> None:
    op.drop_column("complaint", "looked_on")
